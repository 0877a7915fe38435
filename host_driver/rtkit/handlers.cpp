// SPDX-License-Identifier: MIT
// What the driver does with each message of the coprocessor. Any message may come at any time.
#include <vector>

#include "host_driver/common/log.h"
#include "host_driver/rtkit/crashlog.h"
#include "host_driver/rtkit/rtkit.h"

namespace ans::driver::rtkit {

namespace {

constexpr unsigned kMaxComplaints = 16;  // newer firmware sends bursts of messages that nobody knows

/// The endpoints that Linux starts. source: hardware.md 7.2 step 5
constexpr bool known_system_endpoint(unsigned endpoint) {
    return endpoint == kCrashlog || endpoint == kSyslog || endpoint == kDebug || endpoint == kIoReport ||
           endpoint == kOsLog;
}

class LoggedCrash : public CrashlogSink {
public:
    explicit LoggedCrash(port::Port& port) : port_(port) {}
    void line(std::string_view text) override {
        log(port_, port::LogLevel::Error, "RTKit: %.*s", static_cast<int>(text.size()), text.data());
    }

private:
    port::Port& port_;
};

}  // namespace

void Rtkit::handle(const Message& message) {
    if (phase_ == Phase::Crashed || phase_ == Phase::Stopped) return;
    // Before the map is complete only management messages mean anything; what else waits is of an earlier
    // session.
    if (message.endpoint != kManagement && phase_ < Phase::Starting)
        return stranger("early message", message);
    switch (message.endpoint) {
        case kManagement:
            return handle_management(message.msg0);
        case kCrashlog:
            return handle_crashlog(message.msg0);
        case kSyslog:
            return handle_syslog(message.msg0);
        case kIoReport:
            return handle_ioreport(message.msg0);
        case kOsLog:
            return handle_oslog(message.msg0);
        default:
            return stranger("message to unknown endpoint", message);
    }
}

void Rtkit::stranger(const char* what, const Message& message) {
    unknown(what, message.endpoint, message.msg0);
    if (!omit_.has(Measure::PassOverStrangers) || phase_ == Phase::Running) return;
    failure_ = Status::Protocol;
    changed_->notify();
}

void Rtkit::unknown(const char* what, std::uint8_t endpoint, std::uint64_t msg0) {
    if (++complaints_ > kMaxComplaints) return;
    log(port_, port::LogLevel::Warning, "RTKit: %s 0x%02x: 0x%016llx%s", what, endpoint,
        static_cast<unsigned long long>(msg0),
        complaints_ == kMaxComplaints ? " (no more of these are logged)" : "");
}

void Rtkit::handle_management(std::uint64_t msg0) {
    switch (Type::get(msg0)) {
        case kHello:
            return handle_hello(msg0);
        case kEndpointMap:
            return handle_endpoint_map(msg0);
        case kIopPowerAck:
            return handle_iop_power(static_cast<std::uint16_t>(PowerState::get(msg0)));
        case kApPower:
            ap_answer_ = static_cast<std::uint32_t>(PowerState::get(msg0));
            return changed_->notify();
        default:
            return unknown("unknown management message", kManagement, msg0);
    }
}

void Rtkit::handle_hello(std::uint64_t msg0) {
    if (phase_ != Phase::Hello) return unknown("HELLO in mid-session", kManagement, msg0);
    const auto min = static_cast<unsigned>(HelloMin::get(msg0));
    const auto max = static_cast<unsigned>(HelloMax::get(msg0));
    if (min > kMaxVersion || max < kMinVersion || min > max) {
        log(port_, port::LogLevel::Error, "RTKit: firmware speaks protocol %u to %u, this driver %u to %u",
            min, max, kMinVersion, kMaxVersion);
        failure_ = Status::Protocol;
        return changed_->notify();
    }
    const unsigned version = std::min(kMaxVersion, max);
    log(port_, port::LogLevel::Info, "RTKit: Initializing (protocol version %u)", version);
    iop_answer_ = kNoAnswer;  // an acknowledgement before HELLO was of an earlier session
    crashlog_ready_ = false;
    syslog_ = {};
    phase_ = Phase::Map;
    send(kManagement, message(kHelloReply, HelloMin::put(version) | HelloMax::put(version)));
    changed_->notify();
}

void Rtkit::handle_endpoint_map(std::uint64_t msg0) {
    if (phase_ != Phase::Map) return unknown("endpoint map out of turn", kManagement, msg0);
    const auto base = static_cast<unsigned>(MapBase::get(msg0));
    for (unsigned bit = 0; bit < 32; ++bit)
        if ((MapBitmap::get(msg0) >> bit & 1u) != 0) endpoints_.set(base * 32 + bit);
    const bool last = MapLast::get(msg0) != 0;
    send(kManagement, message(kEndpointMap, MapBase::put(base) | (last ? MapLast::put(1) : MapMore::put(1))));
    if (!last) return;
    phase_ = Phase::Starting;
    start_endpoints();
    changed_->notify();
}

void Rtkit::start_endpoints() {
    for (unsigned endpoint = 1; endpoint < kFirstApplicationEndpoint; ++endpoint) {
        if (!endpoints_.test(endpoint)) continue;
        if (known_system_endpoint(endpoint))
            send(kManagement, message(kStartEndpoint, StartEndpoint::put(endpoint) | StartFlag::put(1)));
        else
            log(port_, port::LogLevel::Warning, "RTKit: Unknown system endpoint: 0x%02x", endpoint);
    }
}

void Rtkit::handle_iop_power(std::uint16_t state) {
    iop_answer_ = state;
    changed_->notify();
    if (phase_ != Phase::Running || asking_iop_ || state == kPowerOn) return;
    if (omit_.has(Measure::HeedUninvitedSleep)) return;
    // From here on the NVMe registers are out of reach.
    log(port_, port::LogLevel::Error, "RTKit: the firmware went to power state 0x%x uninvited", state);
    phase_ = Phase::Stopped;
    client_.firmware_fell_asleep();
}

void Rtkit::handle_crashlog(std::uint64_t msg0) {
    if (Type::get(msg0) != kBufferRequest) return unknown("unknown crashlog message", kCrashlog, msg0);
    // The first is a wish for a buffer, every further one says that the firmware crashed. source:
    // hardware.md 7.6
    if (crashlog_ready_) return crash();
    handle_buffer_request(kCrashlog, msg0);
    crashlog_ready_ = buffers_.find(kCrashlog) != nullptr;
}

void Rtkit::crash() {
    phase_ = Phase::Crashed;
    log(port_, port::LogLevel::Error, "RTKit: co-processor has crashed");
    port_.observe_memory();
    const DmaMemory& shared = *buffers_.find(kCrashlog);
    const std::vector<std::byte> copy(shared.cpu(), shared.cpu() + shared.size());
    LoggedCrash sink(port_);
    print_crashlog(copy.data(), copy.size(), sink, omit_);
    changed_->notify();
    client_.firmware_crashed();
}

void Rtkit::handle_buffer_request(std::uint8_t endpoint, std::uint64_t msg0) {
    const bool oslog = endpoint == kOsLog;
    if (const std::uint64_t place = oslog ? OsLogPage::get(msg0) * kPageSize : BufferAddress::get(msg0)) {
        // Reading where the firmware points to would mean trusting its pointer.
        if (omit_.has(Measure::RefuseFirmwareBuffer))
            return unprotected(port_, Measure::RefuseFirmwareBuffer,
                               "a kernel would now read what endpoint 0x%02x says from 0x%llx", endpoint,
                               static_cast<unsigned long long>(place));
        log(port_, port::LogLevel::Warning, "RTKit: endpoint 0x%02x offers a buffer of its own; ignored",
            endpoint);
        return;
    }
    if (omit_.has(Measure::GrantBuffers) && (endpoint == kCrashlog || endpoint == kIoReport)) return;
    std::uint64_t size = oslog ? OsLogBytes::get(msg0) : BufferPages::get(msg0) * kPageSize;
    if (oslog && omit_.has(Measure::OslogSizeInBytes))
        size -= size % kPageSize;  // source: hardware.md 7.4 (m1n1)
    const DmaMemory* memory = buffers_.provide(endpoint, size);
    if (memory == nullptr) return;
    if (oslog)
        send(endpoint, OsLogType::put(kOsLogBufferRequest) | OsLogBytes::put(size) |
                           OsLogPage::put(memory->device() / kPageSize));
    else
        send(endpoint, message(kBufferRequest,
                               BufferPages::put(size / kPageSize) | BufferAddress::put(memory->device())));
}

void Rtkit::handle_syslog(std::uint64_t msg0) {
    switch (Type::get(msg0)) {
        case kBufferRequest:
            return handle_buffer_request(kSyslog, msg0);
        case kSyslogInit:
            syslog_ = {static_cast<std::uint32_t>(SyslogEntries::get(msg0)),
                       static_cast<std::uint32_t>(SyslogTextSize::get(msg0))};
            return;
        case kSyslogLog:
            print_syslog(static_cast<unsigned>(SyslogIndex::get(msg0)));
            // Echoed whether readable or not: firmware waits for it. source: hardware.md 7.5
            if (!omit_.has(Measure::EchoSyslog)) send(kSyslog, msg0);
            return;
        default:
            return unknown("unknown syslog message", kSyslog, msg0);
    }
}

void Rtkit::print_syslog(unsigned index) {
    const DmaMemory* memory = buffers_.find(kSyslog);
    SyslogEntry entry;
    if ((memory == nullptr || syslog_.text_size == 0) && omit_.has(Measure::SyslogInitFirst))
        return unprotected(port_, Measure::SyslogInitFirst, "a kernel would now follow a null pointer");
    if (memory == nullptr) return unknown("syslog message without a buffer", kSyslog, index);
    port_.observe_memory();
    SyslogShape shape = syslog_;
    if (omit_.has(Measure::SyslogBounds)) shape.entries = SyslogIndex::max + 1;
    const bool read = read_syslog_entry(memory->cpu(), memory->size(), shape, index, entry);
    if (omit_.has(Measure::SyslogBounds) && index >= syslog_.entries && syslog_.text_size != 0)
        unprotected(port_, Measure::SyslogBounds, "entry %u of %u: a kernel would now read %s", index,
                    syslog_.entries, read ? "what lies behind the last" : "past the end of its memory");
    if (!read) return unknown("syslog message without an entry", kSyslog, index);
    // source: real-machines.md: the context is `file:line`
    log(port_, port::LogLevel::Info, "RTKit: syslog message: %s: %s", entry.context.c_str(),
        entry.text.c_str());
}

void Rtkit::handle_ioreport(std::uint64_t msg0) {
    switch (Type::get(msg0)) {
        case kBufferRequest:
            return handle_buffer_request(kIoReport, msg0);
        case kIoReportStart:
        case kIoReportReport:
            if (!omit_.has(Measure::EchoIoReport)) send(kIoReport, msg0);  // source: hardware.md 7.7
            return;
        default:
            return unknown("unknown ioreport message", kIoReport, msg0);
    }
}

void Rtkit::handle_oslog(std::uint64_t msg0) {
    if (OsLogType::get(msg0) == kOsLogBufferRequest) return handle_buffer_request(kOsLog, msg0);
    unknown("unknown oslog message", kOsLog, msg0);
}

}  // namespace ans::driver::rtkit
