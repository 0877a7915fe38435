// SPDX-License-Identifier: MIT
#include "models/rtl/coverage.h"

#include <verilated.h>

#if VM_COVERAGE
#include <verilated_cov.h>

#include <cstdlib>
#endif

namespace ans::rtl {

void write_coverage() {
#if VM_COVERAGE
    if (const char* const file = std::getenv("ANS_RTL_COVERAGE_FILE"))
        Verilated::threadContextp()->coveragep()->write(file);
#endif
}

}  // namespace ans::rtl
