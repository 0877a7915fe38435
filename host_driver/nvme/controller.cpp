// SPDX-License-Identifier: MIT
#include "host_driver/nvme/controller.h"

#include "host_driver/common/log.h"
#include "host_driver/common/sync.h"
#include "host_driver/nvme/regs.h"

namespace ans::driver::nvme {

namespace {
constexpr port::Nanoseconds kBootTimeout = ms(1000);  // source: hardware.md 6 (Linux, m1n1)
constexpr port::Nanoseconds kPollInterval = ms(1);    // source: hardware.md 5, 6 (Linux)
constexpr port::Nanoseconds kMinReadyTimeout =
    ms(5000);  // unclean starts are slow. source: hardware.md 5 (m1n1)
constexpr port::Nanoseconds kHastyReadyTimeout =
    ms(100);                                       // source: incidents.md slow-ready-4tb (early U-Boot)
constexpr port::Nanoseconds kReadyUnit = ms(500);  // of CAP.TO. source: NVMe 1.1 section 3.1.1
constexpr unsigned kAdminEntries = 2;              // source: hardware.md 5 (Linux)
constexpr std::uint32_t kAqaValue = (kAdminEntries - 1) | (kAdminEntries - 1) << 16;

bool fatal(std::uint32_t csts) {
    return csts == kAllOnes || CstsFatal::get(csts) != 0;
}
}  // namespace

Status Controller::wait_until_booted() {
    if (omit_.has(Measure::WaitBootStatus)) return Status::Ok;
    std::uint32_t status = 0;
    const bool booted = poll_until(port_, kBootTimeout, kPollInterval, [&] {
        status = read(kBootStatus);
        return status == kBootStatusReady;
    });
    if (booted) return Status::Ok;
    log(port_, port::LogLevel::Error, "ANS did not boot: BOOT_STATUS 0x%08x", status);
    return Status::Timeout;
}

bool Controller::enabled() {
    return CcEnable::get(read(kCc)) != 0;
}
bool Controller::dead() {
    return fatal(read(kCsts));
}

void Controller::program(const QueuePair& admin, const QueuePair& io) {
    if (!omit_.has(Measure::LinearSq)) write(kLinearSqControl, 1);
    write(kMaxPendingCommands, kMaxPendingValue);
    if (!omit_.has(Measure::NumTcbs)) write(kNumTcbs, kTags - 1);
    // With the bit set, a command with a zero PRP field fails. source: hardware.md 6
    if (!omit_.has(Measure::PrpNullCheck))
        write(kUnknownControl, read(kUnknownControl) & ~static_cast<std::uint32_t>(PrpNullCheck::mask));
    write(kAqa, kAqaValue);
    write64(kAsq, admin.submission());
    write64(kAcq, admin.completion());
    write64(kAsqTcbBase, admin.tcbs());
    write64(kIosqTcbBase, io.tcbs());
}

Status Controller::check_capabilities() {
    const std::uint64_t cap = port_.read64(base_ + kCap);
    if (cap == ~std::uint64_t{0}) return Status::DeviceGone;
    if (CapMqes::get(cap) < kTags - 1 || CapStride::get(cap) != 0) {
        log(port_, port::LogLevel::Error, "unsupported capabilities 0x%016llx",
            static_cast<unsigned long long>(cap));
        return Status::NotSupported;
    }
    ready_timeout_ = std::max(kMinReadyTimeout, CapTimeout::get(cap) * kReadyUnit);
    if (omit_.has(Measure::ReadyTimeout)) ready_timeout_ = kHastyReadyTimeout;
    return Status::Ok;
}

template <typename Condition>
Status Controller::wait_for_status(port::Nanoseconds timeout, Condition done) {
    std::uint32_t csts = 0;
    const bool in_time = poll_until(port_, timeout, kPollInterval, [&] {
        csts = read(kCsts);
        return fatal(csts) || done(csts);
    });
    if (fatal(csts)) {
        log(port_, port::LogLevel::Error, "controller is down, CSTS=0x%x", csts);
        return Status::DeviceGone;
    }
    if (in_time) return Status::Ok;
    log(port_, port::LogLevel::Error, "Device not ready; aborting, CSTS=0x%x", csts);
    return Status::Timeout;
}

Status Controller::enable() {
    if (const Status status = check_capabilities(); status != Status::Ok) return status;
    write(kCc, kCcDisabled);
    write(kCc, kCcDisabled | static_cast<std::uint32_t>(CcEnable::mask));
    return wait_for_status(ready_timeout_, [](std::uint32_t csts) { return CstsReady::get(csts) != 0; });
}

Status Controller::shutdown_and_disable(port::Nanoseconds shutdown_timeout) {
    const std::uint32_t cc = read(kCc) & ~static_cast<std::uint32_t>(CcShutdown::mask);
    if (cc == (kAllOnes & ~static_cast<std::uint32_t>(CcShutdown::mask))) return Status::DeviceGone;
    const auto wait_until_off = [&] {
        return wait_for_status(std::max(ready_timeout_, kMinReadyTimeout),
                               [](std::uint32_t csts) { return CstsReady::get(csts) == 0; });
    };
    // One that is not enabled answers no notification. source: NVMe 1.1 section 3.1.5, CC.EN
    if (CcEnable::get(cc) == 0) return wait_until_off();
    Status shut_down = Status::Ok;
    if (!omit_.has(Measure::ShutdownNotification)) {
        write(kCc, cc | kCcShutdownNormal);
        shut_down = wait_for_status(shutdown_timeout, [](std::uint32_t csts) {
            return CstsShutdown::get(csts) == kShutdownComplete;
        });
    }
    if (shut_down == Status::DeviceGone || omit_.has(Measure::DisableController)) return shut_down;
    // Also after a shutdown that hangs: an enabled controller must not outlive the firmware.
    write(kCc, cc & ~static_cast<std::uint32_t>(CcEnable::mask));
    const Status disabled = wait_until_off();
    return shut_down != Status::Ok ? shut_down : disabled;
}

}  // namespace ans::driver::nvme
