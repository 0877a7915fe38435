// SPDX-License-Identifier: MIT
#include "testbench/monitors/rules.h"

#include <array>

namespace ans::monitor {

namespace {

constexpr auto kError = Severity::Error;
constexpr auto kWarning = Severity::Warning;
constexpr auto kAdvice = Severity::Advice;

// Order of RuleId.
constexpr std::array<RuleInfo, kRules> kTable{{
    {"MBX-01", "mailbox written while its FIFO was full", kError,
     "The message is lost and OVERFLOW is set; the firmware never hears of it.",
     "hardware.md 3, send behaviour when A2I is FULL",
     "Read A2I_CONTROL and wait until FULL is clear before writing SEND0 and SEND1."},
    {"MBX-02", "mailbox receive register read while its FIFO was empty", kError,
     "The value read is no message; taking it for one answers something that was never said.",
     "hardware.md 3 control fields (UNDERFLOW by a third-party model)",
     "Read I2A_CONTROL and leave the loop when EMPTY is set."},
    {"MBX-03", "mailbox word 1 with more than the endpoint number", kWarning,
     "Bits 31:8 must be zero: who compares the whole word with an endpoint drops the message.",
     "hardware.md 3, msg1", "Write the endpoint number and nothing else to SEND1."},

    {"RTK-01", "message to an endpoint that was not started", kError,
     "Firmware listens to an endpoint only after STARTEP; the message is dropped or kills it.",
     "hardware.md 7.2 item 5", "Send STARTEP (type 5, flag 2) on endpoint 0 first."},
    {"RTK-02", "message after the last power acknowledgement", kError,
     "Firmware that acknowledged SLEEP or OFF reads no more; the message waits in the FIFO and surprises the "
     "next boot.",
     "hardware.md 7.3: no messages may be sent after the final ack",
     "Stop all senders before the IOP power-down request; wake the coprocessor before talking to it."},
    {"RTK-03", "syslog message not echoed unchanged", kError,
     "Firmware reuses a log slot only after its LOG message came back; a missing echo stalls it sooner or "
     "later.",
     "hardware.md 7.5", "Send each LOG message of endpoint 2 back as it came, before asking for power-down."},
    {"RTK-04", "message to crashed firmware", kWarning,
     "Nobody reads it: after a crash only a reset helps, and known drivers cannot recover at all.",
     "hardware.md 7.6", "Mark the connection dead when a second type-1 message arrives on endpoint 1."},
    {"RTK-05", "buffer granted that was not asked for", kError,
     "Firmware that waits for no buffer ignores the second one, or takes it over a buffer in use; the memory "
     "is "
     "lost either way.",
     "hardware.md 7.4: one reply to each request", "Answer each buffer request once, on its own endpoint."},
    {"RTK-06", "repeated buffer request answered with another buffer", kWarning,
     "The first buffer and its SART entry leak with each repetition, until the 16 entries run out.",
     "incidents: buffer-request-repeated",
     "Answer with the buffer that the endpoint has, if it is large enough."},
    {"RTK-07", "power request before the one before it was acknowledged", kWarning,
     "Acknowledgements carry only the state: nobody can tell which request an early one answers.",
     "hardware.md 7.1, ack matching; 7.3",
     "Wait for each acknowledgement, with a timeout, before the next request."},
    {"RTK-08", "I/O report message not echoed unchanged", kError,
     "Firmware waits for its start and report messages to come back before it goes on.",
     "hardware.md 7.2 item 6, 7.7", "Send messages 0x8 and 0xc of endpoint 4 back as they came."},
    {"RTK-09", "HELLO answered with a version the firmware does not speak", kError,
     "Both sides must use one version of the protocol: the answer lies within the firmware's MIN and MAX.",
     "hardware.md 7.1, HELLO_REPLY and supported versions",
     "Answer with the smaller of your own and the firmware's MAX; give up where its MIN is above yours."},
    {"RTK-10", "endpoint started that the firmware did not announce", kError,
     "Only endpoints of the endpoint map exist, and the map is complete only with its LAST word.",
     "hardware.md 7.2 items 4 and 5",
     "Collect all EPMAP words, answer each, then start endpoints that are in the map."},
    {"RTK-11", "granted buffer smaller than the request", kError,
     "Firmware writes all of what it asked for: past the buffer's end it is refused or hits other memory.",
     "hardware.md 7.4; incidents: oslog-size-units",
     "Round sizes up, never down; oslog counts bytes, the others pages of 4 KiB."},

    {"SART-01", "firmware access refused by SART", kError,
     "The firmware touched memory that no entry allows: its buffer has no entry, a short one, or lost it too "
     "early.",
     "hardware.md 4",
     "Add the entry before answering the buffer request, with the size asked for; keep it until the "
     "coprocessor is reset."},
    {"SART-02", "SART entry of the boot loader changed", kError,
     "Entries found enabled at probe belong to the boot loader's firmware regions; without them the "
     "coprocessor dies.",
     "hardware.md 4: Linux, m1n1 and U-Boot protect them",
     "Remember at probe which entries have flags, and use only the others."},
    {"SART-03", "enabled SART entries overlap", kWarning,
     "Which of two entries decides is unknown; removing one takes rights that the other was meant to give.",
     "guess: hardware.md 4 tells no priority",
     "Give each buffer its own window; remove the old entry first."},
    {"SART-04", "SART entries left enabled over a reset of the coprocessor", kAdvice,
     "A reset need not clear SART: the next firmware may write into memory that was freed.",
     "hardware.md 1.1 (reset scope unknown), 4 reuse of stale entries",
     "Remove the entries of all shared buffers while the reset is asserted."},
    {"SART-05", "SART entry removed while the firmware owns the buffer", kError,
     "The firmware may write to a granted buffer at any moment until it stops; the access is refused, or the "
     "next owner's memory is hit.",
     "hardware.md 4, 9: entries are removed while the reset is asserted",
     "Free shared buffers only after the power-down acknowledgement or in reset."},
    {"SART-06", "buffer granted without a SART entry for it", kError,
     "SART refuses every access outside its entries: the firmware cannot use the buffer it was given.",
     "hardware.md 4", "Enable an entry of the buffer's whole size first, then answer the request."},
    {"SART-07", "SART entries still enabled after the shutdown", kWarning,
     "Who starts the coprocessor next takes them for boot loader entries and never reuses them, and they "
     "allow "
     "access to memory that was freed.",
     "hardware.md 4: every entry with flags at probe is protected",
     "Remove the entries of all shared buffers after RUN was cleared."},

    {"TCB-01", "doorbell for a tag that is still in flight", kError,
     "A tag names one command; firmware asserts \"duplicate tag error\".", "hardware.md 6.2, T2 crash logs",
     "Give a tag out again only after its completion."},
    {"TCB-02", "doorbell for a tag whose TCB was not invalidated", kError,
     "The NVMMU still holds the old TCB; what it does with a second one is unknown.",
     "hardware.md 6.3: a tag must be invalidated before reuse",
     "Write TCB_INVAL for every completed tag before the tag is free again."},
    {"TCB-03", "submission entry and TCB disagree", kWarning,
     "The NVMMU checks the data's pages, direction and length against the TCB; the command fails or hits "
     "other pages.",
     "hardware.md 6.3 (a shadow copy behind the TCB is legal but nobody uses one)",
     "Copy PRP1, PRP2 and, for read and write, the block count; set the DMA direction that the opcode "
     "needs."},
    {"TCB-04", "TCB of a tag in flight invalidated", kError,
     "The command loses its right to its pages while the controller may still move data.",
     "hardware.md 6.3: invalidation follows the completion",
     "Invalidate on completion only; to give a command up, reset the controller first."},
    {"TCB-05", "TCB_STAT reported an error", kWarning,
     "The invalidation failed; drivers warn and go on, the codes are unknown.",
     "hardware.md 6, TCB_STAT; incidents: tcb-stat-nonzero", "Invalidate each tag once; log the status."},
    {"TCB-06", "doorbell beyond the TCB array or the tag space", kError,
     "There is no TCB for it: tags stay below NUM_TCBS + 1 and below 64.",
     "hardware.md 6.2: tags cannot be higher than 0x40",
     "Write NUM_TCBS before CC.EN and limit the queue depth to it."},
    {"TCB-07", "one tag in both queues", kError,
     "Admin and I/O queue share one tag space; firmware asserts \"duplicate tag error\".",
     "hardware.md 6.2; incidents: shared-tag-space",
     "Reserve tags for the admin queue that the I/O queue never uses."},
    {"TCB-08", "command id beyond the tag space", kWarning,
     "Some firmware generations assert on an id of 64 or more; others echo any id.",
     "incidents: cid-beyond-tag-space; hardware.md 6.2 (U-Boot counts freely and works)",
     "Use the tag as the command id, without generation bits."},
    {"TCB-09", "TCB with an opcode, or with a direction but no data", kAdvice,
     "A strict NVMMU refuses it; macOS leaves the opcode clear.",
     "incidents: tcb-opcode-direction; hardware.md 6.3",
     "Leave byte 0 of the TCB clear, and dma_flags where PRP1 is 0."},
    {"TCB-10", "completion consumed before its TCB was invalidated", kWarning,
     "With the queue head past its completion the tag looks free while the NVMMU still holds its pages open.",
     "hardware.md 6.3: INVAL and STAT first, the head after the batch",
     "Write TCB_INVAL for each completion of a batch, then the queue head."},

    {"CQ-01", "completion queue head outside what the controller posted", kError,
     "A head beyond the tail or backwards frees entries nobody read, or takes read ones back.",
     "NVMe 1.1 section 4.1", "Write the index after the last entry whose phase matched."},
    {"CQ-02", "completion queue overrun", kError,
     "A completion found no free entry: more commands were in flight than the queue can hold.",
     "NVMe 1.1 section 4.1",
     "Keep fewer commands in flight than the queue has entries; write the head in time."},
    {"IRQ-01", "interrupt high with no completion queue progress", kWarning,
     "The line is a level: it stays high until the heads catch up, and an unhandled one storms or starves.",
     "hardware.md 6.5", "Handle both queues in the interrupt handler and write each head that moved."},

    {"NVM-01", "NVMe register touched while the coprocessor does not run", kError,
     "On real machines the access never returns and the CPU hangs.", "hardware.md 2, Linux c0a4a1eafbd4",
     "Check that the firmware is up before each path that may run after suspend or crash."},
    {"NVM-02", "CC.EN cleared without a shutdown notification", kWarning,
     "What the write cache holds may be lost, and the next start is slow and counts as unclean.",
     "hardware.md 5, enable and disable sequences", "Set CC.SHN, wait for CSTS.SHST = 2, then clear CC.EN."},
    {"NVM-03", "doorbell while the controller was not ready", kError,
     "Before CSTS.RDY there is no queue to fetch from; the command is lost.",
     "hardware.md 9, NVMe 1.1 section 7.6.1",
     "Wait for BOOT_STATUS, enable, and wait for CSTS.RDY before the first command."},
    {"NVM-04", "data page refused by the NVMMU", kError,
     "The command fails with a data transfer error, and data may be half moved.", "hardware.md 6.3",
     "Make the TCB name the pages, direction and length of the transfer; keep PRPs aligned and in memory."},
    {"NVM-05", "CC.EN cleared while the controller was starting", kError,
     "The firmware is in the middle of its own start; disabling it by force races and crashes it.",
     "u-boot e9ac3a939d4; incidents: disable-instead-of-shutdown",
     "Wait for CSTS.RDY, shut down with CC.SHN, then clear CC.EN."},
    {"NVM-06", "doorbell of an I/O queue that does not exist", kError,
     "Before Create and after Delete there is no queue to fetch from.", "NVMe 1.1 sections 5.4 and 5.6",
     "Ring the I/O doorbell only between the completions of Create SQ and the submission of Delete SQ."},
    {"NVM-07", "queue deleted that does not exist", kError,
     "Deleted twice, or never created: the command fails, and the driver's view of its queues is wrong.",
     "NVMe 1.1 sections 5.5 and 5.6", "Delete each queue once; CC.EN = 0 deletes them all."},
    {"NVM-08", "completion queue deleted before its submission queue", kError,
     "The command fails with invalid queue deletion, or completions go to memory that is freed.",
     "NVMe 1.1 section 5.5", "Delete the submission queue first."},
    {"NVM-09", "CC.EN cleared while I/O queues exist", kWarning,
     "Firmware of the macOS 12 era complains; other drivers do so and work.",
     "hardware.md 5, m1n1 cad8df30; policy disable_with_queues",
     "Delete the I/O submission queue and the completion queue before CC.SHN."},
    {"NVM-10", "firmware put to sleep while the controller is enabled", kError,
     "The controller outlives its firmware: after resume its registers say ready and nobody serves them.",
     "incidents: shutdown-without-disable",
     "Clear CC.EN after the shutdown notification, then ask for SLEEP."},

    {"PRP-01", "PRP misaligned", kError,
     "PRP1 starts on 4 bytes, a list pointer on 8, every other page on 4 KiB; the command fails with PRP "
     "offset "
     "invalid.",
     "NVMe 1.1 section 4.3; policy prp_error",
     "Build page entries from whole 4 KiB pages, also on hosts of 16 KiB pages."},
    {"PRP-02", "PRP list outside memory", kError,
     "The controller reads the list as a bus master; a wild pointer is a bus error.",
     "NVMe 1.1 section 4.3; policy prp_error",
     "Put the device address of the list into PRP2, not the CPU's."},
    {"PRP-03", "data page outside memory", kError,
     "The transfer ends in a bus error, and data may be half moved.",
     "NVMe 1.1 section 4.3; policy prp_error",
     "Check that each page is memory and its address the device's."},
    {"PRP-04", "admin buffer not page aligned", kWarning,
     "The admin queue takes only buffers that start on a page; known drivers align them.",
     "hardware.md 5, Linux ea2160c7b781",
     "Use whole 4 KiB pages for the data of admin commands and for queues."},

    {"PWR-01", "CPU_CONTROL.RUN cleared under live firmware", kError,
     "Some coprocessors hang and do not start again.", "hardware.md 2, Linux 3f22421f6a24",
     "Read RUN first; ask for AP 0x10 and IOP SLEEP, wait for both acknowledgements, then clear RUN."},
    {"PWR-02", "coprocessor asked to switch OFF", kWarning, "From OFF it cannot be woken again; SLEEP can.",
     "hardware.md 7.1 power states", "Ask for SLEEP (1) or QUIESCED (0x10)."},
    {"PWR-03", "block accessed while a power domain is off", kError, "An unpowered block does not answer.",
     "hardware.md 1, power domains",
     "Raise TARGET to 0xf and wait for ACTUAL in every domain of the node before the first access."},

    {"BUS-01", "access that no block can take", kError,
     "The address decodes to nothing, or the size, alignment or byte lanes are not the register's: a real "
     "bus raises SError.",
     "hardware.md 3 and 5, width columns",
     "Use one aligned access of the register's width, or the two halves of a 64-bit one."},
    {"BUS-02", "register accessed against its rights", kAdvice,
     "A read of a write-only register tells nothing; a write to a read-only one does nothing.",
     "access columns of hardware.md; what real blocks do is policy wrong_access", "Drop the access."},
    {"BUS-03", "offset where no register is known", kAdvice,
     "It may do anything on a real machine, or it is a typing error.",
     "hardware.md 6: m1n1's 0x29120; policy unmapped_register", "Compare the offset with `ans2emu regs`."},
}};

}  // namespace

std::string_view severity_name(Severity severity) {
    constexpr std::array<std::string_view, 3> kNames{"advice", "warning", "error"};
    return kNames[static_cast<std::size_t>(severity)];
}

const RuleInfo* rules(std::size_t& count) {
    count = kTable.size();
    return kTable.data();
}

const RuleInfo& rule_info(RuleId id) {
    return kTable[static_cast<std::size_t>(id)];
}

RuleId find_rule(std::string_view id) {
    for (std::size_t i = 0; i < kTable.size(); ++i)
        if (kTable[i].id == id) return static_cast<RuleId>(i);
    return RuleId::Count;
}

}  // namespace ans::monitor
