// SPDX-License-Identifier: MIT
#include "host_driver/common/measures.h"

#include "host_driver/common/log.h"

namespace ans::driver {

namespace {

using M = Measure;
constexpr std::array<MeasureInfo, kMeasureCount> kTable{{
    {M::PowerDomains, "power_domains", "switches the power domains on, parents first, before anything else",
     "an unpowered block does not answer, and the access faults or hangs", "hardware.md 1.1"},
    {M::LookAtRun, "look_at_run", "looks at RUN and wakes a coprocessor that was left running",
     "RUN is cleared under live firmware, which hangs at the next start", "run-cleared-live"},
    {M::SleepBeforeStop, "sleep_before_stop", "puts the firmware to sleep before RUN is cleared",
     "RUN is cleared under live firmware, which hangs at the next start", "run-cleared-live"},
    {M::RegsOnlyWhileRunning, "regs_only_while_running",
     "touches NVMe registers only where the firmware is known to run",
     "the bus hangs on a stopped coprocessor", "regs-while-stopped"},

    {M::MailboxFullTest, "mailbox_full_test",
     "tests FULL before a message is written, and waits with a limit",
     "the message is lost and the FIFO overflows", "mailbox-written-when-full"},
    {M::PowerAckCheck, "power_ack_check",
     "compares a power acknowledgement with the state that was asked for",
     "a refused power change is taken for a done one", "hardware.md 7.1"},
    {M::HeedUninvitedSleep, "heed_uninvited_sleep",
     "resets the device when its firmware falls asleep uninvited", "requests wait for their timeouts",
     "hardware.md 7.3"},
    {M::PassOverStrangers, "pass_over_strangers", "passes over messages from endpoints that it does not know",
     "a message that nobody asked for ends the boot", "app-endpoint-at-boot"},
    {M::PollWhileWaiting, "poll_while_waiting",
     "looks into the mailbox now and then while it waits for HELLO or another answer",
     "a lost interrupt ends the boot: a level that was missed has no second edge",
     "hardware.md 3, interrupts"},
    {M::MailboxBackpressure, "mailbox_backpressure",
     "takes no message out of the FIFO that it cannot handle at once",
     "a queue of 64 between interrupt and handler overflows, and messages are lost", "message-burst"},
    {M::EchoSyslog, "echo_syslog", "echoes each syslog message", "the firmware stalls", "syslog-no-echo"},
    {M::EchoIoReport, "echo_ioreport", "echoes I/O report messages", "the firmware stalls",
     "hardware.md 7.7"},
    {M::SyslogInitFirst, "syslog_init_first", "reads syslog entries only once buffer and shape are known",
     "a null or empty buffer is followed", "syslog-before-init"},
    {M::SyslogBounds, "syslog_bounds", "checks a syslog index against the number of entries",
     "memory behind the buffer is read", "syslog-index-equal-n"},
    {M::CrashlogBounds, "crashlog_bounds", "checks a crashlog section against the buffer's end",
     "memory behind the buffer is read", "crashlog-short-section"},
    {M::CrashlogZeroSection, "crashlog_zero_section", "ends the dump at a section shorter than its header",
     "the parser loops for ever", "crashlog-zero-section"},

    {M::GrantBuffers, "grant_buffers", "gives the firmware its crashlog and I/O report buffers",
     "newer firmware does not finish booting", "buffers-refused"},
    {M::RefuseFirmwareBuffer, "refuse_firmware_buffer", "refuses a buffer that lies where the firmware says",
     "memory that the firmware chose is mapped and read", "buffer-iova-nonzero"},
    {M::OneBufferPerEndpoint, "one_buffer_per_endpoint",
     "answers a repeated buffer request with the buffer at hand", "buffers and SART entries leak",
     "buffer-request-repeated"},
    {M::OslogSizeInBytes, "oslog_size_in_bytes",
     "takes the size of the oslog's buffer for bytes, not for pages",
     "the last part of a page is missing from the buffer", "oslog-size-units"},
    {M::SartAdd, "sart_add", "opens a SART window for each shared buffer", "the firmware's access is refused",
     "hardware.md 4"},
    {M::SartRemove, "sart_remove", "closes the SART windows before the buffers are freed",
     "the firmware can write memory that belongs to others by then, and the entries run out",
     "hardware.md 4"},
    {M::SartProtectedEntries, "sart_protected_entries", "never takes an entry that the boot loader made",
     "the firmware loses the memory it lives in", "hardware.md 4"},

    {M::WaitBootStatus, "wait_boot_status", "waits for BOOT_STATUS before the controller is programmed",
     "the firmware is not ready for what is written", "hardware.md 6"},
    {M::DisableFirst, "disable_first", "shuts down a controller that an earlier owner left enabled",
     "it is disabled by force, or put to sleep while enabled", "disable-instead-of-shutdown"},
    {M::LinearSq, "linear_sq", "switches the linear submission queues on", "doorbells mean something else",
     "hardware.md 6.1"},
    {M::NumTcbs, "num_tcbs", "tells the NVMMU how long the TCB arrays are", "commands have no TCB",
     "hardware.md 6"},
    {M::PrpNullCheck, "prp_null_check", "clears the chicken bit that refuses zero PRP fields",
     "commands with a zero PRP field fail", "prp-null-check"},
    {M::ReadyTimeout, "ready_timeout", "waits for RDY as long as CAP.TO says, and at least 5 s",
     "large drives and unclean starts fail to come up in 100 ms", "slow-ready-4tb"},
    {M::IdentifyCnsBinary, "identify_cns_binary",
     "uses no Identify CNS above 1, whatever version the device claims",
     "another structure is taken for the namespace list", "cns-beyond-binary"},
    {M::DeleteQueues, "delete_queues", "deletes the I/O queues before the controller is disabled",
     "the firmware complains and keeps them", "hardware.md 5"},
    {M::ShutdownNotification, "shutdown_notification", "writes CC.SHN and waits before CC.EN is cleared",
     "the firmware crashes, or cached writes are lost", "disable-instead-of-shutdown"},
    {M::DisableController, "disable_controller", "clears CC.EN after the shutdown notification",
     "an enabled controller outlives its firmware", "shutdown-without-disable"},
    {M::RestartQueues, "restart_queues",
     "empties queue memory and starts over at head 0, phase 1 after a reset",
     "completions of the new life are not recognised", "hardware.md 6.4"},

    {M::SubmitLock, "submit_lock", "rings no doorbell while a completion is being taken",
     "the device loses an interrupt and the request waits for its timeout", "missed-completion-irq"},
    {M::CidInTagSpace, "cid_in_tag_space", "uses the tag as the command id, without generation bits",
     "ids from 64 on crash the firmware", "cid-beyond-tag-space"},
    {M::ReserveAdminTags, "reserve_admin_tags", "keeps tags 0 and 1 for the admin queue",
     "the same tag is in flight on both queues and the firmware asserts", "shared-tag-space"},
    {M::TagRotation, "tag_rotation", "hands a tag out again as late as possible",
     "a repeated completion ends the command that has the tag by then", "duplicate-completion"},
    {M::TcbOpcodeZero, "tcb_opcode_zero", "leaves the TCB's opcode clear",
     "a strict NVMMU refuses the command", "tcb-opcode-direction"},
    {M::TcbDirectionExact, "tcb_direction_exact", "permits the direction that the command needs and no other",
     "the device may write what it should only read; a strict NVMMU refuses", "tcb-opcode-direction"},
    {M::TcbInvalidate, "tcb_invalidate", "invalidates a TCB before its tag is used again",
     "the NVMMU goes on with the old permission", "hardware.md 6.3"},
    {M::TcbStatCheck, "tcb_stat_check", "reads and reports the invalidation's status",
     "a failed invalidation, or a dead bus, goes unnoticed", "tcb-stat-nonzero"},
    {M::CompletionCheck, "completion_check", "drops completions of no command in flight",
     "a request that ended long ago is completed again", "duplicate-completion"},
    {M::PhaseFlip, "phase_flip", "expects the other phase after each round of a completion queue",
     "nothing is seen after the first round, or old entries again", "NVMe 1.1 section 4.6"},
    {M::CqHeadDoorbell, "cq_head_doorbell", "tells the device how far completions were taken",
     "the interrupt stays high and the queue overruns", "hardware.md 6.5"},
    {M::StormGuard, "storm_guard", "masks an interrupt line that stays high for nothing, and polls",
     "the interrupt CPU does nothing else any more", "hardware.md 6.5"},

    {M::PollBeforeReset, "poll_before_reset", "looks at the completion queue at a timeout before it resets",
     "a lost interrupt costs a controller reset", "missed-completion-irq"},
    {M::ResetBeforeTagReuse, "reset_before_tag_reuse",
     "resets the controller before a timed-out tag is used again",
     "the late completion is taken for the new command: wrong data, no error",
     "late-completion-after-timeout"},
    {M::FailInFlightOnCrash, "fail_in_flight_on_crash",
     "fails every request in flight when the device is gone", "their owners wait for ever", "crash-mid-io"},
    {M::OutliveTheDevice, "outlive_the_device",
     "keeps its state until its last user is gone, whatever became of the device",
     "whoever has the disk open uses freed memory", "crash-with-disk-open"},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kMeasureCount; ++i)
        if (kTable[i].measure != static_cast<Measure>(i) || kTable[i].name.empty()) return false;
    return true;
}
static_assert(in_order(), "a row for each measure, in the order of the enumeration");

}  // namespace

const std::array<MeasureInfo, kMeasureCount>& measures() {
    return kTable;
}
std::string_view name(Measure measure) {
    return kTable[static_cast<std::size_t>(measure)].name;
}

std::vector<std::string_view> measure_names() {
    std::vector<std::string_view> names;
    names.reserve(kMeasureCount);
    for (const MeasureInfo& row : kTable)
        names.push_back(row.name);
    return names;
}

void unprotected(port::Port& port, Measure omitted, const char* format, ...) {
    char text[256];
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const std::string_view measure = name(omitted);
    log(port, port::LogLevel::Error, "unprotected (%.*s): %s", static_cast<int>(measure.size()),
        measure.data(), text);
}

}  // namespace ans::driver
