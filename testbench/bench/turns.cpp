// SPDX-License-Identifier: MIT
#include "testbench/bench/turns.h"

#include <algorithm>

#include "testbench/bench/measure.h"

namespace ans::bench {

double median_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Turns::Turns(const std::vector<Measure>& measures, unsigned turns, const char* key)
    : figures_(measures.size()) {
    for (unsigned turn = 0; turn < turns; ++turn)
        for (std::size_t i = 0; i < measures.size(); ++i) {
            const std::size_t measure = turn % 2 == 0 ? i : measures.size() - 1 - i;
            figures_[measure].push_back(in_child(measures[measure]).at(key).get<double>());
        }
}

double Turns::median(std::size_t measure) const {
    return median_of(figures_.at(measure));
}

double Turns::median_ratio(std::size_t measure, std::size_t to) const {
    std::vector<double> ratios;
    for (std::size_t turn = 0; turn < figures_.at(to).size(); ++turn)
        ratios.push_back(figures_.at(measure)[turn] / figures_[to][turn]);
    return median_of(std::move(ratios));
}

}  // namespace ans::bench
