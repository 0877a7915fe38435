// SPDX-License-Identifier: MIT
#include "testbench/capi/session.h"

#include <algorithm>
#include <cstdlib>

#include "testbench/capi/error.h"
#include "testbench/scenario/files/load.h"

namespace ans::capi {

namespace {

std::vector<std::string> overrides_of(const ans2emu_options& options) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < options.override_count; ++i)
        all.emplace_back(options.overrides[i]);
    return all;
}

// A scenario for whatever driver: the reference driver's part of it is taken out.
void make_foreign(scenario::Scenario& scenario) {
    scenario.driver.kind = scenario::DriverKind::Foreign;
    scenario.driver.library.clear();
    scenario.steps.clear();
}

Answer choose(const ans2emu_options& options, std::unique_ptr<scenario::Scenario>& chosen) {
    const bool file = options.scenario_file != nullptr;
    if (file == (options.scenario_text != nullptr))
        return {ANS2EMU_E_ARGUMENT, "open: expected either scenario_file or scenario_text"};
    if (options.override_count != 0 && options.overrides == nullptr)
        return {ANS2EMU_E_ARGUMENT, "open: overrides is NULL"};
    scenario::Loaded loaded =
        file ? scenario::load_scenario(options.scenario_file, overrides_of(options))
             : scenario::load_scenario_text(options.scenario_text, "scenario", overrides_of(options));
    if (!loaded.problems.empty()) {
        std::string why;
        for (const std::string& problem : loaded.problems)
            why += (why.empty() ? "" : "\n") + problem;
        return {ANS2EMU_E_SCENARIO, why};
    }
    std::vector<scenario::Scenario>& all = loaded.scenarios;
    if (options.run == nullptr && all.size() > 1)
        return {ANS2EMU_E_ARGUMENT, "open: the scenario has " + std::to_string(all.size()) +
                                        " runs, the first is \"" + all.front().run + "\"; choose one"};
    const auto found =
        options.run == nullptr
            ? all.begin()
            : std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.run == options.run; });
    if (found == all.end())
        return {ANS2EMU_E_ARGUMENT, std::string("open: the scenario has no run \"") + options.run + "\""};
    chosen = std::make_unique<scenario::Scenario>(std::move(*found));
    make_foreign(*chosen);
    return {};
}

}  // namespace

Session& Session::instance() {
    static auto* const session = new Session;  // never destroyed: a driver may call exit()
    return *session;
}

void Session::take(ForeignConductor& conductor) {
    static std::uint64_t serial = 0;
    conductor_ = &conductor;
    owner_ = pthread_self();
    built_ = true;
    auto* const handle = reinterpret_cast<ans2emu_machine*>(handle_number(HandleKind::Machine, 0, ++serial));
    conductor.world().set_machine(handle);
    machine_ = handle;
}

void Session::adopt(ForeignConductor& conductor) {
    finished_ = false;
    take(conductor);
}

void Session::forget(const ForeignConductor& conductor) {
    if (conductor_ != &conductor) return;
    machine_ = nullptr;
    conductor_ = nullptr;
}

Answer Session::open(const ans2emu_options& options, ans2emu_machine*& machine) {
    if (built_)
        return {ANS2EMU_E_BUSY, machine_ != nullptr
                                    ? "open: this process has a machine, and can have only one"
                                    : "open: this process had its machine; SystemC cannot build a second"};
    if (Answer answer = choose(options, scenario_); answer.status != ANS2EMU_OK) return answer;
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 0);
    if (Answer answer = build(options); answer.status != ANS2EMU_OK) return answer;
    machine = machine_;
    return {};
}

Answer Session::build(const ans2emu_options& options) {
    scenario::RunOptions run;
    if (options.trace_file != nullptr) run.trace_file = options.trace_file;
    run.conduct = foreign_conductor;
    run_ = std::make_unique<scenario::Run>(*scenario_, run);
    return {};
}

Answer Session::finish(const char*& json, bool& passed) {
    if (run_ == nullptr) return {ANS2EMU_E_CONTEXT, "finish: the machine was opened by `ans2emu run`"};
    if (conductor_->running()) return {ANS2EMU_E_CONTEXT, "finish: a driver is at work"};
    if (!finished_) {
        finished_ = true;
        judge();
    }
    json = json_.c_str();
    passed = passed_;
    return judged_;
}

void Session::judge() {
    try {
        const scenario::RunResult result = run_->finish(conductor_->last_end());
        json_ = to_json(result).dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
        passed_ = result.verdict == scenario::Verdict::Passed;
    } catch (...) {
        judged_ = answer_of_exception();
    }
}

Answer Session::close() {
    if (run_ == nullptr) return {ANS2EMU_E_CONTEXT, "close: the machine was opened by `ans2emu run`"};
    if (conductor_->running()) return {ANS2EMU_E_CONTEXT, "close: a driver is at work"};
    run_.reset();
    scenario_.reset();
    json_.clear();
    return {};
}

}  // namespace ans::capi
