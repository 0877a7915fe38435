// SPDX-License-Identifier: MIT
// The story of a run: what a reader wants to see happen, told while it happens. The teller sits in the worker
// and listens; the printer sits in the parent and writes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "testbench/cli/terminal.h"
#include "testbench/scenario/files/result.h"
#include "testbench/scenario/files/scenario.h"
#include "testbench/scenario/run.h"

namespace ans::cli {

enum class Scene : std::uint8_t {
    StepBegin,
    StepEnd,
    Stage,
    Driver,
    Firmware,
    Crash,
    Fault,
    Violation,
    Machine,
    Note
};

/// One thing that happened.
struct StoryLine {
    Scene scene = Scene::Note;
    SimTime at = 0;
    std::string text;
    std::string mark;      ///< log level, severity or status of a step
    std::size_t step = 0;  ///< StepBegin, StepEnd: index
};
std::string encode(const StoryLine& line);
/// The reverse. Throws nlohmann::json::exception.
StoryLine decode_story(const std::string& text);

/// Turns what happens into story lines.
class StoryTeller : public scenario::RunObserver {
public:
    /// `verbose`: also the firmware's log, the driver's small talk and changes of state.
    StoryTeller(bool verbose, std::function<void(const StoryLine&)> tell);

    EventHub::Kinds kinds() const override;
    void on_event(const Event& event) override;
    void step_begun(std::size_t index, std::string_view name, SimTime at) override;
    void step_ended(std::size_t index, const scenario::StepResult& result) override;

private:
    void say(StoryLine line);
    void send(StoryLine line);
    bool verbose_;
    std::function<void(const StoryLine&)> tell_;
    std::size_t told_ = 0;
    SimTime burst_at_ = kNever;  ///< instant of the driver's last line
    std::size_t burst_ = 0;      ///< its lines at that instant
};

/// Words for the console.
class StoryPrinter {
public:
    StoryPrinter(const scenario::Scenario& scenario, Style style) : scenario_(scenario), style_(style) {}
    /// Which machine, which driver, what is planned.
    std::string opening() const;
    std::string line(const StoryLine& line) const;
    /// Checks, failures, and one clear last line.
    std::string ending(const scenario::RunResult& result) const;

private:
    const scenario::Scenario& scenario_;
    Style style_;
};

/// "io  200 x randwrite 4 KiB, depth 1, verify": what a step is about to do.
std::string describe(const scenario::Step& step);
/// "PASSED", "FAILED", "BAD INPUT", "BROKEN", coloured.
std::string verdict_text(scenario::Verdict verdict, const Style& style);

}  // namespace ans::cli
