// SPDX-License-Identifier: MIT
// The C functions' last word: a status, and for the failing ones a text.
#pragma once

#include <string>

#include "testbench/capi/world.h"

namespace ans::capi {

/// Keeps the answer's text for ans2emu_error() and returns its status.
int say(const Answer& answer);
int say(int status, std::string why);
const char* last_error();

/// The exception that is being handled, as an answer: what the user gave, or the emulator's own fault.
Answer answer_of_exception();

}  // namespace ans::capi
