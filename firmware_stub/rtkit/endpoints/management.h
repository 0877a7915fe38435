// SPDX-License-Identifier: MIT
// Endpoint 0: version, endpoint map, starting of endpoints, power requests.
#pragma once

#include "firmware_stub/rtkit/endpoint.h"

namespace ans::fw::rtkit {

/// What management decides and the kernel carries out.
class Lifecycle {
public:
    virtual ~Lifecycle() = default;
    /// STARTEP for an endpoint of the map.
    virtual void start_endpoint(std::uint8_t endpoint) = 0;
    virtual void stop_endpoint(std::uint8_t endpoint) = 0;
    /// Have the endpoints got what the end of the boot depends on?
    virtual bool may_finish_boot() = 0;
    virtual void boot_finished() = 0;
    virtual void set_iop_power(std::uint16_t state) = 0;
    virtual void set_ap_power(std::uint16_t state) = 0;
};

class Management {
public:
    Management(Kernel& kernel, Lifecycle& lifecycle) : kernel_(kernel), lifecycle_(lifecycle) {}

    /// HELLO follows at `hello`.
    void begin(SimTime hello);
    /// The boot lies in the past: power requests are served.
    void skip();
    void forget();

    void handle(std::uint64_t msg0);
    /// When on_due() wants to be called; kNever: not at all.
    SimTime due() const { return due_; }
    void on_due();
    /// Ends the boot if nothing stands in its way any more. Call it after every message.
    void progress();

private:
    enum class Stage : std::uint8_t { Off, Starting, Hello, Map, Endpoints, Up, Refused };

    void on_hello_reply(std::uint64_t msg0);
    void on_map_reply(std::uint64_t msg0);
    void on_start(std::uint64_t msg0);
    void on_iop_power(std::uint16_t state);
    void on_ap_power(std::uint16_t state);
    void send_map_word();
    void ignore(std::uint64_t msg0);

    Kernel& kernel_;
    Lifecycle& lifecycle_;
    Stage stage_ = Stage::Off;
    SimTime due_ = kNever;
    std::size_t map_word_ = 0;  ///< the next to be sent; while Map: the one whose reply is awaited
    bool settled_ = false;      ///< Endpoints: the time that the boot takes at least is over
};

}  // namespace ans::fw::rtkit
