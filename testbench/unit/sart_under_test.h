// SPDX-License-Identifier: MIT
// Which SART a test is about: every claim holds for the TLM block, for its twin and for both in lockstep, and
// the same file is compiled for each of them.
#pragma once

#if defined(ANS_TEST_LOCKSTEP)
#include "models/sart/rtl/sart_lockstep.h"
#elif defined(ANS_TEST_TWIN)
#include "models/sart/rtl/sart_twin.h"
#else
#include "models/sart/sart.h"
#endif

namespace ans::test {

#if defined(ANS_TEST_LOCKSTEP)
using SartUnderTest = SartLockstep;
#elif defined(ANS_TEST_TWIN)
using SartUnderTest = SartTwin;
#else
using SartUnderTest = Sart;
#endif

}  // namespace ans::test
