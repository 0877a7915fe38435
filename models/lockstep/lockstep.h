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
#include <utility>
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
              second((std::string(face_name) + "_second").c_str()) {
            first.register_invalidate_direct_mem_ptr(this, &Face::first_invalidates);
            second.register_invalidate_direct_mem_ptr(this, &Face::second_invalidates);
        }
        const char* const name;
        const RegMap* const map;  ///< nullptr: not registers
        tlm_utils::simple_initiator_socket<Face> first, second;
        /// Direct memory pointers that each has taken back since the last comparison.
        using Range = std::pair<std::uint64_t, std::uint64_t>;
        std::vector<Range> first_took_back, second_took_back;
        /// What becomes of the first's taking back; empty: nobody has pointers.
        std::function<void(std::uint64_t from, std::uint64_t to)> on_taken_back;

    private:
        void first_invalidates(sc_dt::uint64 from, sc_dt::uint64 to) {
            first_took_back.emplace_back(from, to);
            if (on_taken_back) on_taken_back(from, to);
        }
        void second_invalidates(sc_dt::uint64 from, sc_dt::uint64 to) {
            second_took_back.emplace_back(from, to);
        }
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

    /// The second has it first, so that a listener to the first's wires finds both done.
    void transport(Face& face, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned debug(Face& face, tlm::tlm_generic_payload& tx);
    bool pointer(Face& face, tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi);
    /// A level that both are given, in one transaction.
    void level(const char* name, LevelIf& first, LevelIf& second, bool level, SimTime at);
    /// The second's answer to the transaction under way counts for nothing: both let it through, and only the
    /// first's went on.
    void no_answer_of_second() { second_answers_ = false; }

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

    template <typename Action>
    void of_second(Action action);
    void compare_answers(const Face& face, const tlm::tlm_generic_payload& first,
                         const tlm::tlm_generic_payload& second);
    void compare_observations();
    void compare_events();
    void compare_taken_back();
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
    bool second_answers_ = true;
};

}  // namespace ans
