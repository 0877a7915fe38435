// SPDX-License-Identifier: MIT
#include "testbench/capi/error.h"

#include <new>

#include "testbench/scenario/files/problem.h"

namespace ans::capi {

namespace {
thread_local std::string last;
}

int say(const Answer& answer) {
    if (answer.status != ANS2EMU_OK) last = answer.why;
    return answer.status;
}

int say(int status, std::string why) {
    last = std::move(why);
    return status;
}

const char* last_error() {
    return last.c_str();
}

Answer answer_of_exception() {
    try {
        throw;
    } catch (const scenario::UserError& error) {
        return {ANS2EMU_E_SCENARIO, error.what()};
    } catch (const std::bad_alloc&) {
        return {ANS2EMU_E_MEMORY, "the process is out of memory"};
    } catch (const std::exception& error) {
        return {ANS2EMU_E_INTERNAL, std::string("the emulator failed: ") + error.what()};
    }
}

}  // namespace ans::capi
