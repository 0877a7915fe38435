// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <set>

#include "testbench/unit/fault_bench.h"

namespace ans::test {
namespace {

using fault::kUnset;

TEST(FaultTable, EveryActionIsFullyDescribed) {
    std::size_t count = 0;
    const fault::ActionInfo* table = fault::actions(count);
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < count; ++i) {
        const fault::ActionInfo& a = table[i];
        SCOPED_TRACE(std::string(a.id));
        EXPECT_TRUE(ids.insert(a.id).second);
        EXPECT_EQ(fault::find_action(a.id), &a);
        for (const auto text : {a.title, a.owner, a.imitates, a.source})
            EXPECT_FALSE(text.empty());
        EXPECT_TRUE(!a.own() || a.native == EventKind::Count);
        EXPECT_NE(a.effect, fault::Effect::Count);
        EXPECT_LE(a.param_count, fault::kMaxParams);
        for (std::size_t p = 0; p < a.param_count; ++p) {
            const fault::ParamInfo& info = a.params[p];
            EXPECT_LE(info.min, info.max) << info.name;
            EXPECT_FALSE(info.what.empty()) << info.name;
            EXPECT_EQ(info.choice_count, info.type == fault::ParamType::Choice ? info.max + 1 : 0)
                << info.name;
            const bool in_range = info.by_default >= info.min && info.by_default <= info.max;
            EXPECT_TRUE(info.required || info.by_default == kUnset || in_range) << info.name;
        }
    }
    EXPECT_EQ(fault::find_action("mailbox.sing"), nullptr);
}

TEST_F(FaultTest, OnlyPointsAndKindsThatARuleUsesAreTaken) {
    events.unsubscribe(recorder);
    plan({rule_on(EventKind::Doorbell, act("nvme.irq.drop"))});
    EXPECT_TRUE(points.planned(DecidePoint::NvmeIrq));
    EXPECT_FALSE(points.planned(DecidePoint::Completion));
    EXPECT_TRUE(events.wants(EventKind::Doorbell));
    EXPECT_FALSE(events.wants(EventKind::IrqLevel));
}

TEST_F(FaultTest, ARuleOnItsNativeKindHitsTheVeryThingAndWatchesNothing) {
    events.unsubscribe(recorder);
    plan({rule_on(EventKind::MailPush, act("mailbox.drop"), {equal(EventKind::MailPush, "msg0", 7)})});
    EXPECT_FALSE(events.wants(EventKind::MailPush));
    EXPECT_EQ(message(DecidePoint::MailboxI2a, 6), Verdict::Kind::Pass);
    EXPECT_EQ(message(DecidePoint::MailboxI2a, 7), Verdict::Kind::Drop);
    EXPECT_EQ(message(DecidePoint::MailboxA2i, 7), Verdict::Kind::Drop) << "both FIFOs are one native kind";
    EXPECT_EQ(plan_->fired(0), 2u);
}

TEST_F(FaultTest, AFieldMatchChoosesTheFifo) {
    plan({rule_on(EventKind::MailPush, act("mailbox.drop"), {equal(EventKind::MailPush, "fifo", 1)})});
    EXPECT_EQ(message(DecidePoint::MailboxA2i, 0), Verdict::Kind::Pass);
    EXPECT_EQ(message(DecidePoint::MailboxI2a, 0), Verdict::Kind::Drop);
}

TEST_F(FaultTest, AnotherKindArmsTheActionForTheNextThing) {
    plan({rule_on(EventKind::Doorbell, act("nvme.completion.drop"))});
    EXPECT_EQ(complete(1).kind, Verdict::Kind::Pass);
    events.emit(make(EventKind::Doorbell, {{"tag", 9}}));
    events.emit(make(EventKind::Doorbell, {{"tag", 9}}));
    EXPECT_EQ(complete(1).kind, Verdict::Kind::Drop);
    EXPECT_EQ(complete(2).kind, Verdict::Kind::Pass) << "armed twice before the hit is armed once";
}

TEST_F(FaultTest, AnArmedActionWaitsForItsFifo) {
    plan({rule_on(EventKind::Doorbell, act("mailbox.drop", {{"fifo", 2}}))});
    events.emit(make(EventKind::Doorbell, {}));
    EXPECT_EQ(message(DecidePoint::MailboxA2i, 0), Verdict::Kind::Pass);
    EXPECT_EQ(message(DecidePoint::MailboxI2a, 0), Verdict::Kind::Drop);
}

TEST_F(FaultTest, AParameterMayNameAFieldOfTheMatchedEvent) {
    Rule rule = rule_on(EventKind::CommandFetched, act("nvme.completion.drop"),
                        {equal(EventKind::CommandFetched, "lba", 100)});
    rule.actions[0].params[0].from_event = find_field(EventKind::CommandFetched, "tag");
    plan({rule});
    events.emit(make(EventKind::CommandFetched, {{"tag", 5}, {"lba", 100}}));
    events.emit(make(EventKind::CommandFetched, {{"tag", 6}, {"lba", 200}}));
    EXPECT_EQ(complete(6).kind, Verdict::Kind::Pass);
    EXPECT_EQ(complete(5).kind, Verdict::Kind::Drop);
}

TEST_F(FaultTest, AFieldBeyondTheParameterIsClamped) {
    Rule rule = rule_on(EventKind::MailPush, act("mailbox.delay", {{"by", 1}}));
    rule.actions[0].params[1].from_event = find_field(EventKind::MailPush, "msg0");
    plan({rule});
    const Verdict verdict =
        points.ask(DecidePoint::MailboxA2i, make(EventKind::MailPush, {{"msg0", UINT64_MAX}}));
    EXPECT_EQ(verdict.delay, seconds(3600));
}

TEST_F(FaultTest, NthHitsExactlyThatMatch) {
    Rule rule = rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"));
    rule.when.nth = 3;
    plan({rule});
    EXPECT_EQ(pattern(6), "..x...");
}

TEST_F(FaultTest, EveryAndAtMostCountMatches) {
    Rule rule = rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"));
    rule.when.every = 2;
    rule.when.at_most = 2;
    plan({rule});
    EXPECT_EQ(pattern(8), ".x.x....");
}

TEST_F(FaultTest, TheTimeWindowIncludesItsStartAndExcludesItsEnd) {
    Rule rule = rule_on(EventKind::MailPush, act("mailbox.drop"));
    rule.when.after = microseconds(2);
    rule.when.before = microseconds(3);
    plan({rule});
    EXPECT_EQ(message(DecidePoint::MailboxA2i, 0, microseconds(2) - 1), Verdict::Kind::Pass);
    EXPECT_EQ(message(DecidePoint::MailboxA2i, 0, microseconds(2)), Verdict::Kind::Drop);
    EXPECT_EQ(message(DecidePoint::MailboxA2i, 0, microseconds(3) - 1), Verdict::Kind::Drop);
    EXPECT_EQ(message(DecidePoint::MailboxA2i, 0, microseconds(3)), Verdict::Kind::Pass);
}

TEST_F(FaultTest, TextIsMatchedAsASubstring) {
    Rule rule = rule_on(EventKind::DriverLog, act("nvme.completion.drop"));
    rule.when.text = "queue";
    plan({rule});
    Event line = make(EventKind::DriverLog, {});
    line.set_text("I/O timeout");
    events.emit(line);
    EXPECT_EQ(complete(0).kind, Verdict::Kind::Pass);
    line.set_text("deleting queue 1");
    events.emit(line);
    EXPECT_EQ(complete(0).kind, Verdict::Kind::Drop);
}

TEST_F(FaultTest, ProbabilityComesFromTheSeedAndTheRuleAlone) {
    Rule rule = rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"));
    rule.when.probability = 0.25;
    Rule other = rule_on(EventKind::MailPush, act("mailbox.drop"));
    other.id = "other";
    other.when.probability = 0.5;
    // The pattern is fixed: another compiler or library must draw the same.
    plan({rule}, 42);
    const std::string first = pattern(40);
    EXPECT_EQ(first, ".x......x..x.xx.x......x..x.xx.........x");
    plan({other, rule}, 42);
    message(DecidePoint::MailboxA2i, 0);
    EXPECT_EQ(pattern(40), first) << "another rule does not move the draws";
    plan({rule}, 43);
    EXPECT_NE(pattern(40), first);
}

TEST_F(FaultTest, ProbabilityIsMetOnAverage) {
    Rule rule = rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"));
    rule.when.probability = 0.25;
    plan({rule});
    pattern(20000);
    EXPECT_NEAR(static_cast<double>(plan_->fired(0)), 5000.0, 200.0);
}

TEST_F(FaultTest, OfTwoRulesOnOneThingTheFirstHasItAndTheSecondTheNext) {
    Rule drop = rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"));
    drop.when.nth = 1;
    Rule late = rule_on(EventKind::CompletionPosted, act("nvme.completion.delay", {{"by", 77}}));
    late.id = "late";
    late.when.fields = {equal(EventKind::CompletionPosted, "tag", 1)};
    plan({drop, late});
    EXPECT_EQ(complete(1).kind, Verdict::Kind::Drop);
    const Verdict second = complete(2);
    EXPECT_EQ(second.kind, Verdict::Kind::Delay);
    EXPECT_EQ(second.delay, 77u);
    EXPECT_EQ(complete(3).kind, Verdict::Kind::Pass);
}

TEST_F(FaultTest, VerdictsCarryTheParameters) {
    Rule bits = rule_on(EventKind::MailPush, act("mailbox.replace_bits", {{"xor0", 0xff}, {"xor1", 0x100}}));
    Rule twice =
        rule_on(EventKind::CompletionPosted, act("nvme.completion.repeat", {{"times", 3}, {"gap", 500}}));
    Rule boot = rule_on(EventKind::BootStatus, act("firmware.boot_status.replace", {{"value", 0x1234}}));
    plan({bits, twice, boot});
    const Event mail = make(EventKind::MailPush, {{"msg0", 0xf0}, {"msg1", 2}});
    const Verdict flipped = points.ask(DecidePoint::MailboxA2i, mail);
    EXPECT_EQ(flipped.kind, Verdict::Kind::Replace);
    EXPECT_EQ(find_field(EventKind::MailPush, "msg0")->get(flipped.replacement), 0x0fu);
    EXPECT_EQ(find_field(EventKind::MailPush, "msg1")->get(flipped.replacement), 0x102u);
    const Verdict repeat = complete(0);
    EXPECT_EQ(repeat.kind, Verdict::Kind::Repeat);
    EXPECT_EQ(repeat.count, 3u);
    EXPECT_EQ(repeat.delay, 500u);
    const Verdict status =
        points.ask(DecidePoint::FirmwareBootStatus, make(EventKind::BootStatus, {{"value", 0xde71ce55}}));
    EXPECT_EQ(status.replacement.slot[0], 0x1234u);
}

TEST_F(FaultTest, AStatusReplacesOnlyTheStatus) {
    plan({rule_on(EventKind::CompletionPosted, act("nvme.completion.status", {{"status", 0x281}}))});
    const Event about = make(EventKind::CompletionPosted, {{"tag", 3}, {"cid", 3}, {"result", 5}});
    const Event posted = points.ask(DecidePoint::Completion, about).replacement;
    EXPECT_EQ(find_field(EventKind::CompletionPosted, "status")->get(posted), 0x281u);
    EXPECT_EQ(find_field(EventKind::CompletionPosted, "result")->get(posted), 5u);
    EXPECT_EQ(find_field(EventKind::CompletionPosted, "cid")->get(posted), 3u);
}

TEST_F(FaultTest, AnActionOfItsOwnNeverRunsInsideTheMatchedCall) {
    plan({rule_on(EventKind::CommandFetched, act("firmware.crash", {{"kind", 1}}, microseconds(5)))});
    run([&] {
        pass(microseconds(1));
        events.emit(make(EventKind::CommandFetched, {}, kernel_now() + 300));
        EXPECT_TRUE(machine.deeds.empty());
        pass(microseconds(10));
    });
    EXPECT_EQ(machine.deeds, std::vector<std::string>{"crash 1 0"});
    EXPECT_EQ(machine.at[0], microseconds(6) + 300) << "local time of the event plus the delay";
}

TEST_F(FaultTest, FirmwareActionsDoNotFireWithoutLiveFirmware) {
    machine.alive = false;
    plan({rule_on(EventKind::CommandFetched, act("firmware.sleep"))});
    run([&] {
        events.emit(make(EventKind::CommandFetched, {}));
        pass(microseconds(1));
    });
    EXPECT_TRUE(machine.deeds.empty());
    EXPECT_EQ(plan_->unfired(), std::vector<std::string>{"r"});
}

TEST_F(FaultTest, ARuleWithoutEventMatchesTheClock) {
    Rule cut = rule_on(EventKind::Count, act("power.cut"));
    cut.when.after = milliseconds(12);
    plan({cut});
    run([&] { pass(milliseconds(20)); });
    EXPECT_EQ(machine.deeds, std::vector<std::string>{"cut 0 50"});
    EXPECT_EQ(machine.at[0], milliseconds(12));
}

TEST_F(FaultTest, RulesThatSetEachOtherOffDoNotStopTime) {
    Rule a = rule_on(EventKind::PowerCut, act("power.cut"));
    machine.alive = true;
    plan({a});
    struct Echo : EventSink {
        EventHub* hub;
        void on_event(const Event& e) override {
            if (e.kind == EventKind::FaultFired) hub->emit(make(EventKind::PowerCut, {}, e.time));
        }
    } echo;
    echo.hub = &events;
    events.subscribe(echo, {EventKind::FaultFired});
    run([&] {
        events.emit(make(EventKind::PowerCut, {}));
        pass(microseconds(1));
    });
    EXPECT_EQ(machine.deeds.size(), 1u);
}

TEST_F(FaultTest, EachFiringIsAnEventThatSaysWhatWasHit) {
    plan({rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"))});
    complete(17);
    ASSERT_EQ(recorder.count(EventKind::FaultFired), 1u);
    const std::string& text = recorder.entries.back().text;
    EXPECT_EQ(text.find("r: nvme.completion.drop on completion "), 0u) << text;
    EXPECT_NE(text.find("tag=17"), std::string::npos) << text;
    EXPECT_TRUE(plan_->unfired().empty());
}

// --- rows of filters and edits ----------------------------------------------------------------------------

constexpr std::uint64_t kHello = 0x0010'0000'000c'000b;

class RowTest : public FaultTest {
protected:
    /// What becomes of a message of the firmware.
    Verdict says(std::uint64_t msg0, std::uint64_t endpoint = 0) {
        return points.ask(DecidePoint::MailboxI2a,
                          make(EventKind::MailPush, {{"fifo", 1}, {"msg1", endpoint}, {"msg0", msg0}}));
    }
    Verdict reads(Unit unit, std::uint64_t offset, std::uint64_t value) {
        Event about = make(EventKind::RegRead, {{"offset", offset}, {"value", value}});
        about.unit = unit;
        return points.ask(DecidePoint::RegisterRead, about);
    }
    Verdict fetches(std::uint64_t opcode, std::uint64_t lba, std::uint64_t blocks) {
        return points.ask(DecidePoint::Command,
                          make(EventKind::CommandFetched,
                               {{"queue", 1}, {"opcode", opcode}, {"lba", lba}, {"cdw12", blocks - 1}}));
    }
    static std::uint64_t msg0(const Verdict& verdict) { return verdict.replacement.slot[2]; }
};

TEST_F(RowTest, ARowHitsOnlyItsMessageAndCountsNoOther) {
    Rule rule = rule_on(EventKind::MailPush, act("rtkit.hello.drop"));
    rule.when.nth = 2;
    plan({rule});
    EXPECT_EQ(says(0x0080'0000'0000'051f).kind, Verdict::Kind::Pass);
    EXPECT_EQ(says(kHello).kind, Verdict::Kind::Pass) << "the second message, and the first HELLO";
    EXPECT_EQ(says(kHello).kind, Verdict::Kind::Drop);
}

TEST_F(RowTest, AnArmedRowWaitsForItsMessage) {
    plan({rule_on(EventKind::Doorbell, act("rtkit.hello.drop"))});
    events.emit(make(EventKind::Doorbell, {}));
    EXPECT_EQ(says(0x0080'0000'0000'051f).kind, Verdict::Kind::Pass);
    EXPECT_EQ(says(kHello).kind, Verdict::Kind::Drop);
}

TEST_F(RowTest, AnEditSetsItsBitsAndNoOther) {
    plan({rule_on(EventKind::MailPush, act("rtkit.hello.versions", {{"min", 13}, {"max", 14}}))});
    EXPECT_EQ(msg0(says(kHello)), 0x0010'0000'000e'000du);
}

TEST_F(RowTest, AParameterLeftOutChangesNothing) {
    plan({rule_on(EventKind::MailPush, act("rtkit.hello.versions", {{"max", 14}}))});
    EXPECT_EQ(msg0(says(kHello)), 0x0010'0000'000e'000bu);
}

TEST_F(RowTest, AParameterMayChooseTheThing) {
    plan({rule_on(EventKind::MailPush, act("rtkit.buffer.size", {{"endpoint", 4}, {"pages", 0}}))});
    EXPECT_EQ(says(0x0010'1000'0000'0000, 1).kind, Verdict::Kind::Pass);
    EXPECT_EQ(msg0(says(0x0010'2000'0000'0000, 4)), 0x0010'0000'0000'0000u);
}

TEST_F(RowTest, ARegisterIsChosenByBlockAndOffset) {
    plan({rule_on(EventKind::RegRead, act("nvme.csts.shutdown"))});
    EXPECT_EQ(reads(Unit::Sart, 0x1c, 1).kind, Verdict::Kind::Pass);
    EXPECT_EQ(reads(Unit::Nvme, 0x14, 1).kind, Verdict::Kind::Pass);
    EXPECT_EQ(reads(Unit::Nvme, 0x1c, 9).replacement.slot[1], 5u) << "RDY and SHST 01: the reported 0x5";
}

TEST_F(RowTest, AllOnesAreAllOnes) {
    plan({rule_on(EventKind::RegRead, act("nvme.csts.all_ones"))});
    EXPECT_EQ(reads(Unit::Nvme, 0x1c, 1).replacement.slot[1], UINT64_MAX);
}

TEST_F(RowTest, AMaskLeavesTheOtherBits) {
    plan(
        {rule_on(EventKind::RegRead,
                 act("bus.read.replace", {{"block", 4}, {"offset", 0}, {"value", 0x1234}, {"mask", 0xff}}))});
    EXPECT_EQ(reads(Unit::Nvme, 0, 0xabcd).replacement.slot[1], 0xab34u);
    EXPECT_EQ(reads(Unit::Asc, 0, 0xabcd).kind, Verdict::Kind::Pass);
}

TEST_F(RowTest, AnyBlockIsEveryBlock) {
    plan({rule_on(EventKind::RegRead, act("bus.read.drop"))});
    EXPECT_EQ(reads(Unit::Asc, 0x44, 0).kind, Verdict::Kind::Drop);
    EXPECT_EQ(reads(Unit::Pmgr, 0, 0).kind, Verdict::Kind::Drop);
}

TEST_F(RowTest, AFifoIsChosenByTheOffsetOfItsRegister) {
    plan({rule_on(EventKind::RegRead, act("mailbox.fifo.stuck_full", {{"fifo", 2}}))});
    EXPECT_EQ(reads(Unit::Mailbox, 0x110, 0x20001).kind, Verdict::Kind::Pass);
    EXPECT_EQ(reads(Unit::Mailbox, 0x114, 0x20001).replacement.slot[1], 0x10001u) << "FULL, not EMPTY";
}

TEST_F(RowTest, AMediaErrorHitsCommandsThatTouchItsBlocks) {
    plan({rule_on(EventKind::CommandFetched, act("nvme.media_error", {{"lba", 100}, {"blocks", 4}}))});
    EXPECT_EQ(fetches(2, 96, 4).kind, Verdict::Kind::Pass);
    EXPECT_EQ(fetches(2, 104, 1).kind, Verdict::Kind::Pass);
}

TEST_F(RowTest, AMediaErrorBeginsAndEndsWithItsBlocks) {
    plan({rule_on(EventKind::CommandFetched, act("nvme.media_error", {{"lba", 100}, {"blocks", 4}}))});
    for (const auto& [lba, blocks] : {std::pair{97, 4}, {103, 8}, {101, 1}, {0, 200}}) {
        const Verdict verdict = fetches(2, lba, blocks);
        EXPECT_EQ(verdict.kind, Verdict::Kind::Answer) << lba;
        EXPECT_EQ(verdict.value, 0x281u);
    }
}

TEST_F(RowTest, AFlushThatLiesIsAnsweredWithSuccess) {
    plan({rule_on(EventKind::CommandFetched, act("nvme.flush.lie"))});
    EXPECT_EQ(fetches(2, 0, 1).kind, Verdict::Kind::Pass);
    const Verdict verdict = fetches(0, 0, 1);
    EXPECT_EQ(verdict.kind, Verdict::Kind::Answer);
    EXPECT_EQ(verdict.value, 0u);
}

TEST_F(RowTest, ASpreadIsDrawnFromTheSeedAndKeepsItsBounds) {
    const auto delays = [this](std::uint64_t seed) {
        plan({rule_on(EventKind::CommandFetched, act("nvme.command.delay", {{"by", 1000}, {"spread", 100}}))},
             seed);
        std::vector<SimTime> all;
        for (unsigned i = 0; i < 200; ++i)
            all.push_back(fetches(2, 0, 1).delay);
        return all;
    };
    const std::vector<SimTime> first = delays(1);
    EXPECT_GE(*std::min_element(first.begin(), first.end()), 1000u);
    EXPECT_LE(*std::max_element(first.begin(), first.end()), 1100u);
    EXPECT_GT(std::set<SimTime>(first.begin(), first.end()).size(), 50u);
    EXPECT_EQ(delays(1), first);
    EXPECT_NE(delays(2), first);
}

TEST_F(RowTest, AForgedMessageIsComposedFromItsParameters) {
    Rule rule =
        rule_on(EventKind::Count, act("rtkit.buffer.send", {{"endpoint", 4}, {"pages", 8}, {"times", 3}}));
    rule.actions.push_back(act("mailbox.send", {{"fifo", 0}, {"endpoint", 0x120}, {"msg0", 7}}));
    plan({rule});
    run([&] { pass(microseconds(1)); });
    ASSERT_EQ(machine.mails.size(), 2u) << "two actions of a rule in one instant are two";
    EXPECT_TRUE(machine.mails[0].to_ap);
    EXPECT_EQ(machine.mails[0].msg0, 0x0010'8000'0000'0000u);
    EXPECT_EQ(machine.mails[0].msg1, 4u);
    EXPECT_EQ(machine.mails[0].times, 3u);
    EXPECT_FALSE(machine.mails[1].to_ap);
    EXPECT_EQ(machine.mails[1].msg0, 7u);
    EXPECT_EQ(machine.mails[1].msg1, 0x120u);
}

TEST_F(RowTest, AForgedMessageNeedsNoFirmwareAndWatchesTheSender) {
    machine.alive = false;
    plan({rule_on(EventKind::Count, act("mailbox.send", {{"msg0", 7}}))});
    EXPECT_TRUE(points.planned(DecidePoint::MailboxA2i)) << "the seam must know what lies in SEND0";
    run([&] { pass(microseconds(1)); });
    EXPECT_EQ(machine.mails.size(), 1u);
}

TEST_F(RowTest, WiresAreForcedToTheirLevel) {
    Rule rule = rule_on(EventKind::Count, act("nvme.irq.held_low", {{"for", microseconds(70)}}));
    rule.actions.push_back(act("mailbox.irq.stuck", {{"wire", 0}, {"for", microseconds(80)}}));
    rule.actions.push_back(act("nvme.irq.spurious"));
    plan({rule});
    run([&] { pass(microseconds(1)); });
    EXPECT_EQ(machine.deeds,
              (std::vector<std::string>{"force 4 low 70", "force 0 high 80", "force 4 high 2"}));
}

TEST_F(RowTest, ARogueWriteFollowsTheMatchedCommand) {
    Rule rule = rule_on(EventKind::CommandFetched, act("dma.write", {{"offset", 4096}, {"size", 64}}, 5));
    rule.actions[0].params[0].from_event = find_field(EventKind::CommandFetched, "prp1");
    plan({rule});
    run([&] {
        events.emit(make(EventKind::CommandFetched, {{"prp1", 0x10000}}));
        pass(microseconds(1));
    });
    ASSERT_EQ(machine.writes.size(), 1u);
    EXPECT_EQ(machine.writes[0].address, 0x11000u);
    EXPECT_EQ(machine.writes[0].size, 64u);
    EXPECT_FALSE(machine.writes[0].through_sart);
}

TEST_F(RowTest, APowerCutDrawsFromTheSeed) {
    const Rule cut = rule_on(EventKind::PowerCut, act("power.cut", {{"keeps", 2}, {"percent", 30}}));
    plan({cut}, 5);
    run([&] {
        events.emit(make(EventKind::PowerCut, {}));
        pass(microseconds(1));
        events.emit(make(EventKind::PowerCut, {}));
        pass(microseconds(1));
    });
    EXPECT_EQ(machine.deeds, (std::vector<std::string>{"cut 2 30", "cut 2 30"}));
    ASSERT_EQ(machine.draws.size(), 2u);
    EXPECT_NE(machine.draws[0], machine.draws[1]);
}

TEST(RowDefects, OneEventAtTwoPlacesNeedsTwoRules) {
    Rule rule = rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"));
    rule.actions.push_back(act("nvme.cqe.phase"));
    EXPECT_NE(fault::defect(rule).find("two places"), std::string::npos);
}

TEST(FieldMatchTest, MatchesMaskRangeAndSet) {
    const EventField* type = find_field(EventKind::MailPush, "msg0");
    const Event event = make(EventKind::MailPush, {{"msg0", 0x50}});
    EXPECT_TRUE((FieldMatch{type, FieldMatch::Op::Masked, {0xf0, 0x50}}.matches(event)));
    EXPECT_FALSE((FieldMatch{type, FieldMatch::Op::Masked, {0xff, 0x51}}.matches(event)));
    EXPECT_TRUE((FieldMatch{type, FieldMatch::Op::Range, {0x50, 0x50}}.matches(event)));
    EXPECT_FALSE((FieldMatch{type, FieldMatch::Op::Range, {0x51, 0x60}}.matches(event)));
    EXPECT_TRUE((FieldMatch{type, FieldMatch::Op::OneOf, {1, 0x50}}.matches(event)));
    EXPECT_FALSE((FieldMatch{type, FieldMatch::Op::OneOf, {1, 2}}.matches(event)));
}

TEST(FaultDefects, RulesThatCannotWorkAreNamed) {
    const auto why = [](auto change) {
        Rule rule = rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"));
        change(rule);
        return fault::defect(rule);
    };
    EXPECT_EQ(why([](Rule&) {}), "");
    EXPECT_NE(why([](Rule& r) { r.when.before = 0; }), "");
    EXPECT_NE(why([](Rule& r) { r.when.probability = 0; }), "");
    EXPECT_NE(why([](Rule& r) { r.when.probability = std::numeric_limits<double>::quiet_NaN(); }), "");
    EXPECT_NE(why([](Rule& r) { r.when.nth = r.when.every = 2; }), "");
    EXPECT_NE(why([](Rule& r) { r.when.text = "x"; }), "");
    EXPECT_NE(why([](Rule& r) { r.when.kind = EventKind::FaultFired; }), "");
    EXPECT_NE(why([](Rule& r) { r.when.fields = {equal(EventKind::CommandFetched, "lba", 1)}; }), "")
        << "a field of another kind";
    EXPECT_NE(why([](Rule& r) { r.when.fields = {equal(EventKind::CompletionPosted, "tag", 0x10000)}; }), "");
    EXPECT_NE(why([](Rule& r) {
                  r.when.fields = {{find_field(r.when.kind, "tag"), FieldMatch::Op::Range, {2, 1}}};
              }),
              "");
    EXPECT_NE(why([](Rule& r) { r.actions.clear(); }), "");
    EXPECT_NE(why([](Rule& r) { r.actions[0].params.clear(); }), "");
    EXPECT_NE(why([](Rule& r) { r.actions[0].params[0].value = 0x10000; }), "");
    EXPECT_NE(why([](Rule& r) { r.actions[0].delay = 1; }), "");
    EXPECT_NE(why([](Rule& r) {
                  r.actions.push_back(act("nvme.completion.status", {{"status", 1}}));
              }),
              "")
        << "two actions for one thing";
    EXPECT_NE(why([](Rule& r) { r.actions[0] = act("nvme.completion.delay"); }), "") << "`by` is required";
}

TEST_F(FaultTest, ADefectiveRuleIsRefusedWithItsName) {
    Rule rule = rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"));
    rule.when.before = 0;
    try {
        plan({rule});
        FAIL() << "accepted";
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), "fault rule \"r\": its time window is empty");
    }
}

}  // namespace
}  // namespace ans::test
