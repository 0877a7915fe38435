// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Accesses one 32-bit register many times, for `ans2emu bench linux`: insmod ans_mmio.ko address=A count=N
 * op=read|write. Loading does it and prints one line. The address is the CPU's, inside the window that the device
 * tree folds the machine into; a write stores what the register read before.
 */
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/string.h>

static ulong address;
module_param(address, ulong, 0444);
MODULE_PARM_DESC(address, "CPU address of the register");

static uint count = 1;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "number of accesses");

static char *op = "read";
module_param(op, charp, 0444);
MODULE_PARM_DESC(op, "read or write");

/* More posted writes than this in a row could fill virt-pci's ring, which then drops them; a read reclaims them all. */
#define ANS_MMIO_WRITES_PER_READ 128

static void ans_mmio_access(void __iomem *reg, bool write)
{
	u32 value = readl(reg);
	uint i;

	for (i = 0; i < count; i++) {
		if (!write) {
			readl(reg);
			continue;
		}
		writel(value, reg);
		if (i % ANS_MMIO_WRITES_PER_READ == ANS_MMIO_WRITES_PER_READ - 1)
			readl(reg);
	}
}

static int __init ans_mmio_init(void)
{
	bool write = !strcmp(op, "write");
	void __iomem *reg;
	ktime_t start;

	if ((!write && strcmp(op, "read")) || !address || address % sizeof(u32))
		return -EINVAL;
	reg = ioremap(address, sizeof(u32));
	if (!reg)
		return -ENOMEM;
	start = ktime_get();
	ans_mmio_access(reg, write);
	pr_info("ans_mmio: %u %ss of %#lx in %lld ns\n", count, op, address, ktime_to_ns(ktime_sub(ktime_get(), start)));
	iounmap(reg);
	return 0;
}
module_init(ans_mmio_init);

/* Loading is all it does; it can be unloaded, to be loaded again with other parameters. */
static void __exit ans_mmio_exit(void)
{
}
module_exit(ans_mmio_exit);

MODULE_DESCRIPTION("Times register accesses of the ans2emu machine");
MODULE_LICENSE("Dual MIT/GPL");
