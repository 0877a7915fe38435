// SPDX-License-Identifier: MIT
// Every test program's main. SystemC wants to call sc_main; a warning of the kernel fails the test.
#include <gtest/gtest.h>

#include <cstdlib>
#include <systemc>

// LeakSanitizer walks stacks, and the stacks of SystemC's threads have guard pages: it dies of them at
// random.
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}

namespace {

void fail_on_warning(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
    if (report.get_severity() == sc_core::SC_WARNING)
        ADD_FAILURE() << "SystemC warning: " << report.get_msg_type() << ": " << report.get_msg();
    sc_core::sc_report_handler::default_handler(report, actions);
}

}  // namespace

int sc_main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    sc_core::sc_report_handler::set_handler(fail_on_warning);
    return RUN_ALL_TESTS();
}

int main(int argc, char** argv) {
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
