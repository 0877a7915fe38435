// SPDX-License-Identifier: MIT
// THE table of protocol rules: what a driver must or must not do, and why. `ans2emu rules` prints it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ans::monitor {

/// Order of the event table's severity names. An error that is not allowed fails the run.
enum class Severity : std::uint8_t { Advice, Warning, Error };
std::string_view severity_name(Severity severity);

/// Order of the table in rules.cpp.
enum class RuleId : std::uint8_t {
    Mbx01,
    Mbx02,
    Mbx03,
    Rtk01,
    Rtk02,
    Rtk03,
    Rtk04,
    Rtk05,
    Rtk06,
    Rtk07,
    Rtk08,
    Rtk09,
    Rtk10,
    Rtk11,
    Sart01,
    Sart02,
    Sart03,
    Sart04,
    Sart05,
    Sart06,
    Sart07,
    Tcb01,
    Tcb02,
    Tcb03,
    Tcb04,
    Tcb05,
    Tcb06,
    Tcb07,
    Tcb08,
    Tcb09,
    Tcb10,
    Cq01,
    Cq02,
    Irq01,
    Nvm01,
    Nvm02,
    Nvm03,
    Nvm04,
    Nvm05,
    Nvm06,
    Nvm07,
    Nvm08,
    Nvm09,
    Nvm10,
    Prp01,
    Prp02,
    Prp03,
    Prp04,
    Pwr01,
    Pwr02,
    Pwr03,
    Bus01,
    Bus02,
    Bus03,
    Count
};
inline constexpr std::size_t kRules = static_cast<std::size_t>(RuleId::Count);

struct RuleInfo {
    std::string_view id;     ///< stable: "TCB-03"
    std::string_view title;  ///< what is wrong
    Severity severity;
    std::string_view fact;        ///< why it matters
    std::string_view source;      ///< where the fact comes from
    std::string_view what_to_do;  ///< how to mend the driver
};

const RuleInfo* rules(std::size_t& count);
const RuleInfo& rule_info(RuleId id);
/// The rule of that id, or RuleId::Count.
RuleId find_rule(std::string_view id);

}  // namespace ans::monitor
