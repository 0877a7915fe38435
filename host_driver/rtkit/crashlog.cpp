// SPDX-License-Identifier: MIT
#include "host_driver/rtkit/crashlog.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <string>

#include "host_driver/common/bits.h"
#include "host_driver/rtkit/text.h"

namespace ans::driver::rtkit {

namespace {

constexpr std::uint32_t fourcc(const char (&name)[5]) {
    return static_cast<std::uint32_t>(name[0]) << 24 | static_cast<std::uint32_t>(name[1]) << 16 |
           static_cast<std::uint32_t>(name[2]) << 8 | static_cast<std::uint32_t>(name[3]);
}

// source: hardware.md 7.6 (buffer layout)
constexpr std::size_t kHeaderSize = 0x20;
constexpr std::size_t kTotalSizeOffset = 8;
constexpr std::size_t kSectionHeaderSize = 16;
constexpr std::size_t kSectionLengthOffset = 12;  // the length includes the section's header
constexpr std::uint32_t kEnd = fourcc("CLHE");    // also the magic of the header
constexpr std::uint32_t kVersion = fourcc("Cver");
constexpr std::uint32_t kText = fourcc("Cstr");
constexpr std::uint32_t kTime = fourcc("Ctim");
constexpr std::uint32_t kMailbox = fourcc("Cmbx");
constexpr std::uint32_t kRegisters = fourcc("Crg8");

// Payload layouts, offsets from the end of the section's header. source: hardware.md 7.6
constexpr std::size_t kVersionText = 16;
constexpr std::size_t kTextText = 4;
constexpr std::size_t kMailboxType = 16, kMailboxIndex = 24,
                      kMailboxEntries = 28;  // 16 bytes nobody names come first
constexpr std::size_t kMailboxEntrySize = 24;
constexpr std::size_t kRegistersSize = 0x350;
constexpr std::size_t kX0 = 8, kSp = 256, kPc = 264, kPsr = 272, kFar = 816, kEsr = 832;

constexpr unsigned kMaxSections = 64;
constexpr unsigned kMaxMailboxEntries = 64;

class Printer {
public:
    Printer(CrashlogSink& sink, Measures omit) : sink_(sink), omit_(omit) {}

    template <typename... Arguments>
    void line(const char* format, Arguments... arguments) {
        char text[320];
        const int length = std::snprintf(text, sizeof text, format, arguments...);
        emit({text,
              std::min<std::size_t>(length < 0 ? 0 : static_cast<std::size_t>(length), sizeof text - 1)});
    }
    void line(const char* text) { emit(text); }

