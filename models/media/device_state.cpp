// SPDX-License-Identifier: MIT
#include "models/media/device_state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "models/media/block_store.h"

namespace ans {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "ans2emu device state";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMaxFileSize = 64 * 1024;  // ours has less than 1 KiB
constexpr std::uint64_t kSectorsPerBlock = kBlockSize / 512;

[[noreturn]] void fail(const std::string& path, const std::string& why) {
    throw MediaOpenError("device state " + path + ": " + why);
}

class File {
public:
    File(const std::string& path, int flags)
        : fd_(open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0666)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    int fd() const { return fd_; }

private:
    int fd_;
};

// The file's text; false: there is no such file.
bool read_text(const std::string& path, std::string& text) {
    const File file(path, O_RDONLY);
    if (file.fd() < 0 && errno == ENOENT) return false;
    if (file.fd() < 0) fail(path, "cannot be opened: " + std::string(std::strerror(errno)));
    struct stat info {};
    if (fstat(file.fd(), &info) != 0) fail(path, std::strerror(errno));
    if (!S_ISREG(info.st_mode)) fail(path, "is not a regular file");
    if (static_cast<std::size_t>(info.st_size) > kMaxFileSize)
        fail(path, "is too large to be a device state");
    text.resize(static_cast<std::size_t>(info.st_size));
    const ssize_t got = read(file.fd(), text.data(), text.size());
    if (got < 0) fail(path, "cannot be read: " + std::string(std::strerror(errno)));
    text.resize(static_cast<std::size_t>(got));
    return true;
}

// 0 or errno.
int write_text(const std::string& path, const std::string& text) {
    const File file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
    if (file.fd() < 0) return errno;
    const ssize_t done = write(file.fd(), text.data(), text.size());
    if (done < 0) return errno;
    return static_cast<std::size_t>(done) == text.size() ? 0 : ENOSPC;
}

std::uint64_t take_number(const Json& object, std::string_view key, std::uint64_t max,
                          const std::string& path) {
    const auto found = object.find(std::string(key));
    if (found == object.end()) fail(path, "has no \"" + std::string(key) + "\"");
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > max)
        fail(path, "\"" + std::string(key) + "\" is " + found->dump() + ", expected a number from 0 to " +
                       std::to_string(max));
    return found->get<std::uint64_t>();
}

bool take_bool(const Json& object, const char* key, const std::string& path) {
    const auto found = object.find(key);
    if (found == object.end()) fail(path, "has no \"" + std::string(key) + "\"");
    if (!found->is_boolean())
        fail(path, "\"" + std::string(key) + "\" is " + found->dump() + ", expected true or false");
    return found->get<bool>();
}

Json parse(const std::string& text, const std::string& path) {
    try {
        Json object = Json::parse(text);
        if (object.is_object() && object.value("format", Json()) == Json(kFormat)) return object;
    } catch (const Json::exception& error) {
        fail(path, std::string("is not JSON: ") + error.what());
    }
    fail(path, "is not a device state, expected \"format\": \"" + std::string(kFormat) + "\"");
}

constexpr std::uint64_t thousands_of_sectors(std::uint64_t blocks) {
    return (blocks * kSectorsPerBlock + 999) / 1000;
}

}  // namespace

// The file's numbers, in its order.
struct DeviceState::Numbers {
    struct Number {
        std::string_view key;
        std::uint64_t DeviceState::*value;
        std::uint64_t max;
    };
    // Low enough that no life can make a counter wrap.
    static constexpr std::uint64_t kMost = std::uint64_t{1} << 53;
    static constexpr std::array<Number, 10> kAll{
        {{"power_cycles", &DeviceState::power_cycles_, kMost},
         {"unsafe_shutdowns", &DeviceState::unsafe_shutdowns_, kMost},
         {"power_on_ms", &DeviceState::on_before_ms_, kMost},
         {"host_reads", &DeviceState::reads_, kMost},
         {"host_writes", &DeviceState::writes_, kMost},
         {"blocks_read", &DeviceState::blocks_read_, kMost},
         {"blocks_written", &DeviceState::blocks_written_, kMost},
         {"media_errors", &DeviceState::media_errors_, kMost},
         {"percentage_used", &DeviceState::percentage_used_, 255},
         {"available_spare", &DeviceState::available_spare_, 100}}};
};

DeviceState DeviceState::beside(const std::string& image, bool keep) {
    DeviceState state;
    state.path_ = image + ".ans2state.json";
    state.keep_ = keep;
    state.load();
    if (!state.save(0)) fail(state.path_, "cannot be written: " + state.error_);
    return state;
}

void DeviceState::load() {
    std::string text;
    if (!read_text(path_, text)) return;
    const Json object = parse(text, path_);
    if (const std::uint64_t version = take_number(object, "version", Numbers::kMost, path_);
        version != kVersion)
        fail(path_, "has version " + std::to_string(version) + ", expected " + std::to_string(kVersion));
    clean_ = take_bool(object, "clean_shutdown", path_);
    for (const auto& number : Numbers::kAll)
        this->*number.value = take_number(object, number.key, number.max, path_);
}

std::string DeviceState::to_text(SimTime at) const {
    DeviceState now = *this;
    now.on_before_ms_ += time_on(at) / milliseconds(1);
    Json object{{"format", kFormat}, {"version", kVersion}, {"clean_shutdown", clean_}};
    for (const auto& number : Numbers::kAll)
        object[std::string(number.key)] = now.*number.value;
    return object.dump(2) + "\n";
}

bool DeviceState::save(SimTime at) {
    error_.clear();
    if (path_.empty() || !keep_) return true;
    const std::string fresh = path_ + ".tmp";
    int error = write_text(fresh, to_text(at));
    if (error == 0 && std::rename(fresh.c_str(), path_.c_str()) != 0) error = errno;
    if (error == 0) return true;
    unlink(fresh.c_str());
    error_ = std::strerror(error);
    return false;
}

SimTime DeviceState::time_on(SimTime at) const {
    return on_ && at > on_since_ ? at - on_since_ : 0;
}

void DeviceState::power_on(SimTime at) {
    ++power_cycles_;
    if (!clean_) ++unsafe_shutdowns_;
    clean_ = false;
    on_ = true;
    on_since_ = at;
    save(at);
}

void DeviceState::clean_shutdown(SimTime at) {
    clean_ = true;
    save(at);
}

void DeviceState::in_use(SimTime at) {
    clean_ = false;
    save(at);
}

void DeviceState::power_off(SimTime at) {
    on_before_ms_ += time_on(at) / milliseconds(1);
    on_ = false;
    save(at);
}

void DeviceState::count_read(std::uint64_t blocks) {
    ++reads_;
    blocks_read_ += blocks;
}

void DeviceState::count_write(std::uint64_t blocks) {
    ++writes_;
    blocks_written_ += blocks;
}

DeviceCounters DeviceState::counters(SimTime at) const {
    DeviceCounters counters;
    counters.data_units_read = thousands_of_sectors(blocks_read_);
    counters.data_units_written = thousands_of_sectors(blocks_written_);
    counters.host_reads = reads_;
    counters.host_writes = writes_;
    counters.power_cycles = power_cycles_;
    counters.power_on_hours = (on_before_ms_ + time_on(at) / milliseconds(1)) / (3600 * 1000);
    counters.unsafe_shutdowns = unsafe_shutdowns_;
    counters.media_errors = media_errors_;
    counters.percentage_used = static_cast<std::uint8_t>(percentage_used_);
    counters.available_spare = static_cast<std::uint8_t>(available_spare_);
    return counters;
}

}  // namespace ans
