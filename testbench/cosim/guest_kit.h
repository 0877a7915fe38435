// SPDX-License-Identifier: MIT
// The kernel and the initial file system that a guest starts with. scripts/linux.sh makes them, and keeps
// them.
#pragma once

#include <string>
#include <vector>

#include "testbench/scenario/files/scenario.h"

namespace ans::cosim {

struct GuestKit {
    std::string release;    ///< as `uname -r` says
    std::string kernel;     ///< the program
    std::string initramfs;  ///< cpio archive
    std::string preload;    ///< library that answers for the host's randomness; "": none
    std::string options;    ///< file that names the options which a guest's kernel needs
};

/// What a user brings instead of the packaged kernel.
struct GuestWishes {
    std::string kernel;                ///< a User Mode Linux program; "": the kit's
    std::string kernel_source;         ///< a tree that the kit is built from; "": Debian's package
    std::vector<std::string> modules;  ///< files that take the place of the kit's of the same name
    std::string keep;                  ///< folder that gets each run's files; "": they are removed
    bool shell = false;                ///< a shell on our terminal once the steps are done
};

/// Makes what is missing, which may take minutes; it tells its progress on standard error. Throws UserError.
GuestKit prepare_kit(scenario::GuestFlavour flavour, const GuestWishes& wishes);

}  // namespace ans::cosim
