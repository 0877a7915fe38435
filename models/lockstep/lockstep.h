// SPDX-License-Identifier: MIT
// Two implementations of one block under the same stimulus. The first is the one that the machine sees; the
// second has to answer every read, raise every wire and report every event as the first does. Where it does
// not, the run ends with both states side by side and the transactions that led there.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "models/common/event.h"
#include "models/common/reg_map.h"
#include "models/common/wire.h"

namespace ans {

class Lockstep {
public:
    /// A bus face of both implementations. Bind `first` and `second` to theirs.
    struct Face {
        Face(const char* face_name, const RegMap* registers)
            : name(face_name),
              map(registers),
              first((std::string(face_name) + "_first").c_str()),
              second((std::string(face_name) + "_second").c_str()) {}
        const char* const name;
        const RegMap* const map;  ///< nullptr: not registers
        tlm_utils::simple_initiator_socket<Face> first, second;
    };

    /// A wire of both; the first's goes on to `out`.
    class Wire {
    public:
        Wire(const char* name, LevelOut& out) : first(out), second(name) {}
        struct First : LevelIf {
            explicit First(LevelOut& o) : out(o) {}
            void set_level(bool new_level, SimTime at) override;
            LevelOut& out;
            bool level = false;
        } first;
        struct Second : LevelIf {
            explicit Second(const char* n) : name(n) {}
            void set_level(bool new_level, SimTime) override { level = new_level; }
            const char* const name;
            bool level = false;
        } second;
    };

    /// `events`: where the first's events go on to. `cycles`: how many clock edges the second has run.
    Lockstep(std::string block, EventHub& events, std::function<std::uint64_t()> cycles);

    /// What the two implementations are given for their events.
    EventHub& first_events() { return first_.hub; }
    EventHub& second_events() { return second_.hub; }
    void add(Face& face) { faces_.push_back(&face); }
    void add(Wire& wire) { wires_.push_back(&wire); }
    /// A further comparison after each transaction: text where the two differ.
    void also(std::function<std::string()> differs) { also_.push_back(std::move(differs)); }

    /// What a transaction must have in common besides its response.
    enum class Data : std::uint8_t { Same, SecondHasNone };
    /// The second has it first, so that a listener to the first's wires finds both done.
    void transport(Face& face, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned debug(Face& face, tlm::tlm_generic_payload& tx);
    /// A level that both are given, in one transaction.
    void level(const char* name, LevelIf& first, LevelIf& second, bool level, SimTime at);
    /// The second moved no data in the transaction that is under way: it is a read that both let through.
    void no_data_of_second() { data_ = Data::SecondHasNone; }

private:
    static constexpr std::size_t kRemembered = 32;  ///< transactions shown with a divergence

    /// The hub of one implementation.
    struct Side : EventSink {
        explicit Side(EventHub* on);
        void on_event(const Event& event) override;
        EventHub hub;
        EventHub* const forward;  ///< nullptr: heard by nobody else
        struct Told {
            Event event;
            std::string text;
        };
        std::vector<Told> told;  ///< since the last comparison
    };
    struct Entry {
        SimTime at = 0;
        std::uint64_t cycle = 0;
        const Face* face = nullptr;  ///< nullptr: a level
        const char* wire = nullptr;
        bool write = false;
        std::uint64_t address = 0, value = 0;
        unsigned length = 0;
        tlm::tlm_response_status response = tlm::TLM_INCOMPLETE_RESPONSE;
    };

    void compare_answers(const Face& face, const tlm::tlm_generic_payload& first,
                         const tlm::tlm_generic_payload& second);
    void compare_observations();
    void compare_events();
    [[noreturn]] void diverge(const std::string& what);
    std::string states();
    std::string register_rows(Face& face);
    std::string transactions() const;
    Entry& remember(SimTime at);

    const std::string block_;
    const std::function<std::uint64_t()> cycles_;
    Side first_, second_;
    std::vector<Face*> faces_;
    std::vector<Wire*> wires_;
    std::vector<std::function<std::string()>> also_;
    std::deque<Entry> entries_;
    std::uint64_t count_ = 0;  ///< of all transactions
    unsigned nested_ = 0;      ///< a listener to a wire may act within a transaction
    Data data_ = Data::Same;
};

}  // namespace ans
