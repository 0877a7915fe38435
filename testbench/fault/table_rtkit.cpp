// SPDX-License-Identifier: MIT
// RTKit's messages, each as a filter on the mailbox and the fields that change. source of the layouts:
// hardware.md 7.1, 7.4, 7.5, 7.7
#include "testbench/fault/rows.h"

namespace ans::fault {

namespace {

template <unsigned Endpoint, unsigned Type>
struct Message {
    static constexpr FieldUse kIs[] = {is("endpoint", Endpoint), is("type", Type)};
};
using Hello = Message<0, 1>;
using Map = Message<0, 8>;
using IopAck = Message<0, 7>;
using ApAck = Message<0, 0xb>;
using SyslogInit = Message<2, 8>;
using SyslogLog = Message<2, 5>;

constexpr ParamInfo kVersions[] = {open("min", 0xffff, "lowest protocol version offered"),
                                   open("max", 0xffff, "highest protocol version offered")};
constexpr FieldUse kVersionBits[] = {from("msg0", "min", 0, 16), from("msg0", "max", 16, 16)};

constexpr ParamInfo kLast[] = {number("last", 1, 0, "the LAST bit")};
constexpr FieldUse kLastBit[] = {from("msg0", "last", 51, 1)};
constexpr ParamInfo kMapWord[] = {open("base", 7, "which word it claims to be: endpoints from 32 * base on"),
                                  open("bitmap", 0xffff'ffff, "the endpoints of that word")};
constexpr FieldUse kMapBits[] = {from("msg0", "base", 32, 3), from("msg0", "bitmap", 0, 32)};

constexpr ParamInfo kState[] = {needed("state", 0xffff, "power state that the acknowledgement names")};
constexpr FieldUse kStateBits[] = {from("msg0", "state", 0, 16)};

constexpr ParamInfo kEndpoint{
    "endpoint", ParamType::Integer, "", 1, 4, 1, false, "whose buffer: 1 crashlog, 2 syslog, 4 ioreport"};
constexpr FieldUse kRequest[] = {from("endpoint", "endpoint"), is("type", 1)};
constexpr ParamInfo kBuffer[] = {kEndpoint};
constexpr ParamInfo kBufferSize[] = {kEndpoint, needed("pages", 0xff, "size in pages of 4 KiB")};
constexpr ParamInfo kBufferIova[] = {kEndpoint, needed("iova", (std::uint64_t{1} << 44) - 1, "address")};
constexpr ParamInfo kBufferRepeat[] = {kEndpoint, kTimes, kGap};
constexpr ParamInfo kBufferSend[] = {
    kEndpoint,
    number("pages", 0xff, 1, "size in pages of 4 KiB"),
    number("iova", (std::uint64_t{1} << 44) - 1, 0, "address; 0: please allocate"),
    {"times", ParamType::Integer, "", 1, 256, 1, false, "how many"},
    kGap};
constexpr FieldUse kPages[] = {from("msg0", "pages", 44, 8)};
constexpr FieldUse kIova[] = {from("msg0", "iova", 0, 44)};
constexpr FieldUse kForgedRequest[] = {is("fifo", 1), from("msg1", "endpoint"), is("msg0", 1, 52, 8),
                                       from("msg0", "pages", 44, 8), from("msg0", "iova", 0, 44)};

constexpr FieldUse kOslog[] = {is("endpoint", 8)};
constexpr ParamInfo kBytes[] = {needed("bytes", 0xf'ffff, "size in bytes, firmware of the 13 era")};
constexpr FieldUse kByteBits[] = {from("msg0", "bytes", 36, 20)};

constexpr ParamInfo kInitSizes[] = {open("entries", 0xff, "N_ENTRIES"), open("text", 0xff, "MSG_SIZE")};
constexpr FieldUse kInitBits[] = {from("msg0", "entries", 0, 8), from("msg0", "text", 24, 8)};
constexpr ParamInfo kIndex[] = {needed("index", 0xff, "entry that the LOG names; N_ENTRIES is one too many")};
constexpr FieldUse kIndexBits[] = {from("msg0", "index", 0, 8)};
constexpr ParamInfo kLogSend[] = {number("index", 0xff, 0, "entry that it names"),
                                  {"times", ParamType::Integer, "", 1, 256, 1, false, "how many"},
                                  kGap};
constexpr FieldUse kForgedLog[] = {is("fifo", 1), is("msg1", 2), is("msg0", 5, 52, 8),
                                   from("msg0", "index", 0, 8)};

constexpr ParamInfo kReport[] = {number("type", 0xff, 0xc, "0xc start, 0x8 report")};
constexpr FieldUse kReportIs[] = {is("endpoint", 4), from("type", "type")};

/// From the firmware.
constexpr Row says(S id, S title) {
    return Row("rtkit", id, title).at(P::MailboxI2a, K::MailPush);
}
/// To it.
constexpr Row hears(S id, S title) {
    return Row("rtkit", id, title).at(P::MailboxA2i, K::MailPush);
}
/// Forged, with the AP's mailbox as ever.
constexpr Row forges(S id, S title) {
    return Row("rtkit", id, title).does(Effect::Send).and_at(P::MailboxA2i);
}

constexpr ActionInfo kRows[] = {
    says("rtkit.hello.drop", "HELLO never comes")
        .does(Effect::Drop)
        .hits(Hello::kIs)
        .like("firmware that does not start", "hardware.md 10 item 1"),
    says("rtkit.hello.delay", "HELLO comes late")
        .does(Effect::Delay)
        .with(kOnlyBy)
        .hits(Hello::kIs)
        .like("slow firmware", "hardware.md 10 item 1"),
    says("rtkit.hello.repeat", "HELLO comes more than once")
        .does(Effect::Repeat)
        .with(kTimesGap)
        .hits(Hello::kIs)
        .like("firmware that is woken while it starts", "hardware.md 7.2 step 2"),
    says("rtkit.hello.versions", "HELLO offers other protocol versions")
        .with(kVersions)
        .hits(Hello::kIs)
        .sets(kVersionBits)
        .like("firmware older or newer than the driver", "hardware.md 7.1: AP refuses MIN > 12 or MAX < 11"),

    says("rtkit.epmap.drop", "a word of the endpoint map never comes")
        .does(Effect::Drop)
        .hits(Map::kIs)
        .like("a message lost in the middle of the boot", "hardware.md 10 item 3"),
    says("rtkit.epmap.delay", "a word of the endpoint map comes late")
        .does(Effect::Delay)
        .with(kOnlyBy)
        .hits(Map::kIs)
        .like("slow firmware", "hardware.md 10 item 3"),
    says("rtkit.epmap.repeat", "a word of the endpoint map comes more than once")
        .does(Effect::Repeat)
        .with(kTimesGap)
        .hits(Map::kIs)
        .like("firmware that repeats itself", "hardware.md 10 item 3"),
    says("rtkit.epmap.last", "LAST of the endpoint map is missing or early")
        .with(kLast)
        .hits(Map::kIs)
        .sets(kLastBit)
        .like("a map that has no end", "hardware.md 10 item 3"),
    says("rtkit.epmap.word", "a word of the endpoint map has another base or bitmap")
        .with(kMapWord)
        .hits(Map::kIs)
        .sets(kMapBits)
        .like("words in odd order, words from 2 on, application and unknown endpoints",
              "hardware.md 10 item 3; 7: application endpoints from 0x20 on"),

    says("rtkit.iop_ack.drop", "the acknowledgement of the IOP power state never comes")
        .does(Effect::Drop)
        .hits(IopAck::kIs)
        .like("firmware that ends its boot or falls asleep silently", "hardware.md 10 item 4"),
    says("rtkit.iop_ack.delay", "the acknowledgement of the IOP power state comes late")
        .does(Effect::Delay)
        .with(kOnlyBy)
        .hits(IopAck::kIs)
        .like("slow firmware", "hardware.md 10 item 4"),
    says("rtkit.iop_ack.state", "the acknowledgement of the IOP power state names another state")
        .with(kState)
        .hits(IopAck::kIs)
        .sets(kStateBits)
        .like("firmware that does not follow", "hardware.md 7.1: Linux takes any at boot"),
    says("rtkit.ap_ack.drop", "the acknowledgement of the AP power state never comes")
        .does(Effect::Drop)
        .hits(ApAck::kIs)
        .like("firmware that does not answer", "hardware.md 10 item 4"),
    says("rtkit.ap_ack.delay", "the acknowledgement of the AP power state comes late")
        .does(Effect::Delay)
        .with(kOnlyBy)
        .hits(ApAck::kIs)
        .like("slow firmware", "hardware.md 10 item 4"),
    says("rtkit.ap_ack.state", "the acknowledgement of the AP power state names another state")
        .with(kState)
        .hits(ApAck::kIs)
        .sets(kStateBits)
        .like("firmware that does not follow", "hardware.md 7.1: Linux wants exactly what it asked"),

    says("rtkit.buffer.drop", "a buffer request never comes")
        .does(Effect::Drop)
        .with(kBuffer)
        .hits(kRequest)
        .like("firmware that waits for a buffer it did not ask for", "hardware.md 10 item 5"),
    says("rtkit.buffer.repeat", "a buffer is asked for more than once")
        .does(Effect::Repeat)
        .with(kBufferRepeat)
        .hits(kRequest)
        .like("an endpoint that asks twice; on endpoint 1 drivers read it as a crash",
              "incidents: buffer-request-repeated; hardware.md 7.6"),
    says("rtkit.buffer.size", "a buffer request has another size")
        .with(kBufferSize)
        .hits(kRequest)
        .sets(kPages)
        .like("size 0, or huge", "hardware.md 10 item 5"),
    says("rtkit.buffer.iova", "a buffer request comes with an address")
        .with(kBufferIova)
        .hits(kRequest)
        .sets(kIova)
        .like("firmware that offers memory of its own", "incidents: buffer-iova-nonzero; hardware.md 7.4"),
    forges("rtkit.buffer.send", "a buffer is asked for out of turn")
        .with(kBufferSend)
        .sets(kForgedRequest)
        .like("a request in the middle of work, or after a crash",
              "hardware.md 10 item 5; 7.6: on endpoint 1 it means a crash"),
    says("rtkit.oslog.size", "the oslog buffer request has another size")
        .with(kBytes)
        .hits(kOslog)
        .sets(kByteBits)
        .like("a size that is no multiple of a page", "incidents: oslog-size-units"),

    says("rtkit.syslog_init.drop", "the syslog's INIT never comes: LOG comes without it")
        .does(Effect::Drop)
        .hits(SyslogInit::kIs)
        .like("LOG before INIT", "incidents: syslog-before-init"),
    says("rtkit.syslog_init.delay", "the syslog's INIT comes late")
        .does(Effect::Delay)
        .with(kOnlyBy)
        .hits(SyslogInit::kIs)
        .like("LOG before INIT", "incidents: syslog-before-init"),
    says("rtkit.syslog_init.repeat", "the syslog's INIT comes more than once")
        .does(Effect::Repeat)
        .with(kTimesGap)
        .hits(SyslogInit::kIs)
        .like("INIT twice", "hardware.md 10 item 6"),
    says("rtkit.syslog_init.size", "the syslog's INIT tells of other sizes")
        .with(kInitSizes)
        .hits(SyslogInit::kIs)
        .sets(kInitBits)
        .like("N_ENTRIES or MSG_SIZE 0, or more than the buffer holds", "incidents: syslog-before-init"),
    says("rtkit.syslog_log.index", "a LOG names another entry")
        .with(kIndex)
        .hits(SyslogLog::kIs)
        .sets(kIndexBits)
        .like("index equal to the number of entries", "incidents: syslog-index-equal-n"),
    forges("rtkit.syslog_log.send", "LOG messages that nobody wrote")
        .with(kLogSend)
        .sets(kForgedLog)
        .like("a flood, or LOG out of phase", "hardware.md 10 item 6; incidents: message-burst"),

    says("rtkit.ioreport.drop", "an ioreport message never comes")
        .does(Effect::Drop)
        .with(kReport)
        .hits(kReportIs)
        .like("a message lost; the firmware waits for its echo", "hardware.md 7.2 step 6"),
    hears("rtkit.ioreport.echo.drop", "the driver's echo of an ioreport message is lost")
        .does(Effect::Drop)
        .with(kReport)
        .hits(kReportIs)
        .like("a driver that does not acknowledge; the firmware insists and never ends its boot",
              "hardware.md 7.2 step 6; 7.7"),
};

}  // namespace

Rows rtkit_rows() {
    return {kRows, std::size(kRows)};
}

}  // namespace ans::fault
