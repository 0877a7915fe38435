// SPDX-License-Identifier: MIT
// The event stream as a file: one JSON object a line, keys in a fixed order, the same bytes for the same run.
#pragma once

#include <string>

#include "models/common/event.h"
#include "models/common/reg_map.h"

namespace ans::trace {

/// Keys: t_us (a number with six decimals: picoseconds), unit, event, the kind's fields in table order
/// (hexadecimal ones as strings, as JSON's numbers end at 2^53), register, message, text. The last three only
/// where there is something to say.
class JsonLines : public EventSink {
public:
    /// Creates or empties the file. Errors are kept for error() and close().
    JsonLines(EventHub& events, const std::string& path, const RegMapLookup& registers,
              const EventHub::Kinds& kinds = EventHub::all());
    JsonLines(const JsonLines&) = delete;
    JsonLines& operator=(const JsonLines&) = delete;
    ~JsonLines() override;

    void on_event(const Event& event) override;
    /// Writes out what is buffered; the file stays open. For a process that may be about to end.
    void flush();
    /// Writes the rest and closes. Returns the first thing that went wrong ("trace.jsonl: No space left on
    /// device"), or nothing; after an error no further event was written.
    std::string close();
    const std::string& error() const { return error_; }

private:
    void fail();

    EventHub& events_;
    const std::string path_;
    const RegMapLookup registers_;
    int file_ = -1;
    std::string buffer_;
    std::string error_;
};

/// One line without its end.
std::string json_line(const Event& event, const RegMapLookup& registers);

}  // namespace ans::trace
