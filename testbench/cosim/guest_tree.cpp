// SPDX-License-Identifier: MIT
#include "testbench/cosim/guest_tree.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "testbench/cosim/fold.h"
#include "testbench/cosim/run_program.h"
#include "testbench/scenario/files/problem.h"

namespace ans::cosim {

namespace {

std::string hex(std::uint64_t value) {
    std::ostringstream out;
    out << "0x" << std::hex << value;
    return out.str();
}

std::string unit(std::uint64_t value) {
    return hex(value).substr(2);
}

/// Two cells.
std::string wide(std::uint64_t value) {
    return hex(value >> 32) + " " + hex(value & UINT32_MAX);
}

std::string reg(const Window& window) {
    return "<" + wide(window.base) + " " + wide(window.size) + ">";
}

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

class Tree {
public:
    explicit Tree(const SocProfile& profile) : p_(profile), fold_(profile), soc_(profile.name) {}

    std::string text() {
        out_ << "/dts-v1/;\n/ {\n"
             << "#address-cells = <2>;\n#size-cells = <2>;\n"
             << "compatible = \"ans2emu," << soc_ << "\";\n"
             << "model = \"ans2emu: " << p_.title << " (" << soc_ << "), User Mode Linux\";\n";
        interrupts();
        out_ << "virtio-mmio {\ncompatible = \"virtio,uml\";\nsocket-path = " << quoted(kMmioSocket)
             << ";\nvirtio-device-id = <" << kMmioDeviceId << ">;\n"
             << "#address-cells = <2>;\n#size-cells = <2>;\nranges;\n"
             << "soc: bus {\ncompatible = \"virtio,device" << unit(kMmioDeviceId) << "\", \"simple-bus\";\n"
             << "#address-cells = <2>;\n#size-cells = <2>;\ninterrupt-parent = <&irqs>;\n"
             << "ranges = " << ranges() << ";\n";
        pmgr();
        mailbox();
        sart();
        nvme();
        out_ << "};\n};\n};\n";
        return out_.str();
    }

private:
    std::string ranges() const {
        std::string text;
        for (const std::uint64_t piece : fold_.pieces())
            text += (text.empty() ? "<" : ", <") + wide(piece) + " " + wide(fold_.fold(piece)) + " " +
                    wide(Fold::kPiece) + ">";
        return text;
    }

    // Before the bus: who has interrupts looks for it.
    void interrupts() {
        out_ << "virtio-interrupts {\ncompatible = \"virtio,uml\";\nsocket-path = " << quoted(kIrqSocket)
             << ";\nvirtio-device-id = <" << kIrqDeviceId << ">;\n"
             << "irqs: interrupt-controller {\ncompatible = \"virtio,device" << unit(kIrqDeviceId)
             << "\";\ninterrupt-controller;\n#interrupt-cells = <2>;\n};\n};\n";
    }

    void pmgr() {
        out_ << "power-management@" << unit(p_.pmgr.base) << " {\ncompatible = "
             << quoted("apple," + soc_ + "-pmgr") << ", \"apple,pmgr\", \"syscon\", \"simple-mfd\";\n"
             << "#address-cells = <1>;\n#size-cells = <1>;\nreg = " << reg(p_.pmgr) << ";\n";
        for (std::size_t i = 0; i < p_.domain_count; ++i) {
            const PowerDomainProfile& domain = p_.domains[i];
            out_ << "ps" << i << ": power-controller@" << unit(domain.offset) << " {\ncompatible = "
                 << quoted("apple," + soc_ + "-pmgr-pwrstate") << ", \"apple,pmgr-pwrstate\";\n"
                 << "reg = <" << hex(domain.offset) << " 4>;\n#power-domain-cells = <0>;\n#reset-cells = <0>;\n"
                 << "label = " << quoted(std::string(domain.name)) << ";\n";
            if (domain.parent >= 0) out_ << "power-domains = <&ps" << domain.parent << ">;\n";
            out_ << "};\n";
        }
        out_ << "};\n";
    }

    std::string own_domain() const { return "<&ps" + std::to_string(p_.reset_domain) + ">"; }

    void mailbox() {
        out_ << "mailbox: mbox@" << unit(p_.mailbox.base) << " {\ncompatible = "
             << quoted("apple," + soc_ + "-asc-mailbox") << ", \"apple,asc-mailbox-v4\";\n"
             << "reg = " << reg(p_.mailbox) << ";\ninterrupts = <0 4>, <1 4>, <2 4>, <3 4>;\n"
             << "interrupt-names = \"send-empty\", \"send-not-empty\", \"recv-empty\", \"recv-not-empty\";\n"
             << "#mbox-cells = <0>;\npower-domains = " << own_domain() << ";\n};\n";
    }

    void sart() {
        const char* generic = p_.sart_version == SartVersion::V2 ? "apple,t8103-sart" : "apple,t6000-sart";
        const std::string own = "apple," + soc_ + "-sart";
        out_ << "sart: iommu@" << unit(p_.sart.base) << " {\ncompatible = " << quoted(own)
             << (own == generic ? "" : ", " + quoted(generic)) << ";\nreg = " << reg(p_.sart)
             << ";\npower-domains = " << own_domain() << ";\n};\n";
    }

    void nvme() {
        out_ << "nvme@" << unit(p_.nvme.base) << " {\n";
        // Not every kernel knows every SoC; the generic name is what it falls back to.
        out_ << "compatible = " << quoted(std::string(p_.compatible)) << ", \"apple,nvme-ans2\";\n"
             << "reg = " << reg(p_.nvme) << ", " << reg(p_.asc) << ";\nreg-names = \"nvme\", \"ans\";\n"
             << "interrupts = <4 4>;\nmboxes = <&mailbox>;\napple,sart = <&sart>;\n"
             << "power-domains = " << domains() << ";\npower-domain-names = " << domain_names()
             << ";\nresets = " << own_domain() << ";\n};\n";
    }

    std::string domains() const {
        std::string text;
        for (std::size_t i = 0; i < p_.domain_count; ++i)
            text += (i == 0 ? "<&ps" : ", <&ps") + std::to_string(i) + ">";
        return text;
    }
    std::string domain_names() const {
        std::string text = "\"ans\"";
        for (std::size_t i = 1; i < p_.domain_count; ++i)
            text += ", " + quoted("apcie" + std::to_string(i - 1));
        return text;
    }

    const SocProfile& p_;
    const Fold fold_;
    const std::string soc_;
    std::ostringstream out_;
};

}  // namespace

std::string device_tree(const SocProfile& profile) {
    return Tree(profile).text();
}

void compile_device_tree(const std::string& source, const std::string& blob) {
    const ProgramResult result = run_program({"dtc", "-q", "-O", "dtb", "-o", blob, source});
    if (result.status == kNoProgram)
        throw scenario::UserError("dtc is missing; install the package device-tree-compiler");
    if (result.status != 0) throw std::runtime_error("dtc refuses the device tree: " + result.errors);
}

}  // namespace ans::cosim
