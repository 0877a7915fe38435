// SPDX-License-Identifier: MIT
#include "testbench/cli/story.h"

#include <array>
#include <nlohmann/json.hpp>

#include "models/soc/profile.h"

namespace ans::cli {

using scenario::RunResult;
using scenario::Step;
using scenario::StepResult;
using scenario::Verdict;

namespace {
// A run that talks without end must not fill pipe and memory.
constexpr std::size_t kLongestStory = 20'000;
constexpr std::size_t kLongestText = 500;
// Of a burst of driver lines at one instant, a crashlog say, so many are told without -v.
constexpr std::size_t kLongestBurst = 8;
}  // namespace

std::string encode(const StoryLine& line) {
    const nlohmann::json j{line.scene, line.at, line.text, line.mark, line.step};
    return j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

StoryLine decode_story(const std::string& text) {
    const nlohmann::json j = nlohmann::json::parse(text);
    return {j.at(0), j.at(1), j.at(2), j.at(3), j.at(4)};
}

StoryTeller::StoryTeller(bool verbose, std::function<void(const StoryLine&)> tell)
    : verbose_(verbose), tell_(std::move(tell)) {}

EventHub::Kinds StoryTeller::kinds() const {
    EventHub::Kinds kinds;
    for (const EventKind kind :
         {EventKind::DriverStage, EventKind::DriverLog, EventKind::FirmwareCrash, EventKind::FaultFired,
          EventKind::RuleViolated, EventKind::PowerCut, EventKind::RunNote})
        kinds.set(static_cast<std::size_t>(kind));
    if (verbose_)
        for (const EventKind kind : {EventKind::FirmwareLog, EventKind::FirmwareState, EventKind::BootStatus,
                                     EventKind::ControllerState, EventKind::PowerState})
            kinds.set(static_cast<std::size_t>(kind));
    return kinds;
}

void StoryTeller::say(StoryLine line) {
    const bool goes_on = line.scene == Scene::Driver && line.at == burst_at_;
    if (!goes_on && burst_ > kLongestBurst)
        send({Scene::Driver, burst_at_, "... and " + counted(burst_ - kLongestBurst, "line") + " more (-v)",
              "", 0});
    burst_ = goes_on ? burst_ + 1 : line.scene == Scene::Driver ? 1 : 0;
    burst_at_ = line.scene == Scene::Driver ? line.at : kNever;
    if (verbose_ || burst_ <= kLongestBurst) send(std::move(line));
    if (verbose_) burst_ = 0;
}

void StoryTeller::send(StoryLine line) {
    if (++told_ > kLongestStory) return;
    if (told_ == kLongestStory)
        line = {Scene::Note, line.at, "the story is cut here, it grew too long", "", 0};
    if (line.text.size() > kLongestText) line.text = line.text.substr(0, kLongestText) + "...";
    line.text = printable(line.text);
    tell_(line);
}

void StoryTeller::on_event(const Event& event) {
    const std::string text(event.text());
    const auto word = [&](const char* field) { return format_field(*find_field(event.kind, field), event); };
    switch (event.kind) {
        case EventKind::DriverStage:
            return say({Scene::Stage, event.time, text, "", 0});
        case EventKind::DriverLog: {
            const std::string level = word("level");
            if (verbose_ || level == "error" || level == "warning")
                say({Scene::Driver, event.time, text, level, 0});
            return;
        }
        case EventKind::FirmwareLog:
            return say({Scene::Firmware, event.time, text, "", 0});
        case EventKind::FirmwareCrash:
            return say({Scene::Crash, event.time, text, "", 0});
        case EventKind::FaultFired:
            return say({Scene::Fault, event.time, text, "", 0});
        case EventKind::RuleViolated:
            return say({Scene::Violation, event.time, text, word("severity"), 0});
        case EventKind::PowerCut:
            return say({Scene::Machine, event.time,
                        "power is cut; " + word("lost_blocks") + " unflushed blocks are lost", "", 0});
        case EventKind::FirmwareState:
            return say({Scene::Machine, event.time, "firmware " + word("state"), "", 0});
        case EventKind::BootStatus:
            return say({Scene::Machine, event.time, "BOOT_STATUS " + word("value"), "", 0});
        case EventKind::ControllerState:
            return say(
                {Scene::Machine, event.time, "controller CC " + word("cc") + " CSTS " + word("csts"), "", 0});
        case EventKind::PowerState:
            return say({Scene::Machine, event.time, "power domain " + text + " at " + word("actual"), "", 0});
        default:
            return say({Scene::Note, event.time, text, "", 0});
    }
}

void StoryTeller::step_begun(std::size_t index, std::string_view name, SimTime at) {
    say({Scene::StepBegin, at, std::string(name), "", index});
}

void StoryTeller::step_ended(std::size_t index, const StepResult& result) {
    say({Scene::StepEnd, result.end, result.detail, std::string(step_status_name(result.status)), index});
}

namespace {

std::string us_text(SimTime time) {
    const SimTime tenths = time / (microseconds(1) / 10);
    return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10)) + " us";
}

struct Describer {
    std::string operator()(const scenario::StepBase&) const { return {}; }
    std::string operator()(const scenario::Io& io) const {
        std::string text = std::to_string(io.requests()) + " x " + std::string(pattern_name(io.pattern)) +
                           " " + size_text(io.block_kib << 10) + ", depth " + std::to_string(io.depth);
        if (io.threads > 1) text += ", " + std::to_string(io.threads) + " threads";
        if (io.pattern == scenario::Pattern::RandRw)
            text += ", " + std::to_string(io.read_percent) + " % reads";
        if (io.fua_percent != 0) text += ", " + std::to_string(io.fua_percent) + " % FUA";
        if (io.flush_every != 0) text += ", a flush each " + std::to_string(io.flush_every) + " writes";
        if (io.smart_every != 0) text += ", SMART each " + std::to_string(io.smart_every);
        if (io.think != 0) text += ", thinking " + us_text(io.think) + " before each";
        return text + (io.verify ? ", verify" : "");
    }
    std::string operator()(const scenario::ReadImage& read) const {
        return read.compare_with.empty() ? "all blocks, against the image"
                                         : "all blocks, against " + read.compare_with;
    }
    std::string operator()(const scenario::WriteImage& write) const {
        return write.from + (write.at_lba == 0 ? "" : " at block " + std::to_string(write.at_lba));
    }
    std::string operator()(const scenario::Trim& trim) const {
        return counted(trim.blocks, "block") + " from " + std::to_string(trim.lba);
    }
    std::string operator()(const scenario::Mmio& mmio) const {
        return (mmio.read.empty() ? "write " : "read ") + printable(mmio.place());
    }
    std::string operator()(const scenario::Mail& mail) const {
        return "to endpoint " + std::to_string(mail.endpoint);
    }
    std::string operator()(const scenario::RawCommand& command) const {
        return "opcode " + std::to_string(command.opcode) + ", tag " + std::to_string(command.tag);
    }
    std::string operator()(const scenario::Shell& shell) const {
        const std::string first = shell.run.substr(0, shell.run.find('\n'));
        return first.size() == shell.run.size() ? first : first + " ...";
    }
    std::string operator()(const scenario::Wait& wait) const { return ms_text(wait.time); }
};

std::string media_text(const scenario::Media& media) {
    if (media.image.empty()) return size_text(media.memory_bytes) + " in memory";
    return "image " + printable(media.image) + (media.read_only ? " (read only)" : "");
}

std::string driver_text(const scenario::Driver& driver) {
    if (driver.kind == scenario::DriverKind::Reference) return "reference driver";
    if (driver.kind == scenario::DriverKind::Linux)
        return driver.guest.flavour == scenario::GuestFlavour::Kasan ? "Linux with KASAN" : "Linux";
    return "driver " + printable(driver.library);
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

std::string when_text(SimTime at) {
    const std::string text = ms_text(at);
    return std::string(text.size() < 16 ? 16 - text.size() : 0, ' ') + text;
}

}  // namespace

std::string describe(const Step& step) {
    const std::string detail = printable(std::visit(Describer(), step));
    return std::string(step_name(step)) + (detail.empty() ? "" : "  " + detail);
}

std::string verdict_text(Verdict verdict, const Style& style) {
    switch (verdict) {
        case Verdict::Passed:
            return style(Colour::Good, "PASSED");
        case Verdict::Failed:
            return style(Colour::Bad, "FAILED");
        case Verdict::BadInput:
            return style(Colour::Bad, "BAD INPUT");
        case Verdict::Broken:
            return style(Colour::Bad, "BROKEN");
    }
    return {};
}

std::string StoryPrinter::opening() const {
    const scenario::Scenario& s = scenario_;
    const SocProfile* soc = find_soc(s.soc);
    std::string out = style_(Colour::Bold, printable(s.title())) + "\n";
    out += style_(Colour::Dim, printable(s.path)) + "\n";
    for (const std::string& line : wrapped(printable(s.description), 96))
        out += "  " + line + "\n";
    out += "  " + std::string(soc == nullptr ? "" : soc->title) + " (" + s.soc + "), firmware " +
           std::string(generation_name(s.firmware.generation)) + ", " + media_text(s.media) + ", " +
           driver_text(s.driver);
    for (std::size_t i = 0; i < s.driver.omit.size(); ++i)
        out.append(i == 0 ? " without " : " and ").append(driver::name(s.driver.omit[i]));
    return out + ", seed " + std::to_string(s.seed) + "\n\n";
}

std::string StoryPrinter::line(const StoryLine& line) const {
    const std::string at = style_(Colour::Dim, when_text(line.at)) + "  ";
    const auto told = [&](Colour colour, const std::string& who) {
        return at + "    " + style_(colour, padded(who, 10)) + line.text + "\n";
    };
    const Colour alarm = line.mark == "error"     ? Colour::Bad
                         : line.mark == "warning" ? Colour::Warn
                                                  : Colour::Dim;
    switch (line.scene) {
        case Scene::StepBegin:
            return at +
                   style_(Colour::Bold, line.step < scenario_.steps.size()
                                            ? describe(scenario_.steps[line.step])
                                            : line.text) +
                   "\n";
        case Scene::StepEnd:
            return told(line.mark == "ok" ? Colour::Good : Colour::Warn, line.mark);
        case Scene::Stage:
            return told(Colour::Plain, "stage");
        case Scene::Driver:
            return told(alarm, "driver");
        case Scene::Firmware:
            return told(Colour::Dim, "firmware");
        case Scene::Crash:
            return told(Colour::Bad, "crash");
        case Scene::Fault:
            return told(Colour::Warn, "fault");
        case Scene::Violation:
            return told(alarm, "rule");
        case Scene::Machine:
            return told(Colour::Dim, "machine");
        case Scene::Note:
            return told(Colour::Dim, "note");
    }
    return {};
}

std::string StoryPrinter::ending(const RunResult& result) const {
    std::string out = "\n";
    for (const std::string& check : result.checks)
        out += "  " + style_(Colour::Good, "ok    ") + printable(check) + "\n";
    for (const std::string& failure : result.failures)
        out += "  " + style_(Colour::Bad, "FAIL  ") + printable_lines(failure, 8) + "\n";
    out += "\n" + verdict_text(result.verdict, style_) + "  " + printable(result.name) + "  " +
           style_(Colour::Dim, "(" + ms_text(result.facts.sim_time) + " simulated, " +
                                   wall_text(result.wall_ms) + " real)");
    return out + "\n";
}

}  // namespace ans::cli
