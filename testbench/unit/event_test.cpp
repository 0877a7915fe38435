// SPDX-License-Identifier: MIT
#include "models/common/event.h"

#include <set>

#include "models/common/decide.h"
#include "models/common/policy.h"
#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

TEST(EventTable, NamesAreUniqueAndFound) {
    std::set<std::string_view> names;
    for (std::size_t k = 0; k < kEventKinds; ++k) {
        const auto kind = static_cast<EventKind>(k);
        EXPECT_TRUE(names.insert(event_info(kind).name).second) << event_info(kind).name;
        EXPECT_EQ(find_kind(event_info(kind).name), kind);
    }
}

TEST(EventTable, FieldsOfAKindDoNotOverlapUnlessOneContainsTheOther) {
    for (std::size_t k = 0; k < kEventKinds; ++k) {
        const EventInfo& info = event_info(static_cast<EventKind>(k));
        for (std::size_t i = 0; i < info.field_count; ++i) {
            const EventField& a = info.fields[i];
            EXPECT_LE(a.lsb + a.bits, 64) << info.name << "." << a.name;
            Event event;
            a.set(event, a.bits == 64 ? ~0ull : (1ull << a.bits) - 1);
            for (std::size_t j = 0; j < info.field_count; ++j) {
                const EventField& b = info.fields[j];
                const bool inside = a.slot == b.slot && (a.bits == 64 || b.bits == 64);
                if (i != j && !inside) {
                    EXPECT_EQ(b.get(event), 0u) << info.name << ": " << a.name << " over " << b.name;
                }
            }
        }
    }
}

TEST(EventHubTest, OnlySubscribersOfAKindHearIt) {
    EventHub hub;
    EventRecorder all(hub);
    EXPECT_TRUE(hub.wants(EventKind::Doorbell));
    EXPECT_FALSE(EventHub::none().wants(EventKind::Doorbell));
    hub.unsubscribe(all);
    EXPECT_FALSE(hub.wants(EventKind::Doorbell));
}

TEST(EventText, PrintsFieldsByTheirFormat) {
    Event event;
    event.time = microseconds(12) + 500;
    event.kind = EventKind::Doorbell;
    event.unit = Unit::Nvme;
    find_field(EventKind::Doorbell, "tag")->set(event, 50);
    find_field(EventKind::Doorbell, "queue")->set(event, 1);
    EXPECT_EQ(to_string(event), "12.000500 us nvme doorbell queue=io tag=50 linear=false");
}

TEST(PolicyTable, EveryValueNamedByAPresetExists) {
    for (std::size_t i = 0; i < kPolicies; ++i) {
        const PolicyInfo& info = policy_info(static_cast<PolicyId>(i));
        EXPECT_FALSE(info.name.empty());
        EXPECT_FALSE(info.source.empty()) << info.name;
        for (const std::uint8_t value : {info.by_default, info.strict, info.lenient}) {
            EXPECT_FALSE(info.values.at(value).empty()) << info.name;
            EXPECT_FALSE(info.meaning.at(value).empty()) << info.name;
        }
    }
}

TEST(PolicyTable, TypedAndRawAccessAgree) {
    Policies policies;
    policies.set(PrpSource::Sqe);
    EXPECT_EQ(policies.raw(PolicyId::PrpSource), 1);
    policies.set_raw(PolicyId::LostIrq, 2);
    EXPECT_EQ(policies.get<LostIrq>(), LostIrq::Never);
}

TEST(DecideHubTest, NothingIsPlannedAtFirst) {
    DecideHub hub;
    EXPECT_FALSE(hub.planned(DecidePoint::Completion));
}

}  // namespace
}  // namespace ans::test
