// SPDX-License-Identifier: MIT
// A fault plan for tests of interposers: gives the scripted verdicts in order, then lets everything pass.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "models/common/decide.h"

namespace ans::test {

struct ScriptedDecider : Decider {
    Verdict decide(DecidePoint point, const Event& about) override {
        points.push_back(point);
        asked.push_back(about);
        if (script.empty()) return {};
        Verdict verdict = script.front();
        script.pop_front();
        if (edit) edit(verdict, about);
        return verdict;
    }
    Verdict& next(Verdict::Kind kind, SimTime delay = 0, std::uint32_t count = 1) {
        Verdict verdict;
        verdict.kind = kind;
        verdict.delay = delay;
        verdict.count = count;
        script.push_back(verdict);
        return script.back();
    }
    /// The next thing happens with this value in that field.
    void replace(std::string_view name, std::uint64_t value) {
        next(Verdict::Kind::Replace);
        edit = [name, value](Verdict& verdict, const Event& about) {
            verdict.replacement = about;
            find_field(about.kind, name)->set(verdict.replacement, value);
        };
    }

    std::deque<Verdict> script;
    std::function<void(Verdict&, const Event&)> edit;
    std::vector<DecidePoint> points;
    std::vector<Event> asked;
};

}  // namespace ans::test
