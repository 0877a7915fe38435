// SPDX-License-Identifier: MIT
#include "models/soc/twins.h"

#include "models/mailbox/mailbox.h"
#include "models/sart/sart.h"

#ifdef ANS_RTL_TWINS
#include "models/mailbox/rtl/mailbox_lockstep.h"
#include "models/mailbox/rtl/mailbox_twin.h"
#include "models/rtl/wave_file.h"
#include "models/sart/rtl/sart_lockstep.h"
#include "models/sart/rtl/sart_twin.h"
#else
namespace ans::rtl {
class WaveFile {};
}  // namespace ans::rtl
#endif

namespace ans {

Twins::~Twins() = default;

#ifdef ANS_RTL_TWINS

namespace {

template <typename Block, typename Tlm, typename Twin, typename Both, typename Config>
std::unique_ptr<Block> make(Implementation which, const char* name, const Config& config,
                            const rtl::TwinConfig& twin) {
    switch (which) {
        case Implementation::Rtl:
            return std::make_unique<Twin>(name, config, twin);
        case Implementation::Lockstep:
            return std::make_unique<Both>(name, config, twin);
        default:
            return std::make_unique<Tlm>(name, config);
    }
}

}  // namespace

bool Twins::built() {
    return true;
}

Twins::Twins(const TwinChoice& choice) : choice_(choice) {
    if (!choice_.waves.empty() && choice_.any()) waves_ = std::make_unique<rtl::WaveFile>(choice_.waves);
}

std::unique_ptr<MailboxBlock> Twins::mailbox(const char* name, const MailboxConfig& config) const {
    return make<MailboxBlock, Mailbox, MailboxTwin, MailboxLockstep>(choice_.mailbox, name, config,
                                                                     {choice_.clock, waves_.get()});
}

std::unique_ptr<SartBlock> Twins::sart(const char* name, const SartConfig& config) const {
    return make<SartBlock, Sart, SartTwin, SartLockstep>(choice_.sart, name, config,
                                                         {choice_.clock, waves_.get()});
}

#else

bool Twins::built() {
    return false;
}

Twins::Twins(const TwinChoice& choice) : choice_(choice) {
    if (choice_.any()) SC_REPORT_ERROR("ans/soc", "this build has no RTL twins");
}

std::unique_ptr<MailboxBlock> Twins::mailbox(const char* name, const MailboxConfig& config) const {
    return std::make_unique<Mailbox>(name, config);
}

std::unique_ptr<SartBlock> Twins::sart(const char* name, const SartConfig& config) const {
    return std::make_unique<Sart>(name, config);
}

#endif

}  // namespace ans
