// SPDX-License-Identifier: MIT
// SystemC's library wants an sc_main, and its own main(), which calls it, is there for programs that have none.
#include <cstdio>

extern "C" int sc_main(int, char**) {
    std::fputs("libans2emu: this program has no main()\n", stderr);
    return 2;
}
