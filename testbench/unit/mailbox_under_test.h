// SPDX-License-Identifier: MIT
// Which mailbox a test is about: every claim holds for the TLM block, for its twin and for both in lockstep,
// and the same file is compiled for each of them.
#pragma once

#if defined(ANS_TEST_LOCKSTEP)
#include "models/mailbox/rtl/mailbox_lockstep.h"
#elif defined(ANS_TEST_TWIN)
#include "models/mailbox/rtl/mailbox_twin.h"
#else
#include "models/mailbox/mailbox.h"
#endif

namespace ans::test {

#if defined(ANS_TEST_LOCKSTEP)
using MailboxUnderTest = MailboxLockstep;
#elif defined(ANS_TEST_TWIN)
using MailboxUnderTest = MailboxTwin;
#else
using MailboxUnderTest = Mailbox;
#endif

}  // namespace ans::test
