// SPDX-License-Identifier: MIT
// AIC-lite: level lines by their numbers, a mask for each, one consumer. No registers.
#pragma once

#include <memory>
#include <vector>

#include "models/common/event.h"
#include "models/common/interrupt.h"
#include "models/common/wire.h"

namespace ans {

struct AicConfig {
    EventHub* events = &EventHub::none();
    std::vector<unsigned> lines;  ///< AIC line numbers, sparse, each once, below 65536
};

class Aic : public sc_core::sc_module, public InterruptControllerIf {
public:
    sc_core::sc_export<InterruptControllerIf> control{"control"};
    /// Told of every change of a line's level behind its mask.
    sc_core::sc_port<InterruptSinkIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> cpu{"cpu"};

    /// Reports an SC_ERROR where a line number comes twice or is out of range.
    Aic(sc_core::sc_module_name name, const AicConfig& config);

    /// Where to bind the wire of that line. Reports an SC_ERROR where there is none.
    sc_core::sc_export<LevelIf>& input(unsigned line);

    // Lines start masked, as hardware.md 3 has it that drivers mask here. A line that no wire is bound to has
    // a mask on real hardware too: setting it has no effect.
    void mask(unsigned line, SimTime at) override;
    /// A line that is high is delivered at once.
    void unmask(unsigned line, SimTime at) override;
    /// The wire's own level, masked or not.
    bool level(unsigned line) const;

private:
    class Line : public LevelIf {
    public:
        Line(Aic& owner, unsigned number);
        void set_level(bool level, SimTime at) override;
        void set_masked(bool masked, SimTime at);
        unsigned number() const { return number_; }
        bool level() const { return level_; }

        sc_core::sc_export<LevelIf> in;

    private:
        void deliver(bool level, SimTime at);
        Aic& owner_;
        const unsigned number_;
        bool level_ = false;
        bool masked_ = true;
    };

    Line* find(unsigned line) const;

    EventHub& events_;
    std::vector<std::unique_ptr<Line>> lines_;
};

}  // namespace ans
