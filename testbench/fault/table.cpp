// SPDX-License-Identifier: MIT
#include "testbench/fault/table.h"

#include <vector>

#include "testbench/fault/rows.h"

namespace ans::fault {

namespace {

const std::vector<ActionInfo>& table() {
    static const std::vector<ActionInfo> all = [] {
        std::vector<ActionInfo> out;
        for (const Rows rows :
             {mailbox_rows(), rtkit_rows(), firmware_rows(), register_rows(), nvme_rows(), machine_rows()})
            out.insert(out.end(), rows.first, rows.first + rows.count);
        return out;
    }();
    return all;
}

}  // namespace

std::string_view crash_reason(CrashKind kind) {
    switch (kind) {
        case CrashKind::Assert:
            return "assert failed: [7446]:planned by a fault rule";
        case CrashKind::Exception:
            return "Unhandled Exception: data abort, planned by a fault rule";
        case CrashKind::Watchdog:
            return "watchdog timeout, planned by a fault rule";
    }
    return {};
}

const ActionInfo* actions(std::size_t& count) {
    count = table().size();
    return table().data();
}

const ActionInfo* find_action(std::string_view id) {
    for (const ActionInfo& action : table())
        if (action.id == id) return &action;
    return nullptr;
}

int param_index(const ActionInfo& action, std::string_view name) {
    for (std::size_t i = 0; i < action.param_count; ++i)
        if (action.params[i].name == name) return static_cast<int>(i);
    return -1;
}

}  // namespace ans::fault
