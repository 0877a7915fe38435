// SPDX-License-Identifier: MIT
// The waveforms of a machine's twins, as one VCD file that GTKWave and its kind read.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/common/sim_time.h"

class VerilatedVcdC;

namespace ans::rtl {

class WaveFile {
public:
    using Attach = std::function<void(VerilatedVcdC&)>;

    /// The file appears with the first dump. Made before the twins that it shows.
    explicit WaveFile(std::string path);
    ~WaveFile();

    /// A twin's signals belong to the file. Before the first dump.
    void add(Attach attach);
    /// What changed, of every twin. Twins run ahead of each other by their initiators' local time; the file
    /// shows a moment that has passed already one picosecond after the newest.
    void dump(SimTime at);

private:
    const std::string path_;
    std::vector<Attach> twins_;
    std::unique_ptr<VerilatedVcdC> vcd_;
    SimTime newest_ = 0;
};

}  // namespace ans::rtl
