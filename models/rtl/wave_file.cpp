// SPDX-License-Identifier: MIT
#include "models/rtl/wave_file.h"

#include <verilated.h>
#include <verilated_vcd_c.h>

#include <algorithm>

namespace ans::rtl {

WaveFile::WaveFile(std::string path) : path_(std::move(path)) {
    Verilated::traceEverOn(true);
    vcd_ = std::make_unique<VerilatedVcdC>();
    vcd_->set_time_unit("1ps");
    vcd_->set_time_resolution("1ps");
}

WaveFile::~WaveFile() = default;

void WaveFile::add(Attach attach) {
    twins_.push_back(std::move(attach));
}

void WaveFile::dump(SimTime at) {
    const bool first = !vcd_->isOpen();
    if (first) {
        for (const Attach& attach : twins_)  // Verilator wants the design elaborated
            attach(*vcd_);
        vcd_->open(path_.c_str());
        if (!vcd_->isOpen()) SC_REPORT_ERROR("ans/rtl", ("cannot write " + path_).c_str());
    }
    newest_ = first ? at : std::max(at, newest_ + 1);
    vcd_->dump(newest_);
    vcd_->flush();  // a run may end without destructors
}

}  // namespace ans::rtl
