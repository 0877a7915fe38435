// SPDX-License-Identifier: MIT
#include "models/lockstep/lockstep.h"

#include <algorithm>
#include <cstring>

namespace ans {

namespace {

constexpr unsigned kShownBytes = 8;  // of a transaction's data

std::uint64_t value_of(const tlm::tlm_generic_payload& tx) {
    if (tx.get_data_ptr() == nullptr) return 0;
    std::uint64_t value = 0;
    std::memcpy(&value, tx.get_data_ptr(), std::min(tx.get_data_length(), kShownBytes));
    return value;
}

std::string response_text(tlm::tlm_response_status status) {
    tlm::tlm_generic_payload tx;
    tx.set_response_status(status);
    return tx.get_response_string();
}

// The payload of the second, with data of its own.
struct Copy {
    explicit Copy(const tlm::tlm_generic_payload& from)
        : data(from.get_data_ptr(), from.get_data_ptr() + from.get_data_length()) {
        tx.set_command(from.get_command());
        tx.set_address(from.get_address());
        tx.set_data_ptr(data.data());
        tx.set_data_length(from.get_data_length());
        tx.set_streaming_width(from.get_streaming_width());
        tx.set_byte_enable_ptr(from.get_byte_enable_ptr());
        tx.set_byte_enable_length(from.get_byte_enable_length());
        tx.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    }
    std::vector<unsigned char> data;
    tlm::tlm_generic_payload tx;
};

}  // namespace

void Lockstep::Wire::First::set_level(bool new_level, SimTime at) {
    level = new_level;
    if (out.size() != 0) out->set_level(new_level, at);
}

Lockstep::Side::Side(EventHub* on) : forward(on) {
    hub.subscribe(*this, EventHub::all());
}

void Lockstep::Side::on_event(const Event& event) {
    told.push_back({event, std::string(event.text())});
    if (event.text_size != 0) {  // it lasts only while the event is being delivered
        told.back().event.text_size = 0;
        told.back().event.slot[4] = 0;
    }
    if (forward != nullptr && forward->wants(event.kind)) forward->emit(event);
}

Lockstep::Lockstep(std::string block, EventHub& events, std::function<std::uint64_t()> cycles)
    : block_(std::move(block)), cycles_(std::move(cycles)), first_(&events), second_(nullptr) {}

Lockstep::Entry& Lockstep::remember(SimTime at) {
    if (entries_.size() == kRemembered) entries_.pop_front();
    ++count_;
    Entry entry;
    entry.at = at;
    entry.cycle = cycles_();
    entries_.push_back(entry);
    return entries_.back();
}

void Lockstep::transport(Face& face, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    Entry& entry = remember(kernel_now() + from_sc(delay));
    entry.face = &face;
    entry.write = tx.is_write();
    entry.address = tx.get_address();
    entry.length = tx.get_data_length();
    if (entry.write) entry.value = value_of(tx);
    const std::uint64_t number = count_;
    ++nested_;
    second_answers_ = true;
    Copy copy(tx);
    sc_core::sc_time second_delay = delay;
    of_second([&] { face.second->b_transport(copy.tx, second_delay); });
    const bool answers = second_answers_;
    face.first->b_transport(tx, delay);
    --nested_;
    if (count_ - number < entries_.size()) {  // not pushed out by what was nested
        Entry& mine = entries_[entries_.size() - 1 - static_cast<std::size_t>(count_ - number)];
        mine.response = tx.get_response_status();
        if (!mine.write) mine.value = value_of(tx);
    }
    second_answers_ = answers;
    compare_answers(face, tx, copy.tx);
    compare_observations();
}

unsigned Lockstep::debug(Face& face, tlm::tlm_generic_payload& tx) {
    second_answers_ = true;
    Copy copy(tx);
    const unsigned second = face.second->transport_dbg(copy.tx);
    const unsigned first = face.first->transport_dbg(tx);
    if (first != second)
        diverge(std::string(face.name) + ": a debug access moves " + std::to_string(first) + " and " +
                std::to_string(second) + " bytes");
    tx.set_response_status(tlm::TLM_OK_RESPONSE);
    copy.tx.set_response_status(tlm::TLM_OK_RESPONSE);
    if (first != 0) compare_answers(face, tx, copy.tx);
    compare_observations();
    return first;
}

bool Lockstep::pointer(Face& face, tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
    Copy copy(tx);
    tlm::tlm_dmi other;
    const bool second = face.second->get_direct_mem_ptr(copy.tx, other);
    const bool first = face.first->get_direct_mem_ptr(tx, dmi);
    const bool same = first == second && dmi.get_start_address() == other.get_start_address() &&
                      dmi.get_end_address() == other.get_end_address() &&
                      (!first || dmi.get_dmi_ptr() == other.get_dmi_ptr());
    if (!same) diverge(std::string(face.name) + ": the direct memory pointers differ");
    return first;
}

void Lockstep::level(const char* name, LevelIf& first, LevelIf& second, bool level, SimTime at) {
    Entry& entry = remember(at);
    entry.wire = name;
    entry.value = level;
    ++nested_;
    of_second([&] { second.set_level(level, at); });
    first.set_level(level, at);
    --nested_;
    compare_observations();
}

// An assertion of the twin's ends the run as a divergence does: with both states and the way there.
template <typename Action>
void Lockstep::of_second(Action action) {
    try {
        action();
    } catch (const sc_core::sc_report& report) {
        diverge(std::string("the second fails: ") + report.get_msg());
    }
}

void Lockstep::compare_answers(const Face& face, const tlm::tlm_generic_payload& first,
                               const tlm::tlm_generic_payload& second) {
    if (!second_answers_) return;
    if (first.get_response_status() != second.get_response_status())
        diverge(std::string(face.name) + ": the first answers " + first.get_response_string() +
                ", the second " + second.get_response_string());
    if (!first.is_read()) return;
    if (first.get_response_status() != tlm::TLM_OK_RESPONSE) return;
    if (std::memcmp(first.get_data_ptr(), second.get_data_ptr(), first.get_data_length()) == 0) return;
    char text[96];
    std::snprintf(text, sizeof text, "the first reads 0x%llx, the second 0x%llx",
                  static_cast<unsigned long long>(value_of(first)),
                  static_cast<unsigned long long>(value_of(second)));
    diverge(std::string(face.name) + ": " + text);
}

// Once the outermost transaction is over: before, a listener's own may be half done.
void Lockstep::compare_observations() {
    if (nested_ != 0 || cycles_() == 0) return;  // before its power-on the second drives nothing
    compare_events();
    compare_taken_back();
    for (const Wire* wire : wires_)
        if (wire->first.level != wire->second.level)
            diverge(std::string("wire ") + wire->second.name + " is " + (wire->first.level ? "high" : "low") +
                    " in the first and " + (wire->second.level ? "high" : "low") + " in the second");
    for (const auto& differs : also_)
        if (const std::string what = differs(); !what.empty()) diverge(what);
}

// Times are not compared: the second has a clock.
void Lockstep::compare_events() {
    const std::size_t most = std::max(first_.told.size(), second_.told.size());
    for (std::size_t i = 0; i < most; ++i) {
        const bool both = i < first_.told.size() && i < second_.told.size();
        const Side::Told* const a = i < first_.told.size() ? &first_.told[i] : nullptr;
        const Side::Told* const b = i < second_.told.size() ? &second_.told[i] : nullptr;
        if (both && a->event.kind == b->event.kind && a->text == b->text &&
            std::equal(std::begin(a->event.slot), std::end(a->event.slot), std::begin(b->event.slot)))
            continue;
        const auto words = [](const Side::Told* told) {
            return told == nullptr ? std::string("nothing") : to_string(told->event) + " " + told->text;
        };
        diverge("the first tells: " + words(a) + "; the second: " + words(b));
    }
    first_.told.clear();
    second_.told.clear();
}

void Lockstep::compare_taken_back() {
    for (Face* face : faces_) {
        if (face->first_took_back != face->second_took_back)
            diverge(std::string(face->name) + ": the first takes back " +
                    std::to_string(face->first_took_back.size()) + " direct memory pointers, the second " +
                    std::to_string(face->second_took_back.size()) + ", or others");
        face->first_took_back.clear();
        face->second_took_back.clear();
    }
}

void Lockstep::diverge(const std::string& what) {
    const std::string text = block_ + ": the two implementations diverge in transaction " +
                             std::to_string(count_) + ", cycle " + std::to_string(cycles_()) + "\n" + what +
                             "\n" + states() + transactions();
    SC_REPORT_ERROR("ans/lockstep", text.c_str());
    std::abort();  // an SC_ERROR throws
}

std::string Lockstep::states() {
    char row[128];
    std::snprintf(row, sizeof row, "%-16s  %-18s  %s\n", "state", "first (TLM)", "second (RTL)");
    std::string text = row;
    std::vector<const RegMap*> shown;
    for (Face* face : faces_) {
        if (face->map == nullptr || std::find(shown.begin(), shown.end(), face->map) != shown.end()) continue;
        shown.push_back(face->map);
        text += register_rows(*face);
    }
    for (const Wire* wire : wires_) {
        std::snprintf(row, sizeof row, "%-16s  %-18d  %d%s\n", wire->second.name, wire->first.level,
                      wire->second.level, wire->first.level != wire->second.level ? "  <- differs" : "");
        text += row;
    }
    return text;
}

// Registers that are zero in both are left out.
std::string Lockstep::register_rows(Face& face) {
    const auto read = [](auto& socket, std::uint64_t address, unsigned width) {
        std::uint64_t value = 0;
        tlm::tlm_generic_payload tx;
        tx.set_command(tlm::TLM_READ_COMMAND);
        tx.set_address(address);
        tx.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        tx.set_data_length(width);
        tx.set_streaming_width(width);
        socket->transport_dbg(tx);
        return static_cast<unsigned long long>(value);
    };
    std::string text;
    for (std::size_t r = 0; r < face.map->reg_count; ++r) {
        const Reg& reg = face.map->regs[r];
        for (unsigned i = 0; i < reg.count; ++i) {
            const std::uint32_t offset = reg.offset + i * reg.stride;
            const unsigned long long a = read(face.first, offset, reg.width);
            const unsigned long long b = read(face.second, offset, reg.width);
            if (a == 0 && b == 0) continue;
            char row[128];
            std::snprintf(row, sizeof row, "%-16s  0x%016llx  0x%016llx%s\n",
                          register_name(*face.map, offset, reg.width).c_str(), a, b,
                          a != b ? "  <- differs" : "");
            text += row;
        }
    }
    return text;
}

std::string Lockstep::transactions() const {
    std::string text = "transactions, the last one last:\n";
    for (const Entry& e : entries_) {
        char row[160];
        if (e.face == nullptr) {
            std::snprintf(row, sizeof row, "  %14.3f ns  cycle %-8llu         level %-12s %llu\n",
                          static_cast<double>(e.at) / 1000, static_cast<unsigned long long>(e.cycle), e.wire,
                          static_cast<unsigned long long>(e.value));
            text += row;
            continue;
        }
        const std::string place =
            e.face->map != nullptr
                ? register_name(*e.face->map, static_cast<std::uint32_t>(e.address), e.length)
                : "address";
        std::snprintf(row, sizeof row, "  %14.3f ns  cycle %-8llu %-7s %-5s %-12s +0x%llx/%u  0x%llx  %s\n",
                      static_cast<double>(e.at) / 1000, static_cast<unsigned long long>(e.cycle),
                      e.face->name, e.write ? "write" : "read", place.c_str(),
                      static_cast<unsigned long long>(e.address), e.length,
                      static_cast<unsigned long long>(e.value), response_text(e.response).c_str());
        text += row;
    }
    return text;
}

}  // namespace ans
