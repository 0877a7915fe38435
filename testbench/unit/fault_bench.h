// SPDX-License-Identifier: MIT
// Rules, events and a plan for the tests of fault rules.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "testbench/fault/plan.h"
#include "testbench/fault/table.h"
#include "testbench/support/sim_test.h"

namespace ans::test {

using fault::Do;
using fault::FaultPlan;
using fault::FieldMatch;
using fault::Rule;

class RecordingMachine : public fault::MachineControl {
public:
    bool firmware_runs() const override { return alive; }
    void crash(fault::CrashKind kind, fault::CrashlogChoice log) override {
        note("crash " + std::to_string(static_cast<int>(kind)) + " " + std::to_string(static_cast<int>(log)));
    }
    void sleep() override { note("sleep"); }
    void hang() override { note("hang"); }
    void power_cut(fault::CutKeeps keeps, unsigned percent, std::uint64_t draw) override {
        note("cut " + std::to_string(static_cast<int>(keeps)) + " " + std::to_string(percent));
        draws.push_back(draw);
    }
    void send(const fault::ForgedMail& mail) override {
        mails.push_back(mail);
        note("send");
    }
    void force_wire(fault::Wire wire, bool level, SimTime how_long) override {
        note("force " + std::to_string(static_cast<int>(wire)) + (level ? " high " : " low ") +
             std::to_string(how_long / microseconds(1)));
    }
    void write_memory(const fault::RogueWrite& write) override {
        writes.push_back(write);
        note("write");
    }
    void note(const std::string& what) {
        deeds.push_back(what);
        at.push_back(kernel_now());
    }
    bool alive = true;
    std::vector<std::string> deeds;
    std::vector<SimTime> at;
    std::vector<std::uint64_t> draws;
    std::vector<fault::ForgedMail> mails;
    std::vector<fault::RogueWrite> writes;
};

inline Event make(EventKind kind, std::initializer_list<std::pair<const char*, std::uint64_t>> fields,
                  SimTime time = 0) {
    Event event;
    event.kind = kind;
    event.time = time;
    for (const auto& [name, value] : fields)
        find_field(kind, name)->set(event, value);
    return event;
}

inline FieldMatch equal(EventKind kind, const char* field, std::uint64_t value) {
    return {find_field(kind, field), FieldMatch::Op::Equal, {value}};
}

/// The action with its defaults, and `given` in place of them.
inline Do act(const char* id, std::initializer_list<std::pair<const char*, std::uint64_t>> given = {},
              SimTime delay = 0) {
    Do todo;
    todo.action = fault::find_action(id);
    todo.delay = delay;
    for (std::size_t i = 0; i < todo.action->param_count; ++i)
        todo.params.push_back({todo.action->params[i].by_default, nullptr});
    for (const auto& [name, value] : given)
        todo.params[static_cast<std::size_t>(fault::param_index(*todo.action, name))].value = value;
    return todo;
}

inline Rule rule_on(EventKind kind, Do todo, std::vector<FieldMatch> fields = {}) {
    Rule rule;
    rule.id = "r";
    rule.when.kind = kind;
    rule.when.fields = std::move(fields);
    rule.actions.push_back(std::move(todo));
    return rule;
}

class FaultTest : public SimTest {
protected:
    /// A later plan takes the decide points over; the objects of SystemC live as long as the process.
    void plan(std::vector<Rule> rules, std::uint64_t seed = 1) {
        const std::string name = "plan" + std::to_string(plans_.size());
        plans_.push_back(
            std::make_unique<FaultPlan>(name.c_str(), std::move(rules), seed, events, points, machine));
        plan_ = plans_.back().get();
    }
    Verdict::Kind message(DecidePoint point, std::uint64_t msg0, SimTime time = 0) {
        const auto fifo = point == DecidePoint::MailboxI2a ? 1u : 0u;
        return points.ask(point, make(EventKind::MailPush, {{"fifo", fifo}, {"msg0", msg0}}, time)).kind;
    }
    Verdict complete(std::uint64_t tag) {
        return points.ask(DecidePoint::Completion, make(EventKind::CompletionPosted, {{"tag", tag}}));
    }
    std::string pattern(unsigned count) {
        std::string out;
        for (unsigned i = 0; i < count; ++i)
            out += complete(i).kind == Verdict::Kind::Drop ? 'x' : '.';
        return out;
    }

    DecideHub points;
    RecordingMachine machine;
    std::vector<std::unique_ptr<FaultPlan>> plans_;
    FaultPlan* plan_ = nullptr;
};

}  // namespace ans::test
