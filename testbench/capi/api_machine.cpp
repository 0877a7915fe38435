// SPDX-License-Identifier: MIT
// The C functions of the machine's owner, and those that anybody may call.
#include <algorithm>
#include <cstring>

#include "testbench/capi/visit.h"

namespace {

using ans::capi::Answer;
using ans::capi::DriverFrame;
using ans::capi::manage;
using ans::capi::Property;
using ans::capi::say;
using ans::capi::Session;

constexpr const char* kNames[] = {"ANS2EMU_OK",          "ANS2EMU_E_ARGUMENT", "ANS2EMU_E_HANDLE",
                                  "ANS2EMU_E_CONTEXT",   "ANS2EMU_E_THREAD",   "ANS2EMU_E_BUSY",
                                  "ANS2EMU_E_SCENARIO",  "ANS2EMU_E_MEMORY",   "ANS2EMU_E_TIMEOUT",
                                  "ANS2EMU_E_BUS_FAULT", "ANS2EMU_E_BUS_HANG", "ANS2EMU_E_POWER",
                                  "ANS2EMU_E_CRASH",     "ANS2EMU_E_DEADLINE", "ANS2EMU_E_LEFTOVER",
                                  "ANS2EMU_E_OVER",      "ANS2EMU_E_INTERNAL"};
static_assert(std::size(kNames) == 1 - ANS2EMU_E_INTERNAL);

int null(const char* what) {
    return say(ANS2EMU_E_ARGUMENT, std::string(what) + " is NULL");
}

// Read while the driver's code counts as at work: a pointer that is none is its crash.
int bad_name(const char* name) {
    constexpr std::size_t kLongest = 200;
    if (name == nullptr) return null("name");
    if (strnlen(name, kLongest + 1) <= kLongest) return ANS2EMU_OK;
    return say(ANS2EMU_E_ARGUMENT, "name is longer than " + std::to_string(kLongest) + " bytes");
}

const Property* find_property(const std::vector<Property>& all, const char* name) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Property& p) { return p.name == name; });
    return found == all.end() ? nullptr : &*found;
}

template <typename T>
Answer property(Session& session, const char* name, const char* kind, const T*& value) {
    const Property* const known = find_property(session.conductor().properties(), name);
    if (known == nullptr) return {ANS2EMU_E_ARGUMENT, std::string("no property \"") + name + "\""};
    value = std::get_if<T>(&known->value);
    if (value != nullptr) return {};
    return {ANS2EMU_E_ARGUMENT, std::string("property \"") + name + "\" is no " + kind};
}

Answer unless_finished(Session& session) {
    if (!session.finished()) return {};
    return {ANS2EMU_E_OVER, "the run is finished"};
}

}  // namespace

extern "C" {

unsigned ans2emu_abi_version(void) {
    return ANS2EMU_ABI_VERSION;
}
const char* ans2emu_version(void) {
    return ANS_VERSION;
}
const char* ans2emu_status_name(int status) {
    return status <= 0 && status >= ANS2EMU_E_INTERNAL ? kNames[-status] : "unknown status";
}
const char* ans2emu_error(void) {
    return ans::capi::last_error();
}

int ans2emu_open(const ans2emu_options* options, ans2emu_machine** machine) {
    if (options == nullptr) return null("options");
    if (machine == nullptr) return null("machine");
    *machine = nullptr;
    if (options->size != sizeof(ans2emu_options))
        return say(ANS2EMU_E_ARGUMENT, "options.size is " + std::to_string(options->size) + ", expected " +
                                           std::to_string(sizeof(ans2emu_options)));
    if (DriverFrame::active() != nullptr)
        return say(ANS2EMU_E_CONTEXT, "open: not from inside an entry function");
    try {
        return say(Session::instance().open(*options, *machine));
    } catch (...) {
        return say(ans::capi::answer_of_exception());
    }
}

int ans2emu_run(ans2emu_machine* machine, const char* name, ans2emu_entry* entry, void* context,
                int* returned) {
    if (const int bad = bad_name(name); bad != ANS2EMU_OK) return bad;
    if (entry == nullptr) return null("entry");
    int value = 0;
    const int status = manage(machine, [&](Session& session) -> Answer {
        if (Answer over = unless_finished(session); over.status != ANS2EMU_OK) return over;
        return session.conductor().run(name, entry, context, value);
    });
    if (returned != nullptr) *returned = value;
    return status;
}

int ans2emu_power_cut(ans2emu_machine* machine) {
    return manage(machine, [](Session& session) -> Answer {
        if (Answer over = unless_finished(session); over.status != ANS2EMU_OK) return over;
        return session.conductor().power_cut();
    });
}

int ans2emu_power_on(ans2emu_machine* machine) {
    return manage(machine, [](Session& session) -> Answer {
        if (Answer over = unless_finished(session); over.status != ANS2EMU_OK) return over;
        return session.conductor().power_on();
    });
}

int ans2emu_finish(ans2emu_machine* machine, const char** json, int* passed) {
    const char* text = nullptr;
    bool good = false;
    const int status = manage(machine, [&](Session& session) { return session.finish(text, good); });
    if (status != ANS2EMU_OK) return status;
    if (json != nullptr) *json = text;
    if (passed != nullptr) *passed = good ? 1 : 0;
    return status;
}

int ans2emu_close(ans2emu_machine* machine) {
    return manage(machine, [](Session& session) { return session.close(); });
}

int ans2emu_property_name(ans2emu_machine* machine, size_t index, const char** name) {
    if (name == nullptr) return null("name");
    const char* found = nullptr;
    const int status = manage(machine, [&](Session& session) -> Answer {
        const std::vector<Property>& all = session.conductor().properties();
        if (index >= all.size())
            return {ANS2EMU_E_ARGUMENT, "there are " + std::to_string(all.size()) + " properties"};
        found = all[index].name.c_str();
        return {};
    });
    *name = found;
    return status;
}

int ans2emu_property_u64(ans2emu_machine* machine, const char* name, uint64_t* value) {
    if (const int bad = bad_name(name); bad != ANS2EMU_OK) return bad;
    if (value == nullptr) return null("value");
    const std::uint64_t* found = nullptr;
    const int status =
        manage(machine, [&](Session& session) { return property(session, name, "number", found); });
    if (status == ANS2EMU_OK) *value = *found;
    return status;
}

int ans2emu_property_text(ans2emu_machine* machine, const char* name, const char** value) {
    if (const int bad = bad_name(name); bad != ANS2EMU_OK) return bad;
    if (value == nullptr) return null("value");
    const std::string* found = nullptr;
    const int status =
        manage(machine, [&](Session& session) { return property(session, name, "text", found); });
    *value = status == ANS2EMU_OK ? found->c_str() : nullptr;
    return status;
}

}  // extern "C"
