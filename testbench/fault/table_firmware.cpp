// SPDX-License-Identifier: MIT
// What the firmware decides, and what becomes of it as a whole.
#include "testbench/fault/rows.h"

namespace ans::fault {

namespace {

constexpr S kCrashKinds[] = {"assert", "exception", "watchdog"};
// Order of CrashlogChoice.
constexpr S kCrashlogs[] = {"well_formed",   "zero_section", "short_section", "long_section", "short_mailbox",
                            "no_terminator", "long_header",  "short_header",  "random"};

constexpr ParamInfo kBootValue[] = {
    number("value", 0xffff'ffff, 0, "what BOOT_STATUS reads; ready is 0xde71ce55")};
constexpr FieldUse kBootValueBits[] = {from("value", "value")};
constexpr ParamInfo kCrash[] = {choice("kind", kCrashKinds, 0, "what the panic message says"),
                                choice("log", kCrashlogs, 0, "what is wrong with the crashlog")};

constexpr Row boot_status(S id, S title) {
    return Row("firmware", id, title).at(P::FirmwareBootStatus, K::BootStatus);
}

constexpr ActionInfo kRows[] = {
    boot_status("firmware.boot_status.delay", "BOOT_STATUS comes late")
        .does(Effect::Delay)
        .with(kOnlyBy)
        .like("firmware that boots slower than a driver polls", "hardware.md 6 BOOT_STATUS, 10 item 9"),
    boot_status("firmware.boot_status.drop", "BOOT_STATUS never says ready")
        .does(Effect::Drop)
        .like("firmware that withholds BOOT_STATUS", "incidents: buffers-refused"),
    boot_status("firmware.boot_status.replace", "BOOT_STATUS has another value")
        .with(kBootValue)
        .sets(kBootValueBits)
        .like("a boot that failed", "hardware.md 10 item 9; other values unknown"),

    Row("firmware", "firmware.boot.refuse", "the firmware does not start, or does not wake")
        .at(P::FirmwareBoot, K::Count)
        .does(Effect::Drop)
        .like("firmware that a crash, OFF or a failed sleep left beyond reach",
              "hardware.md 7.6: \"unable to recover without a reboot\"; 7.1: OFF"),
    Row("firmware", "firmware.boot.stall", "the firmware never ends its boot")
        .at(P::FirmwareBootEnd, K::Count)
        .does(Effect::Drop)
        .like("firmware that misses a buffer and says nothing", "incidents: buffers-refused"),
    Row("firmware", "firmware.log.unterminated", "a syslog entry's text fills its field without an end")
        .at(P::FirmwareLog, K::FirmwareLog)
        .does(Effect::Drop)
        .like("a line as long as MSG_SIZE", "hardware.md 7.5; guess: no rule says that a NUL must follow"),

    Row("firmware", "firmware.crash", "the firmware panics and writes a crashlog")
        .does(Effect::Crash)
        .with(kCrash)
        .like("an assertion, an exception or a watchdog in the coprocessor; a damaged log",
              "hardware.md 7.6, 10 items 7 and 15"),
    Row("firmware", "firmware.sleep", "the firmware goes to sleep uninvited")
        .does(Effect::Sleep)
        .like("a coprocessor that powers down on its own",
              "hardware.md 7.3; guess: seen as a hang from outside"),
    Row("firmware", "firmware.hang", "the firmware stops answering without a word")
        .does(Effect::Hang)
        .like("a dead processor: no crashlog, no message, no completion",
              "guess: what a lost clock looks like"),
};

}  // namespace

Rows firmware_rows() {
    return {kRows, std::size(kRows)};
}

}  // namespace ans::fault
