// SPDX-License-Identifier: MIT
#include "models/common/policy.h"

namespace ans {

namespace {
// Order of PolicyId. values[i] and meaning[i] belong to enum value i.
constexpr std::array<PolicyInfo, kPolicies> kTable{{
    {"stopped_access", "NVMe registers touched while the coprocessor is stopped",
     {"hang", "fault", "all_ones"},
     {"the access never completes and the run ends", "bus error", "reads all ones, writes vanish"},
     0, 0, 2, "Linux commit c0a4a1eafbd4: \"hangs indefinitely\""},
    {"unmapped_register", "an offset in a block's window where no register is known",
     {"fault", "zero", ""}, {"bus error", "reads zero, writes vanish", ""},
     1, 0, 1, "hardware.md 6: m1n1 reads 0x29120 by mistake and works, so holes seem to answer (G)"},
    {"wrong_access", "a read of a write-only or a write of a read-only register",
     {"fault", "ignore", ""}, {"bus error", "reads zero, writes vanish", ""},
     1, 0, 1, "guess: Apple's blocks are not known to answer with an error"},
    {"cpu_status_bit0", "meaning of CPU_STATUS bit 0",
     {"running", "idle", ""}, {"m1n1: RUNNING", "asahi docs: CPU_IDLE", ""},
     0, 0, 1, "hardware.md 2: m1n1 and asahi docs disagree"},
    {"reset_scope", "what a PMGR reset of the coprocessor clears",
     {"keep_sart", "clear_sart", "nothing"},
     {"processor, NVMe, NVMMU and mailbox, not SART", "these and the unlocked SART entries", "only the processor stops"},
     0, 1, 0, "hardware.md 1.1: unknown; Linux removes its SART entries by hand while reset is asserted"},
    {"run_cleared", "CPU_CONTROL.RUN cleared under live firmware",
     {"hang_next_start", "stop", ""}, {"the next start does nothing", "the processor stops and can be started again", ""},
     0, 0, 1, "m1n1 asc.c, Linux 3f22421f6a24: can hang some ASCs"},
    {"sart_violation", "a firmware access that no SART entry allows",
     {"abort", "crash", "read_zero"},
     {"the access fails, firmware logs it and goes on", "the access fails and firmware crashes", "reads zero, writes vanish"},
     0, 1, 2, "hardware.md 4: behaviour on violation is unknown"},
    {"sart_straddle", "a firmware access that no one SART entry covers, but several together",
     {"refuse", "allow", ""}, {"a violation", "allowed", ""},
     0, 0, 1, "guess: how the filter splits an access is unknown; drivers make one entry a buffer"},
    {"sart_boot_entry", "a register write to a SART entry of the boot loader",
     {"accept", "ignore", ""}, {"the entry changes", "the write vanishes", ""},
     0, 1, 0, "hardware.md 4: drivers protect these entries themselves; OpenBSD does not; no lock is known"},
    {"prp_source", "whose PRPs drive the data transfer",
     {"tcb", "sqe", ""}, {"the TCB's", "the SQE's, checked against the TCB's pages", ""},
     0, 0, 1, "hardware.md 6.3: Linux's comment allows a shadow copy behind the TCB (G)"},
    {"prp_mismatch", "SQE and TCB name different pages",
     {"allow", "fail", ""}, {"the pages of prp_source are used", "the command fails with a data transfer error", ""},
     0, 1, 0, "hardware.md 6.3: legal by Linux's comment, reaction unknown"},
    {"tcb_direction", "a transfer that the TCB's dma_flags or length do not allow",
     {"fail", "allow", ""}, {"the command fails with a data transfer error", "the transfer happens", ""},
     0, 0, 1, "hardware.md 6.3: post-M4 firmware is reported to check the direction"},
    {"tcb_strict_fields", "TCB opcode not 0, or a direction set although there is no data",
     {"ignore", "fail", ""}, {"not looked at", "the command fails with invalid field", ""},
     0, 1, 0, "Linux cc0fec9b42cf: macOS leaves both clear; older drivers work nevertheless"},
    {"tag_pending", "doorbell for a tag that is still pending in either queue",
     {"crash", "fail", "ignore"},
     {"firmware asserts \"duplicate tag error\"", "the second command fails with command id conflict", "the doorbell is lost"},
     0, 0, 2, "T2 crash logs: duplicate tag error; unknown for M1"},
    {"tag_not_invalidated", "doorbell for a completed tag whose TCB was not invalidated",
     {"allow", "fail", "crash"},
     {"the TCB is fetched again", "the command fails with command id conflict", "firmware asserts"},
     0, 1, 0, "hardware.md 6.3: behaviour unknown, every driver invalidates first"},
    {"tag_out_of_range", "doorbell value beyond NUM_TCBS or the tag space of 64",
     {"crash", "ignore", ""}, {"firmware asserts", "the doorbell is lost", ""},
     0, 0, 1, "hardware.md 6.2: Linux comment \"tags cannot be higher than 0x40\""},
    {"invalidate_free", "TCB_STAT after invalidating a tag that is free",
     {"error", "ok", ""}, {"1", "0", ""},
     0, 0, 1, "hardware.md 6: 0 is success, non-zero codes unknown"},
    {"completion_id", "command id in the completion entry",
     {"sqe_cid", "slot", ""}, {"echoes the SQE's command id", "the doorbell's slot number", ""},
     0, 0, 1, "hardware.md 11: drivers satisfy both, except U-Boot, which ignores it"},
    {"cid_beyond_tags", "a command id beyond the tag space of 64",
     {"accept", "crash", ""}, {"as any other id", "firmware asserts", ""},
     0, 1, 0, "kernel bug 214509 (T2 crashes); U-Boot's free-running ids work on M1"},
    {"prp_null_check", "which zero PRP fields fail a command while PRP_NULL_CHECK is set",
     {"needed_field", "any_field", "off"},
     {"one that the transfer needs", "either field of SQE or TCB", "none"},
     0, 1, 2, "hardware.md 6: all drivers cleared the bit until Linux 8ce883fd068b (2026) and worked without"},
    {"lost_irq", "when a doorbell swallows a completion interrupt",
     {"inval_to_head", "with_head_write", "never"},
     {"rung between TCB_INVAL and the CQ head write", "rung within 1 us of a CQ head write", "never"},
     0, 0, 2, "hardware.md 6.5: Linux 6.12 comment and seed patch 7/9 guess differently"},
    {"int_mask", "effect of INTMS on the level interrupt",
     {"masks", "ignored", ""}, {"bit 0 holds the line low", "none", ""},
     0, 0, 1, "NVMe 1.1 section 3.1.3; hardware.md 5: effect unknown here"},
    {"disable_with_queues", "CC.EN cleared while I/O queues exist",
     {"log", "accept", "crash"}, {"firmware complains in its syslog", "nothing", "firmware asserts"},
     0, 2, 1, "m1n1 cad8df30: firmware of the macOS 12.1 era complains; U-Boot never deletes queues and works"},
    {"disable_while_enabling", "CC.EN cleared without SHN before CSTS.RDY",
     {"crash", "accept", ""}, {"firmware crashes", "the controller is disabled", ""},
     0, 0, 1, "u-boot e9ac3a939d4: brute-force disable during init races firmware and crashes ANS2"},
    {"write_zeroes", "the Write Zeroes command",
     {"off", "on", ""}, {"refused, ONCS says so", "supported, ONCS says so", ""},
     0, 0, 1, "real-machines.md: ONCS 0x0004"},
    {"prp_error", "PRP misaligned or outside memory",
     {"fail", "crash", ""}, {"the command fails with PRP offset invalid or data transfer error", "firmware crashes", ""},
     0, 1, 0, "NVMe 1.1 section 4.3; reaction of the coprocessor unknown"},
}};
}  // namespace

const PolicyInfo& policy_info(PolicyId id) { return kTable[static_cast<std::size_t>(id)]; }

Policies::Policies(Preset preset) {
    for (std::size_t i = 0; i < kPolicies; ++i) {
        const PolicyInfo& info = kTable[i];
        value_[i] = preset == Preset::Strict ? info.strict : preset == Preset::Lenient ? info.lenient : info.by_default;
    }
}

}  // namespace ans
