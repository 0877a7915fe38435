// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/crashlog.h"

#include <algorithm>
#include <cstring>

namespace ans::fw::rtkit {

using namespace layout;

namespace {

constexpr std::uint32_t kVersion = 0x103;              // of the format. source: guess
constexpr std::uint64_t kTicksPerSecond = 24'000'000;  // source: guess, the system timer of these SoCs

std::uint64_t ticks(SimTime time) {
    return time / (seconds(1) / 1'000'000) * (kTicksPerSecond / 1'000'000);
}

class Log {
public:
    explicit Log(std::size_t room) : room_(room), bytes_(sizeof(Header)) {}

    void section(std::uint32_t mark, const std::vector<std::byte>& payload) {
        if (bytes_.size() + sizeof(SectionHeader) + payload.size() + sizeof(Header) > room_) return;
        sections_.push_back(bytes_.size());
        const auto length = static_cast<std::uint32_t>(sizeof(SectionHeader) + payload.size());
        append(bytes_, SectionHeader{mark, 0, 0, length});
        bytes_.insert(bytes_.end(), payload.begin(), payload.end());
    }
    void finish() {
        append(bytes_, Header{kHeaderMark, 0, 0, sizeof(Header), {}});  // a section header and 16 bytes more
        put_header(static_cast<std::uint32_t>(bytes_.size()));
    }
    void spoil(CrashlogKind kind);

    template <typename T>
    static void append(std::vector<std::byte>& to, const T& value) {
        const std::size_t at = to.size();
        to.resize(at + sizeof value);
        std::memcpy(&to[at], &value, sizeof value);
    }
    std::vector<std::byte> take() { return std::move(bytes_); }

private:
    void put_header(std::uint32_t size) {
        const Header header{kHeaderMark, kVersion, size, 0, {}};
        std::memcpy(bytes_.data(), &header, sizeof header);
    }
    void put_length(std::size_t section, std::size_t length) {
        const auto value = static_cast<std::uint32_t>(length);
        std::memcpy(&bytes_[section + offsetof(SectionHeader, length)], &value, sizeof value);
    }
    void cut_mailbox();
    void scramble();

    const std::size_t room_;
    std::vector<std::byte> bytes_;
    std::vector<std::size_t> sections_;
};

void Log::spoil(CrashlogKind kind) {
    const std::size_t victim = sections_.size() < 2 ? sizeof(Header) : sections_[1];
    switch (kind) {
        case CrashlogKind::WellFormed:
            return;
        case CrashlogKind::ZeroSection:
            return put_length(victim, 0);
        case CrashlogKind::ShortSection:
            return put_length(victim, sizeof(SectionHeader) - 1);
        case CrashlogKind::LongSection:
            return put_length(victim, 2 * room_);
        case CrashlogKind::ShortMailbox:
            return cut_mailbox();
        case CrashlogKind::NoTerminator:
            bytes_.resize(bytes_.size() - sizeof(Header));
            return put_header(static_cast<std::uint32_t>(bytes_.size()));
        case CrashlogKind::LongHeader:
            return put_header(static_cast<std::uint32_t>(2 * room_));
        case CrashlogKind::ShortHeader:
            return put_header(sizeof(Header) - 1);
        case CrashlogKind::Random:
            return scramble();
    }
}

// Always the same bytes: xorshift, no seed.
void Log::scramble() {
    std::uint32_t state = 0x2545f491;
    for (std::size_t i = sizeof(Header); i < bytes_.size(); ++i) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes_[i] = static_cast<std::byte>(state);
    }
}

// The mailbox history is the last section: cutting it there keeps the rest of the log sound.
void Log::cut_mailbox() {
    if (sections_.empty()) return;
    // Shorter even than the 28 that Linux takes off the whole length. source: apple_rtkit_crashlog_dump_mailbox()
    constexpr std::size_t kLeft = sizeof(SectionHeader) + 8;
    const std::size_t section = sections_.back();
    bytes_.erase(bytes_.begin() + static_cast<std::ptrdiff_t>(section + kLeft),
                 bytes_.end() - sizeof(Header));
    put_length(section, kLeft);
    put_header(static_cast<std::uint32_t>(bytes_.size()));
}

// Text, NUL, and padding to 8 bytes (guess), so that what follows is aligned.
void append_text(std::vector<std::byte>& to, std::string_view text) {
    const std::size_t at = to.size();
    to.resize((at + text.size() + 1 + 7) / 8 * 8);
    if (!text.empty()) std::memcpy(&to[at], text.data(), text.size());
}

std::vector<std::byte> version_section(const CrashReport& report) {
    std::vector<std::byte> payload;
    Log::append(payload, report.uuid);
    append_text(payload, report.version);
    return payload;
}

std::vector<std::byte> text_section(const CrashReport& report) {
    std::vector<std::byte> payload;
    Log::append(payload, std::uint32_t{0});  // id. source: guess
    append_text(payload, report.reason);
    return payload;
}

template <typename T>
std::vector<std::byte> plain_section(const T& value) {
    std::vector<std::byte> payload;
    Log::append(payload, value);
    return payload;
}

// Register contents are invented: a breakpoint exception in the firmware's own code, at EL1.
constexpr std::uint64_t kCode = 0xffff'ffff'4000'0000;
constexpr std::uint64_t kStack = 0xffff'ffff'40f0'0000;

Registers registers() {
    Registers regs{};
    for (std::size_t i = 0; i < 29; ++i)
        regs.x[i] = i < 8 ? i : kStack + 0x40 * i;
    regs.x[29] = kStack + 0x8a0;
    regs.x[30] = kCode + 0x12ba8;
    regs.sp = kStack + 0x880;
    regs.pc = kCode + 0x11c1c;
    regs.psr = 0x6000'03c5;  // EL1h
    regs.cpacr = 0x30'0000;
    regs.esr = 0xf200'0001;  // BRK
    return regs;
}

std::vector<std::byte> mailbox_section(const MailHistory& mails) {
    std::vector<std::byte> payload;
    // Both directions in one list, as real logs show them. Type 1 is a guess.
    Log::append(payload, Mailbox{{}, 1, 0, static_cast<std::uint32_t>(mails.count)});
    for (std::size_t i = 0; i < mails.size(); ++i)
        Log::append(payload, MailboxEntry{mails[i].mail.endpoint, mails[i].mail.msg0,
                                          static_cast<std::uint32_t>(ticks(mails[i].at)), 0});
    return payload;
}

}  // namespace

std::vector<std::byte> compose_crashlog(const CrashReport& report, std::size_t room, CrashlogKind kind) {
    Log log(room);
    log.section(fourcc("Cver"), version_section(report));
    log.section(fourcc("Ctim"), plain_section(ticks(report.time)));
    log.section(fourcc("Cstr"), text_section(report));
    log.section(fourcc("Crg8"), plain_section(registers()));
    log.section(fourcc("Ccst"),
                plain_section(CallStack{
                    15, 0, {kCode + 0x11c1c, kCode + 0x12ba8, kCode + 0x1e438, kCode + 0x12710, 0, 0}}));
    log.section(fourcc("CasC"), plain_section(std::array<std::uint64_t, 6>{}));  // no error in the ASC block
    log.section(fourcc("Cmbx"), mailbox_section(*report.mails));
    log.finish();
    log.spoil(kind);
    return log.take();
}

}  // namespace ans::fw::rtkit
