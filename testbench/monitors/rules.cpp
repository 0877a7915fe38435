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

    {"TCB-01", "doorbell for a tag that is still in flight", kError,
     "Both queues share one tag space; firmware asserts \"duplicate tag error\".",
     "hardware.md 6.2, T2 crash logs",
     "Reserve the admin tags; give a tag out again only after its completion."},
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
