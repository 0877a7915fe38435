// SPDX-License-Identifier: MIT
// What a drive remembers about itself over power cycles: the counters behind the SMART page.
#pragma once

#include <cstdint>
#include <string>

#include "models/common/sim_time.h"

namespace ans {

/// As the SMART page tells them. source: NVMe 1.1 figure 79
struct DeviceCounters {
    std::uint64_t data_units_read = 0;     ///< thousands of 512-byte units, rounded up
    std::uint64_t data_units_written = 0;  ///< thousands of 512-byte units, rounded up
    std::uint64_t host_reads = 0;          ///< commands
    std::uint64_t host_writes = 0;         ///< commands
    std::uint64_t power_cycles = 0;
    std::uint64_t power_on_hours = 0;
    std::uint64_t unsafe_shutdowns = 0;
    std::uint64_t media_errors = 0;
    std::uint8_t percentage_used = 0;
    std::uint8_t available_spare = 100;  ///< percent
};

/// Kept beside the image as `IMAGE.ans2state.json`, or in memory. Saving replaces the file by renaming a new
/// one; a failed save is remembered for the caller and changes nothing else.
class DeviceState {
public:
    /// Lives and dies with the process.
    DeviceState() = default;
    /// Loads the state of an image; there need not be one yet. With `keep`, writes it back at once, so that a
    /// folder without rights shows now. Throws MediaOpenError: unreadable, no JSON, not ours, a wrong value.
    static DeviceState beside(const std::string& image, bool keep);

    /// Power comes. One call a power cycle; the last life counts as an unsafe shutdown unless it ended clean.
    void power_on(SimTime at);
    /// A shutdown notification was obeyed.
    void clean_shutdown(SimTime at);
    /// The drive is in use again after a clean shutdown without a power cycle between.
    void in_use(SimTime at);
    /// Power goes.
    void power_off(SimTime at);

    void count_read(std::uint64_t blocks);
    void count_write(std::uint64_t blocks);
    void count_media_error() { ++media_errors_; }

    DeviceCounters counters(SimTime at) const;
    bool clean() const { return clean_; }
    /// Writes the file. Returns false, and error() says why.
    bool save(SimTime at);
    /// Why the last save failed, or empty.
    const std::string& error() const { return error_; }
    const std::string& path() const { return path_; }

private:
    struct Numbers;

    void load();
    SimTime time_on(SimTime at) const;
    std::string to_text(SimTime at) const;

    std::string path_;  ///< empty: in memory
    bool keep_ = false;
    std::string error_;

    bool clean_ = true;  ///< a drive fresh from the factory has nothing to lose
    bool on_ = false;
    SimTime on_since_ = 0;
    std::uint64_t on_before_ms_ = 0;  ///< in earlier lives
    std::uint64_t power_cycles_ = 0;
    std::uint64_t unsafe_shutdowns_ = 0;
    std::uint64_t reads_ = 0;
    std::uint64_t writes_ = 0;
    std::uint64_t blocks_read_ = 0;
    std::uint64_t blocks_written_ = 0;
    std::uint64_t media_errors_ = 0;
    std::uint64_t percentage_used_ = 0;
    std::uint64_t available_spare_ = 100;
};

}  // namespace ans
