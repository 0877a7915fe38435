// SPDX-License-Identifier: MIT
// Measurements of one thing done in different ways, taken in turns: what else the host does hits all alike,
// and the median over the turns forgets the turn that it hit most.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

namespace ans::bench {

using Measure = nlohmann::ordered_json (*)();

class Turns {
public:
    /// Each measure once a turn, in a child of its own; every second turn backwards, so that none is always
    /// the one that finds the host warm. `key`: the figure of what they return.
    Turns(const std::vector<Measure>& measures, unsigned turns, const char* key);

    /// Of one measure's figures.
    double median(std::size_t measure) const;
    /// Of the ratios of two, each of one turn.
    double median_ratio(std::size_t measure, std::size_t to) const;

private:
    std::vector<std::vector<double>> figures_;  ///< by measure, then by turn
};

double median_of(std::vector<double> values);

}  // namespace ans::bench
