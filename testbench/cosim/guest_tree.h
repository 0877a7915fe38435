// SPDX-License-Identifier: MIT
// The device tree of a guest, made from the SoC's profile.
#pragma once

#include <string>

#include "models/soc/profile.h"

namespace ans::cosim {

/// Virtio device numbers that the tree names; the kernel's own modules look for them.
/// source: CONFIG_UML_PCI_OVER_VIRTIO_DEVICE_ID; the irqchip module
inline constexpr unsigned kMmioDeviceId = 1234;
inline constexpr unsigned kIrqDeviceId = 1235;
inline constexpr const char* kMmioSocket = "mmio.sock";
inline constexpr const char* kIrqSocket = "irq.sock";

/// Source text for dtc.
std::string device_tree(const SocProfile& profile);
/// Compiles it. Throws UserError where there is no dtc, std::runtime_error with its words where it refuses.
void compile_device_tree(const std::string& source, const std::string& blob);

}  // namespace ans::cosim
