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

// Who can do a step, as bits.
enum Kind : unsigned { kReference = 1, kForeign = 2, kLinux = 4, kBoth = kReference | kLinux };
constexpr unsigned bit_of(DriverKind kind) {
    return 1u << static_cast<unsigned>(kind);
}

struct Rule {
    unsigned kinds;
    unsigned from;           ///< states that allow the step
    unsigned ok;             ///< states after it went well; 0: as before
    unsigned error;          ///< states after it failed; 0: as before
    std::string_view needs;  ///< for the message
};

constexpr std::string_view kNeedsBoot = "needs a booted driver";

// In the order of the variant Step.
constexpr std::array<Rule, std::variant_size_v<Step>> kRules{{
    {kBoth, kDown, kUp, kDown, "needs a driver that is not booted and a machine with power"},  // boot
    {kReference, kUp, 0, 0, kNeedsBoot},                                                            // identify
    {kReference, kUp, 0, 0, kNeedsBoot},                                                            // smart
    {kReference, kUp, 0, 0, kNeedsBoot},                                                            // io
    {kReference, kUp, 0, 0, kNeedsBoot},                                                            // read_image
    {kReference, kUp, 0, 0, kNeedsBoot},                                                            // write_image
    {kReference, kUp, 0, 0, kNeedsBoot},                                                            // flush
    {kReference, kUp, 0, 0, kNeedsBoot},                                                            // trim
    {kReference, kUp, kSuspended, kUp | kDown, kNeedsBoot},                                         // suspend
    {kReference, kSuspended, kUp, kSuspended | kDown, "needs a suspend before it"},                 // resume
    {kReference, kUp, kUp, kUp | kDown, kNeedsBoot},                                                // reset
    {kBoth, kUp, kDown, kUp | kDown, kNeedsBoot},                                              // shutdown
    {kBoth, kPowered, kNoPower, kNoPower, "needs a machine with power"},                       // power_cut
    {kBoth, kNoPower, kDown, kNoPower, "needs a power_cut before it"},                         // power_on
    {kReference, kPowered | kNoPower, 0, 0, ""},                                                    // wait
    {kReference, kPowered, 0, 0, "needs a machine with power"},                                     // mmio
    {kReference, kPowered, 0, 0, "needs a machine with power"},                                     // mail
    {kReference, kUp, 0, 0, kNeedsBoot},                                                            // command
    {kBoth, kUp | kSuspended, kDown, kDown, kNeedsBoot},                                       // abandon
    {kLinux, kUp, 0, 0, kNeedsBoot},  // sh
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

std::string_view who(DriverKind kind) {
    return kind == DriverKind::Linux ? "a guest (driver.kind linux)" : "the reference driver";
}

std::vector<std::string_view> steps_of(DriverKind kind) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < kRules.size(); ++i)
        if ((kRules[i].kinds & bit_of(kind)) != 0) names.push_back(step_name(i));
    return names;
}

// A guest whose disk never came is up all the same.
unsigned after_error(const Scenario& scenario, const Rule& rule, unsigned from) {
    if (scenario.driver.kind == DriverKind::Linux && rule.ok == kUp) return kUp;
    return rule.error != 0 ? rule.error : from;
}

}  // namespace

void check_order(const Scenario& scenario, const Path& steps, Problems& problems) {
    unsigned states = kDown;
    const unsigned always = power_may_fail(scenario) ? kNoPower : 0u;
    for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
        const Step& step = scenario.steps[i];
        const Rule& rule = kRules[step.index()];
        states |= always;
        if ((rule.kinds & bit_of(scenario.driver.kind)) == 0) {
            problems.add(Path(steps, i), std::string(step_name(step)) + " is no step for " +
                                             std::string(who(scenario.driver.kind)) + "; its steps: " +
                                             one_of(steps_of(scenario.driver.kind)));
            return;
        }
        const unsigned from = states & rule.from;
        if (from == 0) {
            problems.add(Path(steps, i), std::string(step_name(step)) + " is impossible: it " +
                                             std::string(rule.needs) + ", and " + describe(states));
            return;
        }
        const StepExpect expect = step_expect(step);
        unsigned next = 0;
        if (expect != StepExpect::Error) next |= rule.ok != 0 ? rule.ok : from;
        if (expect != StepExpect::Ok) next |= after_error(scenario, rule, from);
        states = next;
    }
}

}  // namespace ans::scenario
