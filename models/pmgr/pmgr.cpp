// SPDX-License-Identifier: MIT
#include "models/pmgr/pmgr.h"

#include <algorithm>

#include "models/common/agenda.h"
#include "models/pmgr/pmgr_regs.h"

namespace ans {

using namespace pmgr_regs;

namespace {

constexpr std::size_t kMaxDomains = 256;  // what the event's field holds

std::vector<Reg> make_registers(const PmgrConfig& config) {
    std::vector<Reg> regs;
    for (const PmgrDomain& domain : config.domains)
        regs.push_back(power_state(domain.name, domain.offset, config.powered));
    std::sort(regs.begin(), regs.end(), [](const Reg& a, const Reg& b) { return a.offset < b.offset; });
    return regs;
}

}  // namespace

SC_HAS_PROCESS(Pmgr);

Pmgr::Pmgr(sc_core::sc_module_name name, const PmgrConfig& config)
    : sc_module(name),
      powered("powered", config.domains.size()),
      config_(config),
      regs_(make_registers(config)),
      map_{"pmgr", Unit::Pmgr, config.window, regs_.data(), regs_.size()},
      bank_(map_) {
    mmio.register_b_transport(this, &Pmgr::b_transport);
    mmio.register_transport_dbg(this, &Pmgr::transport_dbg);
    if (config_.domains.size() > kMaxDomains || config_.reset_domain >= config_.domains.size())
        SC_REPORT_ERROR("ans/pmgr", "too many domains, or no domain of the coprocessor's reset");
    for (std::size_t i = 0; i < config_.domains.size(); ++i)
        add_domain(i);
    SC_METHOD(settle_due);
    sensitive << settle_;
    dont_initialize();
}

void Pmgr::add_domain(std::size_t index) {
    const PmgrDomain& domain = config_.domains[index];
    // Parents come first, which rules out circles.
    if (domain.parent < -1 || domain.parent >= static_cast<int>(index))
        SC_REPORT_ERROR("ans/pmgr", "a domain's parent is an earlier domain of the table");
    const auto reg =
        std::find_if(regs_.begin(), regs_.end(), [&](const Reg& r) { return r.offset == domain.offset; });
    domains_.push_back({&*reg, config_.powered ? kActive : kPowerGated});
    bank_.provide(*reg, [this, index](unsigned) { return read(index); });
    bank_.on_write(*reg, [this, index](std::uint64_t value, const RegAccess& access) {
        write(index, value, access.at);
    });
}

void Pmgr::start_of_simulation() {
    for (std::size_t i = 0; i < domains_.size(); ++i)
        if (powered[i].size() != 0) powered[i]->set_level(domains_[i].actual != kPowerGated, kernel_now());
}

void Pmgr::b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    const SimTime at = kernel_now() + from_sc(delay);
    settle_until(at);  // an initiator may be ahead of the kernel, and so of settle_due
    bank_.access(tx, Face::Ap, at);
}

std::uint64_t Pmgr::read(std::size_t index) const {
    const Domain& domain = domains_[index];
    return (bank_[*domain.reg] & kStored) | PsActual::put(domain.actual) | domain.sticky |
           PsParentOff::put(parent_state(index) == kPowerGated);
}

void Pmgr::write(std::size_t index, std::uint64_t value, SimTime at) {
    domains_[index].sticky &= ~value;
    if (index == config_.reset_domain) drive_reset(PsReset::get(value) != 0, at);
    follow_target(index, at);
    settle_until(at);
}

void Pmgr::drive_reset(bool level, SimTime at) {
    if (level == reset_level_) return;
    reset_level_ = level;
    if (config_.events->wants(EventKind::ResetLine)) {
        Event event;
        event.time = at;
        event.kind = EventKind::ResetLine;
        event.unit = Unit::Pmgr;
        event.slot[0] = level;
        config_.events->emit(event);
    }
    if (reset.size() != 0) reset->set_level(level, at);
}

std::uint64_t Pmgr::target(std::size_t index) const {
    return PsTarget::get(bank_[*domains_[index].reg]);
}

std::uint64_t Pmgr::parent_state(std::size_t index) const {
    const int parent = config_.domains[index].parent;
    return parent < 0 ? kActive : domains_[static_cast<std::size_t>(parent)].actual;
}

// No domain is in a higher state than its parent (G); one that waits comes up by itself after the parent.
void Pmgr::follow_target(std::size_t index, SimTime at) {
    Domain& domain = domains_[index];
    const std::uint64_t next = std::min(target(index), parent_state(index));
    if (next == domain.actual) {
        domain.due = kNever;
    } else if (domain.due == kNever || next != domain.next) {
        domain.next = next;
        domain.due = at + config_.settle_time;
        notify_at(settle_, domain.due);
    }
}

void Pmgr::set_actual(std::size_t index, std::uint64_t state, SimTime at) {
    Domain& domain = domains_[index];
    const bool was_powered = domain.actual != kPowerGated;
    if (state < domain.actual) domain.sticky |= PsWasClkGated::mask;
    if (state == kPowerGated) domain.sticky |= PsWasPwrGated::mask;
    domain.actual = state;
    domain.due = kNever;
    report_power(index, at);
    const bool is_powered = state != kPowerGated;
    if (is_powered != was_powered && powered[index].size() != 0) powered[index]->set_level(is_powered, at);
    for (std::size_t child = index + 1; child < domains_.size(); ++child) {
        if (config_.domains[child].parent != static_cast<int>(index)) continue;
        if (domains_[child].actual > state) set_actual(child, state, at);  // falls with its parent, at once
        follow_target(child, at);
    }
}

void Pmgr::report_power(std::size_t index, SimTime at) const {
    if (!config_.events->wants(EventKind::PowerState)) return;
    Event event;
    event.time = at;
    event.kind = EventKind::PowerState;
    event.unit = Unit::Pmgr;
    event.slot[0] = index | target(index) << 8 | domains_[index].actual << 12;
    event.set_text(config_.domains[index].name);
    config_.events->emit(event);
}

/// Makes the changes that are due, in the order of their times.
void Pmgr::settle_until(SimTime at) {
    for (;;) {
        const auto first = std::min_element(domains_.begin(), domains_.end(),
                                            [](const Domain& a, const Domain& b) { return a.due < b.due; });
        if (first->due > at) return;
        set_actual(static_cast<std::size_t>(first - domains_.begin()), first->next, first->due);
    }
}

void Pmgr::restart(SimTime at) {
    bank_.reset();
    drive_reset(false, at);
    for (std::size_t i = 0; i < domains_.size(); ++i) {
        set_actual(i, config_.powered ? kActive : kPowerGated, at);
        domains_[i].sticky = 0;
    }
}

void Pmgr::settle_due() {
    settle_until(kernel_now());
    for (const Domain& domain : domains_)
        notify_at(settle_, domain.due);
}

}  // namespace ans
