// SPDX-License-Identifier: MIT
// Which mailbox a test is about: every claim holds for the TLM block, for its twin and for both in lockstep,
// and the same file is compiled for each of them.
#pragma once

#if defined(ANS_TEST_TWIN)
#include "models/mailbox/rtl/mailbox_twin.h"
#else
#include "models/mailbox/mailbox.h"
#endif

namespace ans::test {

#if defined(ANS_TEST_TWIN)
using MailboxUnderTest = MailboxTwin;
#else
using MailboxUnderTest = Mailbox;
#endif

/// What the second of two accesses at one instant waits for: a clock edge, where there is a clock.
#if defined(ANS_TEST_TWIN)
inline constexpr SimTime kNextEdge = nanoseconds(1);
#else
inline constexpr SimTime kNextEdge = 0;
#endif

}  // namespace ans::test
