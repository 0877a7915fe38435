// SPDX-License-Identifier: MIT
// Machine and driver state registers and messages independently, from the same facts; here the two meet.
#include <gtest/gtest.h>

#include <cstddef>

#include "firmware_stub/rtkit/messages.h"
#include "host_driver/nvme/command.h"
#include "host_driver/nvme/regs.h"
#include "host_driver/nvme/tcb.h"
#include "host_driver/rtkit/messages.h"
#include "models/common/nvmmu_if.h"
#include "models/nvme/nvme_regs.h"
#include "models/nvmmu/nvmmu_regs.h"

namespace ans::test {
namespace {

namespace fw = ans::fw::rtkit;
namespace drv = ans::driver;

TEST(Layouts, NvmeRegistersLieWhereTheDriverLooks) {
    EXPECT_EQ(nvme_regs::Cap.offset, drv::nvme::kCap);
    EXPECT_EQ(nvme_regs::Cc.offset, drv::nvme::kCc);
    EXPECT_EQ(nvme_regs::Csts.offset, drv::nvme::kCsts);
    EXPECT_EQ(nvme_regs::Aqa.offset, drv::nvme::kAqa);
    EXPECT_EQ(nvme_regs::Asq.offset, drv::nvme::kAsq);
    EXPECT_EQ(nvme_regs::Acq.offset, drv::nvme::kAcq);
    EXPECT_EQ(nvme_regs::AcqHead.offset, drv::nvme::kAcqHead);
    EXPECT_EQ(nvme_regs::IocqHead.offset, drv::nvme::kIocqHead);
    EXPECT_EQ(nvme_regs::MaxPend.offset, drv::nvme::kMaxPendingCommands);
    EXPECT_EQ(nvme_regs::BootStatus.offset, drv::nvme::kBootStatus);
    EXPECT_EQ(nvme_regs::kBootStatusOk, drv::nvme::kBootStatusReady);
    EXPECT_EQ(nvme_regs::UnknownCtrl.offset, drv::nvme::kUnknownControl);
    EXPECT_EQ(nvme_regs::PrpNullCheckBit::mask, drv::nvme::PrpNullCheck::mask);
    EXPECT_EQ(nvme_regs::LinearSqCtrl.offset, drv::nvme::kLinearSqControl);
    EXPECT_EQ(nvme_regs::LinearAsqDb.offset, drv::nvme::kLinearAsqDoorbell);
    EXPECT_EQ(nvme_regs::LinearIosqDb.offset, drv::nvme::kLinearIosqDoorbell);
}

TEST(Layouts, NvmmuRegistersLieWhereTheDriverLooks) {
    EXPECT_EQ(nvmmu_regs::NumTcbs.offset, drv::nvme::kNumTcbs);
    EXPECT_EQ(nvmmu_regs::AsqTcbBase.offset, drv::nvme::kAsqTcbBase);
    EXPECT_EQ(nvmmu_regs::IosqTcbBase.offset, drv::nvme::kIosqTcbBase);
    EXPECT_EQ(nvmmu_regs::TcbInval.offset, drv::nvme::kTcbInvalidate);
    EXPECT_EQ(nvmmu_regs::TcbStat.offset, drv::nvme::kTcbStat);
}

TEST(Layouts, ControllerFieldsAreTheSameBits) {
    EXPECT_EQ(nvme_regs::CcEn::mask, drv::nvme::CcEnable::mask);
    EXPECT_EQ(nvme_regs::CcShn::mask, drv::nvme::CcShutdown::mask);
    EXPECT_EQ(nvme_regs::CstsRdy::mask, drv::nvme::CstsReady::mask);
    EXPECT_EQ(nvme_regs::CstsCfs::mask, drv::nvme::CstsFatal::mask);
    EXPECT_EQ(nvme_regs::CstsShst::mask, drv::nvme::CstsShutdown::mask);
    EXPECT_EQ(nvme_regs::CapTo::mask, drv::nvme::CapTimeout::mask);
}

TEST(Layouts, TcbsAreTheSameBytes) {
    static_assert(sizeof(Tcb) == sizeof(drv::nvme::Tcb));
    EXPECT_EQ(offsetof(Tcb, dma_flags), offsetof(drv::nvme::Tcb, dma_flags));
    EXPECT_EQ(offsetof(Tcb, slot), offsetof(drv::nvme::Tcb, command_id));
    EXPECT_EQ(offsetof(Tcb, length), offsetof(drv::nvme::Tcb, length));
    EXPECT_EQ(offsetof(Tcb, prp1), offsetof(drv::nvme::Tcb, prp1));
    EXPECT_EQ(offsetof(Tcb, prp2), offsetof(drv::nvme::Tcb, prp2));
}

TEST(Layouts, QueueEntriesAreTheSameBytes) {
    EXPECT_EQ(offsetof(Sqe, cid), offsetof(drv::nvme::Sqe, command_id));
    EXPECT_EQ(offsetof(Sqe, nsid), offsetof(drv::nvme::Sqe, nsid));
    EXPECT_EQ(offsetof(Sqe, prp1), offsetof(drv::nvme::Sqe, prp1));
    EXPECT_EQ(offsetof(Sqe, cdw10), offsetof(drv::nvme::Sqe, cdw10));
    EXPECT_EQ(offsetof(Cqe, cid), offsetof(drv::nvme::Cqe, command_id));
    EXPECT_EQ(offsetof(Cqe, status), offsetof(drv::nvme::Cqe, status));
}

TEST(Layouts, RtkitEndpointsAndPowerStatesAreTheSameNumbers) {
    EXPECT_EQ(fw::kCrashlogEndpoint, drv::rtkit::kCrashlog);
    EXPECT_EQ(fw::kSyslogEndpoint, drv::rtkit::kSyslog);
    EXPECT_EQ(fw::kIoReportEndpoint, drv::rtkit::kIoReport);
    EXPECT_EQ(fw::kOsLogEndpoint, drv::rtkit::kOsLog);
    EXPECT_EQ(fw::message(5, 7), drv::rtkit::message(5, 7));
    EXPECT_EQ(fw::power::kSleep, drv::rtkit::kPowerSleep);
    EXPECT_EQ(fw::power::kQuiesced, drv::rtkit::kPowerQuiesced);
    EXPECT_EQ(fw::power::kOn, drv::rtkit::kPowerOn);
    EXPECT_EQ(fw::power::kInit, drv::rtkit::kPowerInit);
}

}  // namespace
}  // namespace ans::test
