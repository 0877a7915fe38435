// SPDX-License-Identifier: MIT
#include "testbench/monitors/mailbox_monitor.h"

namespace ans::monitor {

MailboxMonitor::MailboxMonitor(EventHub& events, Judge& judge)
    : Monitor(events, judge, {EventKind::MailPush, EventKind::MailOverflow, EventKind::MailUnderflow}) {}

void MailboxMonitor::on_event(const Event& event) {
    const Mail mail(event);
    // The firmware's ends of the FIFOs are not the driver's business.
    if (event.kind == EventKind::MailOverflow && !mail.i2a)
        judge_.violate(RuleId::Mbx01, event.time, "message 0x%llx to endpoint 0x%x lost",
                       static_cast<unsigned long long>(mail.msg0), mail.endpoint);
    if (event.kind == EventKind::MailUnderflow && mail.i2a)
        judge_.violate(RuleId::Mbx02, event.time, "no message was waiting");
    if (event.kind == EventKind::MailPush && !mail.i2a && mail.msg1 >> 8 != 0)
        judge_.violate(RuleId::Mbx03, event.time, "word 1 is 0x%llx",
                       static_cast<unsigned long long>(mail.msg1));
}

}  // namespace ans::monitor
