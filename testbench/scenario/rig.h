// SPDX-License-Identifier: MIT
// The whole machine of one run: SoC, firmware, medium and the CPUs that drive it. Elaborate it once a
// process.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "firmware_stub/ans/service.h"
#include "firmware_stub/rtkit/rtkit.h"
#include "host_driver/nvme/driver.h"
#include "models/media/media.h"
#include "models/soc/soc.h"
#include "testbench/fault/plan.h"
#include "testbench/host/engine.h"
#include "testbench/host/host.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

class Rig : public fault::MachineControl {
public:
    using PowerLost = std::function<void(std::uint64_t lost_blocks, SimTime at)>;

    /// Throws UserError where the image cannot be used. `events`, `decide` outlive the machine.
    /// `wave_file`: VCD of the RTL twins; "": none.
    Rig(const Scenario& scenario, EventHub& events, DecideHub& decide, const std::string& wave_file = {});

    host::Engine& engine() { return engine_; }
    /// The simulated CPUs of drivers that run in this process; there are none where a guest drives.
    host::Host& host() { return *host_; }
    Soc& soc() { return *soc_; }
    ans::Media& media() { return *media_; }
    /// DRAM below 2 GiB whose addresses are also the pointers of this process. Size 0: the driver is none
    /// that could use it, or the place was not to be had.
    const Window& identity() const { return identity_; }
    /// Where the reference driver finds the machine.
    driver::Resources resources() const;
    /// Told when a fault takes the power; not by cut_power().
    void on_power_lost(PowerLost told) { power_lost_ = std::move(told); }

    /// Everything volatile is gone, the CPUs' other threads too. Returns the blocks whose newest data is
    /// lost.
    std::uint64_t cut_power();
    /// The same, but `survives` chooses which unflushed writes reach the medium.
    std::uint64_t cut_power(const ans::Media::Survives& survives);
    /// Power is back, as the boot loader hands the machine over.
    void restore_power();
    /// Ends every thread but the caller's; what the driver left in the machine stays.
    void abandon_driver() { host_->power_off(); }

    // fault::MachineControl
    bool firmware_runs() const override { return rtkit_->alive(); }
    void crash(fault::CrashKind kind, fault::CrashlogChoice log) override;
    void sleep() override { rtkit_->sleep_uninvited(); }
    void hang() override { rtkit_->hang(); }
    void power_cut(fault::CutKeeps keeps, unsigned percent, std::uint64_t draw) override;
    void send(const fault::ForgedMail& mail) override;
    void force_wire(fault::Wire wire, bool level, SimTime how_long) override;
    void write_memory(const fault::RogueWrite& write) override;

private:
    const SocProfile& profile_;
    const Policies policies_;
    host::Engine engine_;
    Window identity_{0, 0};
    std::optional<Backing> identity_memory_;  ///< until the SoC has it
    std::unique_ptr<ans::Media> media_;
    std::unique_ptr<Soc> soc_;
    std::unique_ptr<fw::Rtkit> rtkit_;
    std::unique_ptr<fw::AnsService> service_;
    std::unique_ptr<host::Host> host_;
    PowerLost power_lost_;
    bool powered_ = true;
};

}  // namespace ans::scenario
