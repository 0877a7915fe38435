// SPDX-License-Identifier: MIT
// What Verilator's runtime calls where a twin's assertion fails: the model is wrong, which is for SystemC to
// report. The assertion's own words go to standard output first.
#include <verilated.h>

#include <systemc>

namespace {

void report(const char* filename, int line, const char* what) {
    const std::string text = std::string(what) + " in " + filename + ":" + std::to_string(line);
    SC_REPORT_ERROR("ans/rtl", text.c_str());
}

}  // namespace

void vl_stop(const char* filename, int line, const char*) {
    report(filename, line, "an assertion failed");
}
void vl_fatal(const char* filename, int line, const char*, const char* message) {
    report(filename, line, message);
}
void vl_finish(const char* filename, int line, const char*) {
    report(filename, line, "$finish");
}
