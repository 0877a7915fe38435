// SPDX-License-Identifier: MIT
#include "models/common/reg_bank.h"

#include <cstring>
#include <stdexcept>

namespace ans {

namespace {
constexpr std::uint64_t kAllLanes = ~std::uint64_t{0};
constexpr std::uint64_t kLowLanes = 0xffff'ffffu;

[[noreturn]] void bad_map(const RegMap& map, const Reg& reg, const char* why) {
    throw std::logic_error("register map " + std::string(map.block) + ": " + std::string(reg.name) + " " +
                           why);
}
}  // namespace

RegBank::RegBank(const RegMap& map)
    : map_(map), index_(Mapping::anonymous(map.window / 4 * sizeof(std::uint16_t), Mapping::Pages::Small)) {
    handlers_.resize(map.reg_count);
    for (std::size_t r = 0; r < map.reg_count; ++r) {
        const Reg& reg = map.regs[r];
        if ((reg.width != 4 && reg.width != 8) || reg.offset % reg.width != 0)
            bad_map(map, reg, "has a bad place");
        for (unsigned i = 0; i < reg.count; ++i) {
            slots_.push_back({reg.reset, &reg, i, static_cast<std::uint16_t>(r)});
            for (unsigned byte = 0; byte < reg.width; byte += 4) {
                const std::size_t word = (reg.offset + i * reg.stride + byte) / 4;
                if (word >= map.window / 4) bad_map(map, reg, "lies outside the window");
                if (*word_to_slot(word) != 0) bad_map(map, reg, "overlaps another register");
                *word_to_slot(word) = static_cast<std::uint16_t>(slots_.size());
            }
        }
    }
}

std::size_t RegBank::first_slot(const Reg& reg) const {
    const std::uint16_t slot = reg.offset < map_.window ? *word_to_slot(reg.offset / 4) : 0;
    if (slot == 0 || slots_[slot - 1u].reg->offset != reg.offset) bad_map(map_, reg, "is not in this bank");
    return slot - 1u;
}

void RegBank::provide(const Reg& reg, Provider provider) {
    handlers_[slots_[first_slot(reg)].handlers].provider = std::move(provider);
}
void RegBank::on_read(const Reg& reg, ReadEffect effect) {
    handlers_[slots_[first_slot(reg)].handlers].read = std::move(effect);
}
void RegBank::on_write(const Reg& reg, WriteEffect effect) {
    handlers_[slots_[first_slot(reg)].handlers].write = std::move(effect);
}

std::uint64_t& RegBank::value(const Reg& reg, unsigned index) {
    return slots_[first_slot(reg) + index].value;
}
std::uint64_t RegBank::value(const Reg& reg, unsigned index) const {
    return slots_[first_slot(reg) + index].value;
}

void RegBank::reset() {
    for (Slot& slot : slots_)
        slot.value = slot.reg->reset;
}

tlm::tlm_response_status RegBank::decode(const tlm::tlm_generic_payload& tx, Target& target) {
    const unsigned length = tx.get_data_length();
    const std::uint64_t address = tx.get_address();
    if (tx.get_byte_enable_ptr() != nullptr) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    if ((length != 4 && length != 8) || address % length != 0 || tx.get_streaming_width() < length)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    const std::uint64_t word = address / 4;
    const std::uint16_t number = address < map_.window ? *word_to_slot(word) : 0;
    if (number == 0) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    Slot& slot = slots_[number - 1u];
    if (length > slot.reg->width) return tlm::TLM_BURST_ERROR_RESPONSE;
    const bool high = slot.reg->width == 8 && address % 8 == 4;
    target = {&slot, high ? 32u : 0u, length == 8 ? kAllLanes : (high ? ~kLowLanes : kLowLanes)};
    return tlm::TLM_OK_RESPONSE;
}

std::uint64_t RegBank::current(const Slot& slot) const {
    const Provider& provider = handlers_[slot.handlers].provider;
    return provider ? provider(slot.index) : slot.value;
}

void RegBank::access(tlm::tlm_generic_payload& tx, Face face, SimTime at) {
    Target target{};
    const tlm::tlm_response_status decoded = decode(tx, target);
    if (decoded != tlm::TLM_OK_RESPONSE) {
        tx.set_response_status(decoded);
        return;
    }
    Slot& slot = *target.slot;
    const Access rights = face == Face::Ap ? slot.reg->access : slot.reg->iop;
    const Handlers& handlers = handlers_[slot.handlers];
    const unsigned length = tx.get_data_length();
    if (tx.is_read() && readable(rights)) {
        const std::uint64_t bytes = current(slot) >> target.shift;
        std::memcpy(tx.get_data_ptr(), &bytes, length);
        if (handlers.read) handlers.read({at, slot.index, target.lanes});
    } else if (tx.is_write() && writable(rights)) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, tx.get_data_ptr(), length);
        // The write mask describes what the AP may change; the coprocessor's face owns the whole register.
        const std::uint64_t mask = target.lanes & (face == Face::Ap ? slot.reg->write_mask : kAllLanes);
        slot.value = (slot.value & ~mask) | ((bytes << target.shift) & mask);
        if (handlers.write) handlers.write(slot.value, {at, slot.index, target.lanes});
    } else if (tx.get_command() != tlm::TLM_IGNORE_COMMAND) {
        tx.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return;
    }
    tx.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned RegBank::debug(tlm::tlm_generic_payload& tx) {
    Target target{};
    if (decode(tx, target) != tlm::TLM_OK_RESPONSE) return 0;
    const unsigned length = tx.get_data_length();
    if (tx.is_read()) {
        const std::uint64_t bytes = current(*target.slot) >> target.shift;
        std::memcpy(tx.get_data_ptr(), &bytes, length);
    } else if (tx.is_write()) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, tx.get_data_ptr(), length);
        target.slot->value = (target.slot->value & ~target.lanes) | ((bytes << target.shift) & target.lanes);
    }
    return length;
}

}  // namespace ans