    void section(std::uint32_t kind, const std::byte* payload, std::size_t size) {
        switch (kind) {
            case kVersion:
                return version(payload, size);
            case kText:
                return message(payload, size);
            case kTime:
                return time(payload, size);
            case kMailbox:
                return mailbox(payload, size);
            case kRegisters:
                return registers(payload, size);
            default:
                return;  // Ccst, CasC, Crtk, Ccdp and what later firmware adds: not decoded
        }
    }

private:
    void emit(std::string_view text) {
        if (lines_ >= kMaxCrashlogLines) return;
        if (++lines_ == kMaxCrashlogLines) text = "crashlog is longer than is printed";
        sink_.line(text);
    }
    bool too_short(const char* name, std::size_t size, std::size_t needed) {
        if (size >= needed) return false;
        if (omit_.has(Measure::CrashlogBounds))
            line("unprotected (crashlog_bounds): a kernel would now read %zu bytes of %s, which has %zu",
                 needed, name, size);
        else
            line("crashlog section %s is too short: %zu bytes", name, size);
        return true;
    }
    void version(const std::byte* payload, std::size_t size) {
        if (too_short("Cver", size, kVersionText)) return;
        line("Version: %s", printable(payload + kVersionText, size - kVersionText).c_str());
    }
    void message(const std::byte* payload, std::size_t size) {
        if (too_short("Cstr", size, kTextText)) return;
        line("Message (id=%" PRIx32 "):", load<std::uint32_t>(payload));
        const std::string text = printable(payload + kTextText, size - kTextText);
        for (std::size_t begin = 0; begin < text.size() && lines_ < kMaxCrashlogLines;) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            emit("  " + text.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    void time(const std::byte* payload, std::size_t size) {
        if (too_short("Ctim", size, 8)) return;
        line("Crash time: %" PRIu64, load<std::uint64_t>(payload));
    }
    void mailbox(const std::byte* payload, std::size_t size) {
        if (too_short("Cmbx", size, kMailboxEntries)) return;
        line("Mailbox history (type = %" PRIu32 ", index = %" PRIu32 "):",
             load<std::uint32_t>(payload + kMailboxType), load<std::uint32_t>(payload + kMailboxIndex));
        const std::size_t count =
            std::min<std::size_t>((size - kMailboxEntries) / kMailboxEntrySize, kMaxMailboxEntries);
        for (std::size_t i = 0; i < count; ++i) {
            const std::byte* entry = payload + kMailboxEntries + i * kMailboxEntrySize;
            line(" #%03zu@%08" PRIx32 ": %016" PRIx64 " %016" PRIx64, i, load<std::uint32_t>(entry + 16),
                 load<std::uint64_t>(entry), load<std::uint64_t>(entry + 8));
        }
    }
    void registers(const std::byte* payload, std::size_t size) {
        if (too_short("Crg8", size, kRegistersSize)) return;
        const auto at = [payload](std::size_t offset) { return load<std::uint64_t>(payload + offset); };
        line("Exception dump:");
        line("  PSR %016" PRIx64 "  PC %016" PRIx64 "  SP %016" PRIx64, at(kPsr), at(kPc), at(kSp));
        line("  ESR %016" PRIx64 "  FAR %016" PRIx64, at(kEsr), at(kFar));
        for (unsigned i = 0; i + 1 < 31; i += 2)
            line("  x%-2u %016" PRIx64 "  x%-2u %016" PRIx64, i, at(kX0 + 8 * i), i + 1,
                 at(kX0 + 8 * (i + 1)));
        line("  x30 %016" PRIx64, at(kX0 + 8 * 30));
    }

    CrashlogSink& sink_;
    const Measures omit_;
    unsigned lines_ = 0;
};

}  // namespace

void print_crashlog(const std::byte* data, std::size_t size, CrashlogSink& sink, Measures omit) {
    Printer printer(sink, omit);
    if (data == nullptr || size < kHeaderSize) return printer.line("crashlog is shorter than its header");
    if (load<std::uint32_t>(data) != kEnd) return printer.line("crashlog has no valid header");
    const std::size_t total = load<std::uint32_t>(data + kTotalSizeOffset);
    if (total < kHeaderSize || total > size) printer.line("crashlog claims %zu of %zu bytes", total, size);
    const std::size_t limit = total < kHeaderSize ? size : std::min(size, total);

    std::size_t offset = kHeaderSize;
    for (unsigned section = 0; limit - offset >= kSectionHeaderSize; ++section) {
        const std::uint32_t kind = load<std::uint32_t>(data + offset);
        if (kind == kEnd) return;
        if (section == kMaxSections) return printer.line("crashlog has too many sections");
        const std::size_t length = load<std::uint32_t>(data + offset + kSectionLengthOffset);
        // A length below the header would never move on, one past the end would read on.
        if (length < kSectionHeaderSize && omit.has(Measure::CrashlogZeroSection))
            return printer.line("unprotected (crashlog_zero_section): a kernel would now loop at byte %zu",
                                offset);
        if (length < kSectionHeaderSize)
            return printer.line("crashlog section of %zu bytes ends the dump", length);
        const std::size_t available = std::min(length, limit - offset);
        printer.section(kind, data + offset + kSectionHeaderSize, available - kSectionHeaderSize);
        if (available < length && omit.has(Measure::CrashlogBounds))
            return printer.line(
                "unprotected (crashlog_bounds): a kernel would now read %zu bytes past the end",
                length - available);
        if (available < length) return printer.line("crashlog section is cut off after %zu bytes", available);
        offset += length;
    }
    printer.line("crashlog has no end mark");
}

}  // namespace ans::driver::rtkit
