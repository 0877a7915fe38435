// SPDX-License-Identifier: MIT
// The event kinds as data: names and fields as traces print them and scenarios match them.
#include "models/common/event.h"

namespace ans {

namespace {

using F = FieldFormat;
using S = std::string_view;

constexpr S kQueueNames[] = {"admin", "io"};
constexpr S kMailNames[] = {"a2i", "i2a"};
constexpr S kDirectionNames[] = {"device_to_memory", "memory_to_device"};
constexpr S kResponseNames[] = {"ok", "incomplete", "generic", "address", "command", "burst", "byte_enable"};
constexpr S kSartReasons[] = {"no_entry", "partial", "wraps", "beyond_reach"};
constexpr S kDmaReasons[] = {"no_tcb",     "direction",    "length",        "page",
                             "prp_offset", "list_outside", "outside_memory"};
constexpr S kLogLevels[] = {"error", "warning", "info", "debug"};
constexpr S kFirmwareStates[] = {"off",  "booting",  "running", "quiesced",
                                 "idle", "sleeping", "crashed", "hung"};
constexpr S kSeverities[] = {"advice", "warning", "error"};

constexpr EventField field(S name, unsigned slot, unsigned lsb, unsigned bits, F format = F::Dec,
                           S what = {}) {
    return {name,
            static_cast<std::uint8_t>(slot),
            static_cast<std::uint8_t>(lsb),
            static_cast<std::uint8_t>(bits),
            format,
            nullptr,
            0,
            what};
}
template <std::size_t N>
constexpr EventField choice(S name, unsigned slot, unsigned lsb, unsigned bits, const S (&names)[N],
                            S what = {}) {
    return {name,
            static_cast<std::uint8_t>(slot),
            static_cast<std::uint8_t>(lsb),
            static_cast<std::uint8_t>(bits),
            F::Enum,
            names,
            static_cast<std::uint8_t>(N),
            what};
}

constexpr EventField kQueue = choice("queue", 0, 0, 1, kQueueNames);
constexpr EventField kTag = field("tag", 0, 16, 16);

constexpr EventField kReg[] = {field("offset", 0, 0, 32, F::Hex, "bytes from the block's base"),
                               field("width", 0, 32, 8, F::Dec, "bytes"), field("value", 1, 0, 64, F::Hex),
                               field("address", 2, 0, 64, F::Hex)};
constexpr EventField kBusError[] = {
    field("offset", 0, 0, 32, F::Hex),
    field("width", 0, 32, 8),
    choice("response", 0, 48, 4, kResponseNames),
    field("write", 0, 52, 1, F::Bool),
    field("withheld", 0, 53, 1, F::Bool, "the block answered, a fault kept it"),
    field("value", 1, 0, 64, F::Hex),
    field("address", 2, 0, 64, F::Hex)};
constexpr EventField kMail[] = {choice("fifo", 0, 0, 1, kMailNames, "a2i: driver to firmware"),
                                field("waiting", 0, 8, 8, F::Dec, "messages in the FIFO afterwards"),
                                field("endpoint", 1, 0, 8, F::Hex, "RTKit endpoint"),
                                field("type", 2, 52, 8, F::Hex, "message type, bits 59:52"),
                                field("msg0", 2, 0, 64, F::Hex),
                                field("msg1", 1, 0, 64, F::Hex)};
constexpr EventField kSartEntry[] = {field("index", 0, 0, 8), field("flags", 0, 8, 8, F::Hex),
                                     field("locked", 0, 16, 1, F::Bool), field("address", 1, 0, 64, F::Hex),
                                     field("size", 2, 0, 64, F::Hex)};
constexpr EventField kSartDenied[] = {choice("reason", 0, 0, 4, kSartReasons),
                                      field("write", 0, 4, 1, F::Bool), field("address", 1, 0, 64, F::Hex),
                                      field("size", 2, 0, 64, F::Hex)};
constexpr EventField kDoorbell[] = {kQueue, kTag, field("linear", 0, 1, 1, F::Bool)};
constexpr EventField kCommand[] = {kQueue,
                                   field("opcode", 0, 8, 8, F::Hex),
                                   kTag,
                                   field("cid", 0, 32, 16),
                                   field("nsid", 1, 0, 32, F::Hex),
                                   field("cdw12", 1, 32, 32, F::Hex),
                                   field("lba", 2, 0, 64, F::Dec, "CDW11:CDW10"),
                                   field("prp1", 3, 0, 64, F::Hex),
                                   field("prp2", 4, 0, 64, F::Hex)};
constexpr EventField kTcb[] = {kQueue,
                               field("opcode", 0, 8, 8, F::Hex),
                               kTag,
                               field("dma_flags", 0, 32, 8, F::Hex),
                               field("slot", 0, 40, 8),
                               field("length", 0, 48, 16),
                               field("prp1", 1, 0, 64, F::Hex),
                               field("prp2", 2, 0, 64, F::Hex),
                               field("address", 3, 0, 64, F::Hex)};
constexpr EventField kInval[] = {kTag, field("stat", 1, 0, 32, F::Hex)};
constexpr EventField kDma[] = {kQueue,
                               choice("direction", 0, 1, 1, kDirectionNames),
                               kTag,
                               field("segments", 0, 32, 16),
                               field("bytes", 1, 0, 64),
                               field("first", 2, 0, 64, F::Hex, "address of the first segment"),
                               field("last", 3, 0, 64, F::Hex, "address of the last segment")};
constexpr EventField kDmaDenied[] = {kQueue,
                                     choice("direction", 0, 1, 1, kDirectionNames),
                                     kTag,
                                     choice("reason", 0, 8, 8, kDmaReasons),
                                     field("address", 1, 0, 64, F::Hex),
                                     field("size", 2, 0, 64)};
constexpr EventField kCompletion[] = {kQueue,
                                      field("phase", 0, 1, 1),
                                      kTag,
                                      field("cid", 0, 32, 16),
                                      field("status", 0, 48, 16, F::Hex, "without phase"),
                                      field("result", 1, 0, 32, F::Hex),
                                      field("index", 1, 32, 16, F::Dec, "slot in the completion queue"),
                                      field("address", 2, 0, 64, F::Hex),
                                      field("sq_head", 3, 0, 16)};
constexpr EventField kHead[] = {kQueue, field("head", 1, 0, 32), field("before", 2, 0, 32),
                                field("tail", 3, 0, 32, F::Dec, "the device's"),
                                field("entries", 0, 16, 32, F::Dec, "of the queue; 0: not told")};
constexpr EventField kOverrun[] = {
    kQueue,
    field("forced", 0, 1, 1, F::Bool, "written all the same, over what lies there"),
    field("tag", 0, 48, 16),
    field("head", 1, 0, 32, F::Dec, "the host's"),
    field("tail", 3, 0, 32, F::Dec, "the device's"),
    field("entries", 0, 16, 32, F::Dec, "of the queue; 0: not told")};
constexpr EventField kController[] = {field("enabled", 0, 0, 1, F::Bool), field("ready", 0, 1, 1, F::Bool),
                                      field("fatal", 0, 2, 1, F::Bool),   field("shutdown", 0, 3, 2),
                                      field("cc", 1, 0, 32, F::Hex),      field("csts", 2, 0, 32, F::Hex)};
constexpr EventField kIrq[] = {field("line", 0, 0, 16, F::Dec, "AIC line"),
                               field("level", 0, 16, 1, F::Bool)};
constexpr EventField kPower[] = {field("domain", 0, 0, 8), field("target", 0, 8, 4, F::Hex),
                                 field("actual", 0, 12, 4, F::Hex)};
constexpr EventField kLevel[] = {field("level", 0, 0, 1, F::Bool)};
constexpr EventField kFirmware[] = {choice("state", 0, 0, 8, kFirmwareStates),
                                    field("iop_power", 0, 16, 16, F::Hex),
                                    field("ap_power", 0, 32, 16, F::Hex)};
constexpr EventField kBootStatus[] = {field("value", 0, 0, 32, F::Hex)};
constexpr EventField kFlush[] = {field("blocks", 0, 0, 64, F::Dec, "written to the medium")};
constexpr EventField kMediaError[] = {field("lba", 0, 0, 64)};
constexpr EventField kCut[] = {field("lost_blocks", 0, 0, 64, F::Dec, "acknowledged, not flushed, gone")};
constexpr EventField kLog[] = {choice("level", 0, 0, 4, kLogLevels)};
constexpr EventField kIrqEntry[] = {field("line", 0, 0, 16), field("spurious", 0, 16, 1, F::Bool)};
constexpr EventField kFault[] = {
    field("rule", 0, 0, 16, F::Dec, "index in the scenario's fault list; scripts come behind it")};
constexpr EventField kViolation[] = {choice("severity", 0, 0, 4, kSeverities)};

template <std::size_t N>
constexpr EventInfo info(S name, S what, const EventField (&fields)[N], bool text = false) {
    return {name, what, fields, N, text};
}
constexpr EventInfo bare(S name, S what) {
    return {name, what, nullptr, 0, true};
}

// Order of EventKind.
constexpr std::array<EventInfo, kEventKinds> kInfo{{
    info("reg_read", "a CPU read a register", kReg),
    info("reg_write", "a CPU wrote a register", kReg),
    info("bus_error", "a block refused a CPU access, whatever policy made of it for the CPU", kBusError),
    info("mail_push", "a message entered a mailbox FIFO", kMail),
    info("mail_pop", "a message left a mailbox FIFO", kMail),
    info("mail_overflow", "a message was written to a full FIFO and lost", kMail),
    info("mail_underflow", "an empty FIFO was read", kMail),
    info("sart_entry", "a SART entry changed", kSartEntry),
    info("sart_denied", "SART refused a firmware access", kSartDenied, true),
    info("doorbell", "the driver rang a submission doorbell", kDoorbell),
    info("command", "a submission queue entry was fetched", kCommand),
    info("tcb", "a TCB was fetched and became valid", kTcb),
    info("tcb_inval", "the driver invalidated a TCB", kInval),
    info("dma", "a command's data moved", kDma),
    info("dma_denied", "the NVMMU refused a data page", kDmaDenied),
    info("completion", "a completion entry was posted", kCompletion),
    info("cq_head", "the driver wrote a completion queue head", kHead),
    info("cq_overrun", "a completion found the queue full and waits for room, or was forced in", kOverrun),
    info("controller", "CC or CSTS changed", kController),
    info("irq", "an interrupt wire changed", kIrq),
    info("power", "a power domain changed", kPower, true),
    info("reset", "the coprocessor's reset line changed", kLevel),
    info("run", "the coprocessor's RUN bit changed", kLevel),
    info("firmware_state", "the firmware changed its state", kFirmware, true),
    bare("firmware_log", "a syslog line of the firmware, as it was written"),
    bare("firmware_crash", "the firmware crashed; the text is its panic message"),
    info("boot_status", "the firmware published BOOT_STATUS", kBootStatus),
    info("media_flush", "the write cache was written to the medium", kFlush),
    info("media_error", "the image file refused an access", kMediaError, true),
    info("power_cut", "power was cut", kCut),
    info("driver_log", "a line of the driver's log", kLog, true),
    bare("driver_stage", "the driver reached a stage"),
    info("irq_entry", "a CPU entered an interrupt handler", kIrqEntry),
    info("fault", "a fault rule fired", kFault, true),
    info("violation", "a monitor rule was broken", kViolation, true),
    bare("note", "a word of the run itself"),
}};

constexpr std::array<S, static_cast<std::size_t>(Unit::Count)> kUnits{
    "bus",  "mailbox", "asc",      "sart", "nvme",   "nvmmu", "pmgr",    "aic",
    "dram", "media",   "firmware", "host", "driver", "fault", "monitor", "run"};

}  // namespace

const EventInfo& event_info(EventKind kind) {
    return kInfo[static_cast<std::size_t>(kind)];
}
std::string_view unit_name(Unit unit) {
    return kUnits[static_cast<std::size_t>(unit)];
}

const EventField* find_field(EventKind kind, std::string_view name) {
    const EventInfo& e = event_info(kind);
    for (std::size_t i = 0; i < e.field_count; ++i)
        if (e.fields[i].name == name) return &e.fields[i];
    return nullptr;
}

EventKind find_kind(std::string_view name) {
    for (std::size_t k = 0; k < kEventKinds; ++k)
        if (kInfo[k].name == name) return static_cast<EventKind>(k);
    return EventKind::Count;
}

}  // namespace ans
