// SPDX-License-Identifier: MIT
#include "testbench/cosim/linux_conductor.h"

#include <charconv>
#include <filesystem>
#include <fstream>

#include "host_driver/port/port.h"
#include "testbench/cosim/archive.h"
#include "testbench/cosim/guest_tree.h"
#include "testbench/scenario/files/judge.h"
#include "testbench/scenario/files/problem.h"

namespace ans::cosim {

namespace fs = std::filesystem;
using scenario::Abandon;
using scenario::Boot;
using scenario::PowerCut;
using scenario::PowerOn;
using scenario::Shell;
using scenario::Shutdown;
using scenario::Step;
using scenario::StepResult;
using scenario::StepStatus;

namespace {

/// Begins the lines of the guest's init that are meant for us.
constexpr std::string_view kMark = "@ans2emu ";
/// The kernel's last words once every device is shut down. What follows is User Mode Linux taking its virtio
/// bus apart under the drivers. source: kernel_power_off(); linux-cosim.md 1, "KASAN flavour"
constexpr std::string_view kPowerDown = "reboot: Power down";
constexpr std::string_view kPanic = "Kernel panic - not syncing";

std::vector<unsigned> interrupt_lines(const SocProfile& profile) {
    std::vector<unsigned> lines(profile.mailbox_irq.begin(), profile.mailbox_irq.end());
    lines.push_back(profile.nvme_irq);
    return lines;
}

/// "[    0.123456] text" without its time; nothing where the line is not the kernel's.
std::optional<std::string_view> kernel_text(std::string_view line) {
    if (line.empty() || line.front() != '[') return {};
    const std::size_t end = line.find("] ");
    const std::string_view stamp = line.substr(0, end);
    if (end == std::string_view::npos || stamp.find_first_not_of("[ .0123456789") != std::string_view::npos)
        return {};
    return line.substr(end + 2);
}

/// The numbers behind a word of the guest's, as in "end 3 0".
std::vector<std::size_t> numbers(std::string_view text) {
    std::vector<std::size_t> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        std::size_t number = 0;
        if (std::from_chars(text.data(), text.data() + end, number).ec == std::errc()) out.push_back(number);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw scenario::UserError(path + ": cannot be read");
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_whole(const std::string& path, const std::string& bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << bytes;
    out.close();
    if (!out) throw scenario::UserError(path + ": cannot be written; is the disk full?");
}

/// One line of the guest's plan; "": not its affair.
std::string plan_line(const Step& step, std::size_t index) {
    const std::string number = " " + std::to_string(index) + "\n";
    if (std::holds_alternative<Boot>(step)) return "boot" + number;
    if (std::holds_alternative<Shell>(step)) return "sh" + number;
    if (std::holds_alternative<Shutdown>(step)) return "shutdown" + number;
    return {};
}

}  // namespace

LinuxConductor::LinuxConductor(const scenario::Scenario& scenario, scenario::Rig& rig, EventHub& events,
                               scenario::RunObserver* observer, GuestKit kit, GuestWishes wishes,
                               std::unique_ptr<RunFolder> folder)
    : scenario_(scenario),
      rig_(rig),
      events_(events),
      observer_(observer),
      kit_(std::move(kit)),
      wishes_(std::move(wishes)),
      folder_owner_(std::move(folder)),
      folder_(folder_owner_->path()),
      terminal_(wishes_.shell ? std::make_unique<Terminal>() : nullptr),
      cpu_("guest_cpu", rig.engine(), interrupt_lines(rig.soc().profile()),
           scenario.machine.irq_entry) {
    cpu_.bus.bind(rig.soc().mmio());
    cpu_.interrupts.bind(rig.soc().interrupts().control);
    rig.soc().interrupts().cpu.bind(cpu_.interrupt_sink);
    for (const Step& step : scenario.steps) {
        StepResult result;
        result.name = step_name(step);
        results_.push_back(std::move(result));
    }
}

LinuxConductor::~LinuxConductor() = default;

host::Engine::End LinuxConductor::drive(SimTime limit) {
    rig_.engine().advance_to(0);
    stay_on_this_cpu();
    for (;;) {
        const bool over = guest_ == nullptr && (failed_ || next_ == scenario_.steps.size());
        if (over) return host::Engine::End::Stopped;
        Turn turn = Turn::Next;
        if (guest_ == nullptr && std::holds_alternative<Boot>(scenario_.steps[next_]))
            start_life(next_);
        else if (guest_ == nullptr)
            turn = do_ourselves(next_);
        else
            turn = live(limit);
        if (turn == Turn::Limit) return host::Engine::End::Limit;
        if (turn == Turn::Idle) return host::Engine::End::Idle;
        if (turn == Turn::End) return host::Engine::End::Stopped;
    }
}

// --- steps -----------------------------------------------------------------------------------------------

void LinuxConductor::begin(std::size_t index, SimTime at) {
    present_ = index;
    next_ = index + 1;
    results_[index].begin = at;
    results_[index].status = StepStatus::Unfinished;
    if (observer_ != nullptr) observer_->step_begun(index, "", at);
}

void LinuxConductor::end(std::size_t index, bool good, SimTime at) {
    present_.reset();
    StepResult& result = results_[index];
    result.status = good ? StepStatus::Ok : StepStatus::Error;
    result.end = at;
    if (observer_ != nullptr) observer_->step_ended(index, result);
    failed_ = !scenario::as_expected(scenario_.steps[index], result);
}

// Steps that are done to the machine, not by the guest.
LinuxConductor::Turn LinuxConductor::do_ourselves(std::size_t index) {
    const Step& step = scenario_.steps[index];
    begin(index, kernel_now());
    if (std::holds_alternative<PowerCut>(step))
        results_[index].detail = std::to_string(rig_.cut_power()) + " blocks lost their newest data";
    if (std::holds_alternative<PowerOn>(step)) rig_.restore_power();
    end(index, true, kernel_now());
    return Turn::Next;
}

// The life that begins with this step ends before the one that is returned.
std::size_t LinuxConductor::end_of_life(std::size_t first) const {
    std::size_t last = first + 1;
    while (last < scenario_.steps.size()) {
        const Step& step = scenario_.steps[last];
        if (plan_line(step, last).empty() || std::holds_alternative<Boot>(step)) break;
        ++last;
        if (std::holds_alternative<Shutdown>(step)) break;
    }
    return last;
}

void LinuxConductor::write_initrd(std::size_t first, std::size_t last) const {
    Archive archive;
    std::string plan, mounts, parameters;
    for (std::size_t i = first; i < last; ++i) {
        const bool shutdown = std::holds_alternative<Shutdown>(scenario_.steps[i]);
        if (!shutdown || !wishes_.shell) plan += plan_line(scenario_.steps[i], i);  // the shell comes before it
        if (const auto* shell = std::get_if<Shell>(&scenario_.steps[i]))
            archive.add("ans/steps/" + std::to_string(i) + ".sh", shell->run + "\n");
    }
    const bool whole_life = std::holds_alternative<Shutdown>(scenario_.steps[last - 1]);
    archive.add("ans/plan", plan + (whole_life || wishes_.shell ? "" : "hold\n"));
    const scenario::Guest& guest = scenario_.driver.guest;
    for (const std::string& parameter : guest.parameters) {
        const std::size_t dot = parameter.find('.');
        parameters += parameter.substr(0, dot) + " " + parameter.substr(dot + 1) + "\n";
    }
    archive.add("ans/parameters", parameters);
    for (const scenario::GuestMount& mount : guest.mounts)
        mounts += mount.name + " " + fs::absolute(mount.path).string() + (mount.writable ? " rw\n" : " ro\n");
    archive.add("ans/mounts", mounts);
    for (const std::string& module : wishes_.modules)
        archive.add("ans/modules/" + fs::path(module).filename().string(), read_whole(module));
    if (wishes_.shell) archive.add("ans/shell", "");
    write_whole(folder_ + "/initrd.cpio", read_whole(kit_.initramfs) + archive.finish());
}

void LinuxConductor::start_life(std::size_t index) {
    const SocProfile& profile = rig_.soc().profile();
    const std::string life = folder_ + "/life" + std::to_string(++lives_);
    const std::string source = folder_ + "/machine.dts";
    if (lives_ == 1) {
        write_whole(source, device_tree(profile));
        compile_device_tree(source, folder_ + "/machine.dtb");
    }
    write_initrd(index, end_of_life(index));
    fs::create_directory(life);
    for (const char* file : {"machine.dtb", "initrd.cpio"})
        fs::rename(folder_ + "/" + file, life + "/" + file);
    fs::copy_file(life + "/machine.dtb", folder_ + "/machine.dtb");
    GuestConfig config;
    config.folder = life;
    config.kernel = kit_.kernel;
    config.preload = kit_.preload;
    config.memory_mib = scenario_.driver.guest.memory_mib;
    config.patience_s = scenario_.driver.guest.patience_s;
    config.seed = scenario_.seed;
    config.terminal = terminal_.get();
    powering_down_ = false;
    last_kernel_line_.clear();
    begin(index, kernel_now());
    GuestListener& listener = *this;
    guest_ = std::make_unique<Guest>(config, profile, rig_.engine(), cpu_, rig_.soc().dram(), listener);
}

// --- a life ----------------------------------------------------------------------------------------------

LinuxConductor::Turn LinuxConductor::live(SimTime limit) {
    switch (guest_->run(limit)) {
        case Guest::End::Stopped:
            break;
        case Guest::End::Limit:
            return Turn::Limit;
        case Guest::End::Idle:
            return Turn::Idle;
        case Guest::End::Exited:
            return after_exit();
        case Guest::End::Failed:
            failure_ = guest_->failure();
            if (failure_.kind == host::HostFailure::Kind::GuestBroken) guest_broke(failure_.text);
            return Turn::End;
    }
    guest_.reset();
    if (present_ && lost_blocks_) {
        const std::size_t index = *present_;
        results_[index].detail =
            "power was cut; " + std::to_string(*lost_blocks_) + " blocks lost their newest data";
        end(index, false, kernel_now());
    } else if (powering_down_) {
        const bool after_shell = !present_ && next_ < results_.size();
        if (after_shell && std::holds_alternative<Shutdown>(scenario_.steps[next_])) begin(next_, kernel_now());
        if (present_) end(*present_, true, kernel_now());
    }
    if (wishes_.shell && next_ < results_.size() && !powering_down_) failed_ = true;  // the user left
    lost_blocks_.reset();
    return Turn::Next;
}

LinuxConductor::Turn LinuxConductor::after_exit() {
    guest_broke("the kernel ended with " + guest_->farewell());
    return Turn::End;
}

void LinuxConductor::guest_broke(std::string why) {
    if (!last_kernel_line_.empty()) why += "; its last words: " + last_kernel_line_;
    failure_ = {host::HostFailure::Kind::GuestBroken, "guest", std::move(why), kernel_now(), {}};
}

// From inside the simulation, while the guest runs or waits.
void LinuxConductor::on_power_lost(std::uint64_t lost_blocks, SimTime) {
    lost_blocks_ = lost_blocks;
    if (guest_ != nullptr) guest_->stop();
}

void LinuxConductor::kernel_line(std::string_view line, SimTime at) {
    const std::optional<std::string_view> text = kernel_text(line);
    if (!text || powering_down_) return;  // what follows is no word of the driver
    if (last_kernel_line_.find(kPanic) == std::string::npos) last_kernel_line_ = *text;
    Event event;
    event.time = at;
    event.kind = EventKind::DriverLog;
    event.unit = Unit::Driver;
    const auto level = scenario::is_kernel_report(*text) ? port::LogLevel::Warning
                                                         : port::LogLevel::Info;
    event.slot[0] = static_cast<std::uint64_t>(level);
    event.set_text(*text);
    events_.emit(event);
    if (text->find(kPowerDown) == std::string_view::npos) return;
    powering_down_ = true;
    guest_->stop();
}

void LinuxConductor::step_line(std::string_view line, SimTime at) {
    if (line.substr(0, kMark.size()) != kMark) {
        if (line.empty()) return;
        if (present_) results_[*present_].detail = line;
        Event event;
        event.time = at;
        event.kind = EventKind::RunNote;
        event.unit = Unit::Run;
        event.set_text(line);
        if (events_.wants(EventKind::RunNote)) events_.emit(event);
        return;
    }
    line.remove_prefix(kMark.size());
    const std::string_view word = line.substr(0, line.find(' '));
    const std::vector<std::size_t> values = numbers(line.substr(std::min(word.size() + 1, line.size())));
    const bool known = !values.empty() && values[0] < scenario_.steps.size();
    if (word == "begin" && known && present_ != values[0]) begin(values[0], at);
    if (word == "end" && known && values.size() == 2 && present_ == values[0]) {
        // A shutdown is over when the kernel says so.
        const bool shutdown = std::holds_alternative<Shutdown>(scenario_.steps[values[0]]);
        if (shutdown && values[1] == 0) return;
        end(values[0], values[1] == 0, at);
        if (failed_) guest_->stop();
    }
    if (word == "shell") guest_->open_terminal();
    if (word == "hold") guest_->stop();
}

}  // namespace ans::cosim
