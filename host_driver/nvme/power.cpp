// SPDX-License-Identifier: MIT
#include "host_driver/nvme/power.h"

#include "host_driver/common/log.h"
#include "host_driver/common/sync.h"
#include "host_driver/nvme/regs.h"

namespace ans::driver::nvme {

namespace {
constexpr port::Nanoseconds kFollowTimeout = us(100);  // source: hardware.md 1.1
constexpr port::Nanoseconds kResetHold = us(1);        // source: hardware.md 1.1

constexpr std::uint32_t with(std::uint32_t value, std::uint64_t mask) {
    return value | static_cast<std::uint32_t>(mask);
}
constexpr std::uint32_t without(std::uint32_t value, std::uint64_t mask) {
    return value & ~static_cast<std::uint32_t>(mask);
}
}  // namespace

PowerControl::PowerControl(port::Port& port, const std::vector<PowerDomain>& domains, unsigned reset_domain,
                           port::Address asc, Measures omit)
    : port_(port),
      domains_(domains),
      reset_(domains_.at(reset_domain).reg),
      cpu_control_(asc + kCpuControl),
      omit_(omit) {}

Status PowerControl::set_state(const PowerDomain& domain, unsigned state) {
    constexpr std::uint64_t kRewritten =
        PowerAutoEnable::mask | PowerAutoState::mask | PowerWasGated::mask | PowerTarget::mask;
    const std::uint32_t before = port_.read32(domain.reg);
    port_.write32(domain.reg, with(without(before, kRewritten), PowerTarget::put(state)));
    const bool followed = poll_until(port_, kFollowTimeout, us(1),
                                     [&] { return PowerActual::get(port_.read32(domain.reg)) == state; });
    if (!followed) {
        log(port_, port::LogLevel::Error, "power domain 0x%llx does not follow to state 0x%x",
            static_cast<unsigned long long>(domain.reg), state);
        return Status::Timeout;
    }
    // Lets the hardware gate an active domain's clock by itself, as Linux does. source: boot-trace.txt
    if (state == kPowerActive)
        port_.write32(domain.reg, with(port_.read32(domain.reg), PowerAutoEnable::mask));
    return Status::Ok;
}

Status PowerControl::power_on() {
    if (omit_.has(Measure::PowerDomains)) return Status::Ok;
    for (const PowerDomain& domain : domains_)
        if (const Status status = set_state(domain, kPowerActive); status != Status::Ok) return status;
    return Status::Ok;
}

Status PowerControl::power_off() {
    Status result = Status::Ok;
    for (auto domain = domains_.rbegin(); domain != domains_.rend(); ++domain)
        if (const Status status = set_state(*domain, kPowerGated); status != Status::Ok) result = status;
    return result;
}

// Assert: DEV_DISABLE, then RESET. Deassert: the other way round. source: hardware.md 1.1
void PowerControl::assert_reset() {
    port_.write32(reset_, with(port_.read32(reset_), PowerDeviceDisable::mask));
    port_.write32(reset_, with(port_.read32(reset_), PowerReset::mask));
    in_reset_ = true;
    port_.busy_delay(kResetHold);
}

void PowerControl::deassert_reset() {
    port_.write32(reset_, without(port_.read32(reset_), PowerReset::mask));
    port_.write32(reset_, without(port_.read32(reset_), PowerDeviceDisable::mask));
    in_reset_ = false;
}

bool PowerControl::cpu_running() {
    return CpuRun::get(port_.read32(cpu_control_)) != 0;
}
void PowerControl::cpu_start() {
    port_.write32(cpu_control_, with(port_.read32(cpu_control_), CpuRun::mask));
}
void PowerControl::cpu_stop() {
    port_.write32(cpu_control_, without(port_.read32(cpu_control_), CpuRun::mask));
}

}  // namespace ans::driver::nvme
