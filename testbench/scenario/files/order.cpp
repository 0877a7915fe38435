// SPDX-License-Identifier: MIT
// Which step may follow which. A step that may fail leaves several states possible; a step is refused only
// where none of them allows it.
#include <array>

#include "testbench/scenario/files/shapes.h"

namespace ans::scenario {

namespace {

// Possible states of driver and machine, as bits.
enum State : unsigned { kDown = 1, kUp = 2, kSuspended = 4, kNoPower = 8 };
constexpr unsigned kPowered = kDown | kUp | kSuspended;

struct Rule {
    unsigned from;           ///< states that allow the step
    unsigned ok;             ///< states after it went well; 0: as before
    unsigned error;          ///< states after it failed; 0: as before
    std::string_view needs;  ///< for the message
};

constexpr std::string_view kNeedsBoot = "needs a booted driver";

// In the order of the variant Step.
constexpr std::array<Rule, std::variant_size_v<Step>> kRules{{
    {kDown, kUp, kDown, "needs a driver that is not booted and a machine with power"},  // boot
    {kUp, 0, 0, kNeedsBoot},                                                            // identify
    {kUp, 0, 0, kNeedsBoot},                                                            // smart
    {kUp, 0, 0, kNeedsBoot},                                                            // io
    {kUp, 0, 0, kNeedsBoot},                                                            // read_image
    {kUp, 0, 0, kNeedsBoot},                                                            // write_image
    {kUp, 0, 0, kNeedsBoot},                                                            // flush
    {kUp, 0, 0, kNeedsBoot},                                                            // trim
    {kUp, kSuspended, kUp | kDown, kNeedsBoot},                                         // suspend
    {kSuspended, kUp, kSuspended | kDown, "needs a suspend before it"},                 // resume
    {kUp, kUp, kUp | kDown, kNeedsBoot},                                                // reset
    {kUp, kDown, kUp | kDown, kNeedsBoot},                                              // shutdown
    {kPowered, kNoPower, kNoPower, "needs a machine with power"},                       // power_cut
    {kNoPower, kDown, kNoPower, "needs a power_cut before it"},                         // power_on
    {kPowered | kNoPower, 0, 0, ""},                                                    // wait
    {kPowered, 0, 0, "needs a machine with power"},                                     // mmio
    {kPowered, 0, 0, "needs a machine with power"},                                     // mail
    {kUp, 0, 0, kNeedsBoot},                                                            // command
    {kUp | kSuspended, kDown, kDown, kNeedsBoot},                                       // abandon
}};

std::string describe(unsigned states) {
    std::vector<std::string_view> words;
    if ((states & kDown) != 0) words.push_back("not booted");
    if ((states & kUp) != 0) words.push_back("booted");
    if ((states & kSuspended) != 0) words.push_back("suspended");
    if ((states & kNoPower) != 0) words.push_back("without power");
    return std::string(words.size() > 1 ? "here it can only be " : "here it is ") + one_of(words);
}

bool cuts_power(const std::vector<fault::Do>& actions) {
    for (const fault::Do& act : actions)
        if (act.action->effect == fault::Effect::PowerCut) return true;
    return false;
}

// A fault rule or a script may take the power away at any moment: then every state may have become "no
// power".
bool power_may_fail(const Scenario& scenario) {
    for (const fault::Rule& rule : scenario.faults)
        if (cuts_power(rule.actions)) return true;
    for (const fault::Script& script : scenario.scripts)
        for (const fault::ScriptStep& step : script.steps)
            if (cuts_power(step.actions)) return true;
    return false;
}

}  // namespace

void check_order(const Scenario& scenario, const Path& steps, Problems& problems) {
    unsigned states = kDown;
    const unsigned always = power_may_fail(scenario) ? kNoPower : 0u;
    for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
        const Step& step = scenario.steps[i];
        const Rule& rule = kRules[step.index()];
        states |= always;
        const unsigned from = states & rule.from;
        if (from == 0) {
            problems.add(Path(steps, i), std::string(step_name(step)) + " is impossible: it " +
                                             std::string(rule.needs) + ", and " + describe(states));
            return;
        }
        const StepExpect expect = step_expect(step);
        unsigned next = 0;
        if (expect != StepExpect::Error) next |= rule.ok != 0 ? rule.ok : from;
        if (expect != StepExpect::Ok) next |= rule.error != 0 ? rule.error : from;
        states = next;
    }
}

}  // namespace ans::scenario
