/* SPDX-License-Identifier: MIT
 *
 * A driver as a boot loader has one: it polls, has one command in flight and two-entry queues, and uses its pointers
 * as DMA addresses. It boots the coprocessor, writes and reads a little, and puts everything back to sleep.
 *
 *   cc polling.c $(pkg-config --cflags --libs ans2emu) -o polling && ./polling [SCENARIO [OVERRIDE...]]
 *   cc -shared -fPIC polling.c $(pkg-config --cflags --libs ans2emu) -o polling.so && ans2emu run SCENARIO --driver
 * ./polling.so
 *
 * It is the first half of the tutorial, docs/bring-your-own-driver.md. Names and offsets: `ans2emu regs`.
 */
#include <ans2emu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000ull /* ns */
#define PAGE 4096u

/* Mailbox, from its base. */
enum { A2I_CONTROL = 0x110, I2A_CONTROL = 0x114 };
enum { A2I_SEND0 = 0x800, A2I_SEND1 = 0x808, I2A_RECV0 = 0x830, I2A_RECV1 = 0x838 };
enum { CONTROL_FULL = 1 << 16, CONTROL_EMPTY = 1 << 17 };
/* ASC. */
enum { CPU_CONTROL = 0x44, CPU_RUN = 1 << 4 };
/* NVMe: standard registers, then Apple's. */
enum { CAP = 0x00, CC = 0x14, CSTS = 0x1c, AQA = 0x24, ASQ = 0x28, ACQ = 0x30, ACQ_HEAD = 0x1004, IOCQ_HEAD = 0x100c };
enum { MAX_PEND = 0x1210, BOOT_STATUS = 0x1300, MODESEL = 0x1304, UNKNOWN_CTRL = 0x24008 };
enum { LINEAR_SQ_CTRL = 0x24908, LINEAR_ASQ_DB = 0x2490c, LINEAR_IOSQ_DB = 0x24910 };
enum { NUM_TCBS = 0x28100, ASQ_TCB_BASE = 0x28108, IOSQ_TCB_BASE = 0x28110, TCB_INVAL = 0x28118, TCB_STAT = 0x28120 };
#define BOOT_STATUS_OK 0xde71ce55u

/* RTKit: endpoint 0's message types (bits 59:52) and power states. */
enum { MGMT_HELLO = 1, MGMT_HELLO_REPLY = 2, MGMT_STARTEP = 5, MGMT_SET_IOP = 6, MGMT_IOP_ACK = 7, MGMT_EPMAP = 8 };
enum { EP_MGMT = 0, EP_CRASHLOG = 1, EP_SYSLOG = 2, EP_DEBUG = 3, EP_IOREPORT = 4, EP_OSLOG = 8, EP_TRACEKIT = 10 };
enum { POWER_SLEEP = 0x01, POWER_ON = 0x20 };

struct sqe {
    uint8_t opcode, flags;
    uint16_t cid;
    uint32_t nsid, cdw2, cdw3;
    uint64_t metadata, prp1, prp2;
    uint32_t cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
};
struct tcb {
    uint8_t opcode, dma_flags, slot, pad0;
    uint32_t length;
    uint64_t pad1[2], prp1, prp2, pad2[11];
};
struct cqe {
    uint32_t result, pad;
    uint16_t sq_head, sq_id, cid, status; /* status: bit 0 is the phase */
};

/* Two entries a queue, slots 0 and 1 in turn; but the array of TCBs is as long as NUM_TCBS says. */
enum { QUEUE_DEPTH = 2, TCBS = 128 };
struct queue {
    struct sqe *sq;
    volatile struct cqe *cq;
    struct tcb *tcbs;
    uint32_t doorbell, head_doorbell;
    unsigned tail, head, phase;
};

struct ans {
    ans2emu_machine *machine;
    uint64_t asc, mailbox, sart, nvme, reset;
    unsigned sart_version, sart_ours; /* bit i: entry i is ours */
    struct queue admin, io;
    uint16_t next_cid;
    uint64_t blocks;
};

/* --- What the driver needs of its world: this is the part to write for a driver that exists. -----------------------
 */

/* Calls fail on wrong arguments only; such a driver has no business going on. */
static void must(int status) {
    if (status == ANS2EMU_OK) return;
    fprintf(stderr, "%s: %s\n", ans2emu_status_name(status), ans2emu_error());
    abort();
}

static uint32_t read32(struct ans *ans, uint64_t address) {
    uint32_t value;
    must(ans2emu_read32(ans->machine, address, &value));
    return value;
}
static uint64_t read64(struct ans *ans, uint64_t address) {
    uint64_t value;
    must(ans2emu_read64(ans->machine, address, &value));
    return value;
}
static void write32(struct ans *ans, uint64_t address, uint32_t value) {
    must(ans2emu_write32(ans->machine, address, value));
}
static void write64(struct ans *ans, uint64_t address, uint64_t value) {
    must(ans2emu_write64(ans->machine, address, value));
}
/* As a boot loader writes them: low half first. */
static void write64_halves(struct ans *ans, uint64_t address, uint64_t value) {
    write32(ans, address, (uint32_t)value);
    write32(ans, address + 4, (uint32_t)(value >> 32));
}

static uint64_t now(struct ans *ans) {
    uint64_t ns;
    must(ans2emu_now(ans->machine, &ns));
    return ns;
}
static void delay(struct ans *ans, uint64_t ns) {
    must(ans2emu_delay(ans->machine, ns));
}

/* Memory whose pointer is its DMA address: it lies below 2 GiB. */
static void *dma_alloc(struct ans *ans, size_t size) {
    struct ans2emu_dma memory;
    if (ans2emu_dma_alloc(ans->machine, size, 4 * PAGE, ANS2EMU_DMA_IDENTITY, &memory) != ANS2EMU_OK) return NULL;
    return memory.cpu;
}
static uint64_t dma_address(const volatile void *pointer) {
    return (uint64_t)(uintptr_t)pointer;
}

static int fail(struct ans *ans, const char *what) {
    ans2emu_log(ans->machine, ANS2EMU_LOG_ERROR, what);
    return -1;
}

static uint64_t property(ans2emu_machine *machine, const char *name) {
    uint64_t value;
    must(ans2emu_property_u64(machine, name, &value));
    return value;
}

/* Polls until (register & mask) == value. */
static int wait32(struct ans *ans, uint64_t address, uint32_t mask, uint32_t value, uint64_t timeout) {
    const uint64_t end = now(ans) + timeout;
    for (;;) {
        if ((read32(ans, address) & mask) == value) return 0;
        if (now(ans) > end) return -1;
        delay(ans, MS / 10);
    }
}

/* --- SART: which memory the firmware may touch. ---------------------------------------------------------------------
 */

static int sart_allow(struct ans *ans, uint64_t address, uint32_t size) {
    const uint32_t pages = size / PAGE;
    for (unsigned i = 0; i < 16; i++) {
        const uint64_t config = ans->sart + 4 * i, flags_mask = ans->sart_version == 2 ? 0xff000000u : 0xffu;
        if ((read32(ans, config) & flags_mask) != 0) continue; /* taken: by the boot firmware, or by us */
        write32(ans, ans->sart + 0x40 + 4 * i, (uint32_t)(address / PAGE));
        if (ans->sart_version == 2) {
            write32(ans, config, 0xff000000u | pages);
        } else {
            write32(ans, ans->sart + 0x80 + 4 * i, pages);
            write32(ans, config, 0xff);
        }
        ans->sart_ours |= 1u << i;
        return 0;
    }
    return fail(ans, "SART: no free entry");
}

/* To be done while the firmware cannot use them any more. */
static void sart_forbid_all(struct ans *ans) {
    for (unsigned i = 0; i < 16; i++) {
        if (!(ans->sart_ours >> i & 1)) continue;
        write32(ans, ans->sart + 0x40 + 4 * i, 0);
        if (ans->sart_version != 2) write32(ans, ans->sart + 0x80 + 4 * i, 0);
        write32(ans, ans->sart + 4 * i, 0);
    }
    ans->sart_ours = 0;
}

/* --- RTKit: the firmware's operating system, behind the mailbox. ----------------------------------------------------
 */

static void send(struct ans *ans, unsigned endpoint, uint64_t message) {
    while (read32(ans, ans->mailbox + A2I_CONTROL) & CONTROL_FULL) delay(ans, MS / 100);
    write64(ans, ans->mailbox + A2I_SEND0, message);
    write64(ans, ans->mailbox + A2I_SEND1, endpoint);
}

static int receive(struct ans *ans, unsigned *endpoint, uint64_t *message, uint64_t timeout) {
    if (wait32(ans, ans->mailbox + I2A_CONTROL, CONTROL_EMPTY, 0, timeout) != 0) return fail(ans, "RTKit: no message");
    *message = read64(ans, ans->mailbox + I2A_RECV0);
    *endpoint = (unsigned)read64(ans, ans->mailbox + I2A_RECV1) & 0xff; /* this read takes the message out */
    return 0;
}

static uint64_t mgmt(unsigned type, uint64_t body) {
    return (uint64_t)type << 52 | body;
}
static unsigned type_of(uint64_t message) {
    return (unsigned)(message >> 52) & 0xff;
}

/* A system endpoint asks for a buffer, or says something that wants its echo. */
static int answer(struct ans *ans, unsigned endpoint, uint64_t message) {
    const int oslog = endpoint == EP_OSLOG;
    const unsigned type = oslog ? (unsigned)(message >> 56) : type_of(message);
    if (type != 1) {
        if (endpoint == EP_IOREPORT && (type == 0x8 || type == 0xc)) send(ans, endpoint, message);
        return 0;
    }
    uint32_t size = oslog ? (uint32_t)(message >> 36) & 0xfffff : ((uint32_t)(message >> 44) & 0xff) * PAGE;
    size = (size + PAGE - 1) / PAGE * PAGE;
    if (size == 0) return fail(ans, "RTKit: a buffer of no size");
    if ((message & (oslog ? 0xfffffffffull : 0xfffffffffffull)) != 0) return 0; /* the firmware has one of its own */
    void *buffer = dma_alloc(ans, size);
    if (buffer == NULL) return fail(ans, "RTKit: no memory for a buffer");
    if (sart_allow(ans, dma_address(buffer), size) != 0) return -1;
    send(ans, endpoint, message | (oslog ? dma_address(buffer) / PAGE : dma_address(buffer)));
    return 0;
}

/* Serves the system endpoints until the firmware acknowledges the power state. */
static int wait_power(struct ans *ans, unsigned state, uint64_t timeout) {
    for (;;) {
        unsigned endpoint;
        uint64_t message;
        if (receive(ans, &endpoint, &message, timeout) != 0) return -1;
        if (endpoint != EP_MGMT) {
            if (answer(ans, endpoint, message) != 0) return -1;
        } else if (type_of(message) == MGMT_IOP_ACK) {
            return (message & 0xffff) == state ? 0 : fail(ans, "RTKit: another power state than asked for");
        }
    }
}

static int rtkit_boot(struct ans *ans) {
    unsigned endpoint;
    uint64_t message, endpoints[8] = {0};

    send(ans, EP_MGMT, mgmt(MGMT_SET_IOP, POWER_ON)); /* wakes a firmware that sleeps */
    if (receive(ans, &endpoint, &message, 1000 * MS) != 0) return -1;
    if (endpoint != EP_MGMT || type_of(message) != MGMT_HELLO) return fail(ans, "RTKit: no HELLO");
    const unsigned most = (unsigned)(message >> 16) & 0xffff, least = (unsigned)message & 0xffff;
    if (least > 12 || most < 11) return fail(ans, "RTKit: a version we do not speak");
    const uint64_t version = most < 12 ? most : 12;
    send(ans, EP_MGMT, mgmt(MGMT_HELLO_REPLY, version | version << 16));

    for (int last = 0; !last;) {
        if (receive(ans, &endpoint, &message, 1000 * MS) != 0) return -1;
        if (endpoint != EP_MGMT || type_of(message) != MGMT_EPMAP) return fail(ans, "RTKit: no endpoint map");
        const uint64_t base = message >> 32 & 7;
        endpoints[base] = message & 0xffffffff;
        last = (int)(message >> 51 & 1);
        send(ans, EP_MGMT, mgmt(MGMT_EPMAP, base << 32 | (last ? 1ull << 51 : 1)));
    }
    for (unsigned ep = 1; ep < 256; ep++) {
        if (!(endpoints[ep / 32] >> (ep % 32) & 1)) continue;
        if (ep == EP_SYSLOG || ep == EP_DEBUG || ep == EP_TRACEKIT) continue;
        send(ans, EP_MGMT, mgmt(MGMT_STARTEP, (uint64_t)ep << 32 | 2));
    }
    if (wait_power(ans, POWER_ON, 1000 * MS) != 0) return -1;
    ans2emu_stage(ans->machine, "rtkit ready");
    return 0;
}

/* --- NVMe. ----------------------------------------------------------------------------------------------------------
 */

static int queue_alloc(struct ans *ans, struct queue *queue, uint32_t doorbell, uint32_t head_doorbell) {
    memset(queue, 0, sizeof *queue);
    queue->sq = dma_alloc(ans, QUEUE_DEPTH * sizeof(struct sqe));
    queue->cq = dma_alloc(ans, QUEUE_DEPTH * sizeof(struct cqe));
    queue->tcbs = dma_alloc(ans, TCBS * sizeof(struct tcb));
    queue->doorbell = doorbell;
    queue->head_doorbell = head_doorbell;
    queue->phase = 1;
    return queue->sq == NULL || queue->cq == NULL || queue->tcbs == NULL ? fail(ans, "no memory for a queue") : 0;
}

/* One command from submission to completion. The slot is what the hardware knows it by; the CID is ours and counts. */
static int submit(struct ans *ans, struct queue *queue, struct sqe *command, uint64_t timeout) {
    const unsigned slot = queue->tail;
    queue->tail = (queue->tail + 1) % QUEUE_DEPTH;
    command->cid = ans->next_cid++;
    queue->sq[slot] = *command;

    struct tcb *tcb = &queue->tcbs[slot];
    memset(tcb, 0, sizeof *tcb);
    tcb->opcode = command->opcode;
    tcb->dma_flags = 3; /* either direction */
    tcb->slot = (uint8_t)slot;
    tcb->length = command->cdw12;
    tcb->prp1 = command->prp1;
    tcb->prp2 = command->prp2;
    write32(ans, ans->nvme + queue->doorbell, slot);

    const uint64_t end = now(ans) + timeout;
    volatile struct cqe *cqe = &queue->cq[queue->head];
    while ((cqe->status & 1) != queue->phase) { /* now() brings the memory up to date */
        if (now(ans) > end) return fail(ans, "NVMe: a command timed out");
    }
    const uint16_t status = cqe->status >> 1;

    memset(tcb, 0, sizeof *tcb);
    write32(ans, ans->nvme + TCB_INVAL, slot);
    if (read32(ans, ans->nvme + TCB_STAT) != 0) return fail(ans, "NVMMU: the TCB could not be invalidated");
    queue->head = (queue->head + 1) % QUEUE_DEPTH;
    if (queue->head == 0) queue->phase ^= 1;
    write32(ans, ans->nvme + queue->head_doorbell, queue->head);
    return status == 0 ? 0 : fail(ans, "NVMe: a command failed");
}

static int admin(struct ans *ans, uint8_t opcode, uint32_t nsid, const void *data, uint32_t cdw10, uint32_t cdw11) {
    struct sqe command = {.opcode = opcode, .nsid = nsid, .prp1 = dma_address(data), .cdw10 = cdw10, .cdw11 = cdw11};
    return submit(ans, &ans->admin, &command, 6000 * MS);
}

/* Blocks of 4 KiB; `list` is a page for the addresses behind the first. */
static int transfer(struct ans *ans, uint8_t opcode, uint64_t lba, unsigned blocks, char *data, uint64_t *list) {
    struct sqe command = {0};
    command.opcode = opcode;
    command.nsid = 1;
    command.prp1 = dma_address(data);
    for (unsigned i = 1; i < blocks; i++) list[i - 1] = dma_address(data + (size_t)i * PAGE);
    command.prp2 = blocks == 1 ? 0 : blocks == 2 ? list[0] : dma_address(list);
    command.cdw10 = (uint32_t)lba;
    command.cdw11 = (uint32_t)(lba >> 32);
    command.cdw12 = blocks - 1;
    return submit(ans, &ans->io, &command, 3000 * MS);
}

static int nvme_enable(struct ans *ans) {
    const uint64_t base = ans->nvme;
    if (wait32(ans, base + BOOT_STATUS, ~0u, BOOT_STATUS_OK, 500 * MS) != 0) return fail(ans, "NVMe: no BOOT_STATUS");
    write32(ans, base + LINEAR_SQ_CTRL, 1);
    write32(ans, base + MAX_PEND, 64 | 64 << 16);
    write32(ans, base + UNKNOWN_CTRL, read32(ans, base + UNKNOWN_CTRL) & ~(1u << 11)); /* PRP_NULL_CHECK off */
    write32(ans, base + NUM_TCBS, TCBS - 1);
    write32(ans, base + MODESEL, 0);

    const uint64_t patience = (read64(ans, base + CAP) >> 24 & 0xff) * 500 * MS;
    write32(ans, base + CC, 0);
    if (wait32(ans, base + CSTS, 1, 0, patience) != 0) return fail(ans, "NVMe: does not become disabled");
    if (queue_alloc(ans, &ans->admin, LINEAR_ASQ_DB, ACQ_HEAD) != 0) return -1;
    write64_halves(ans, base + ASQ_TCB_BASE, dma_address(ans->admin.tcbs));
    write32(ans, base + AQA, (QUEUE_DEPTH - 1) | (QUEUE_DEPTH - 1) << 16);
    write64_halves(ans, base + ASQ, dma_address(ans->admin.sq));
    write64_halves(ans, base + ACQ, dma_address(ans->admin.cq));
    write32(ans, base + CC, 0x00460001); /* 64-byte SQEs, 16-byte CQEs, enabled */
    if (wait32(ans, base + CSTS, 1, 1, patience) != 0) return fail(ans, "NVMe: does not become ready");
    return 0;
}

static int nvme_queues(struct ans *ans) {
    const uint32_t size = (QUEUE_DEPTH - 1) << 16;
    if (admin(ans, 0x09, 0, NULL, 0x07, 0) != 0) return -1; /* Set Features: one queue of each kind */
    if (queue_alloc(ans, &ans->io, LINEAR_IOSQ_DB, IOCQ_HEAD) != 0) return -1;
    write64_halves(ans, ans->nvme + IOSQ_TCB_BASE, dma_address(ans->io.tcbs)); /* the controller is enabled by now */
    if (admin(ans, 0x05, 0, (const void *)ans->io.cq, size | 1, 1) != 0) return -1; /* Create CQ: contiguous */
    return admin(ans, 0x01, 0, ans->io.sq, size | 1, 1 << 16 | 1 << 1 | 1);         /* Create SQ on CQ 1 */
}

static int identify(struct ans *ans) {
    char *page = dma_alloc(ans, PAGE), text[120];
    if (page == NULL) return fail(ans, "no memory for Identify");
    if (admin(ans, 0x06, 0, page, 1, 0) != 0) return -1; /* the controller */
    snprintf(text, sizeof text, "%.40s, serial %.20s", page + 24, page + 4);
    ans2emu_log(ans->machine, ANS2EMU_LOG_INFO, text);
    if (admin(ans, 0x06, 1, page, 0, 0) != 0) return -1; /* the namespace */
    memcpy(&ans->blocks, page, sizeof ans->blocks);
    return 0;
}

static int nvme_shutdown(struct ans *ans) {
    write32(ans, ans->nvme + CC, 0x00464001); /* SHN = normal, while still enabled */
    if (wait32(ans, ans->nvme + CSTS, 3 << 2, 2 << 2, 5000 * MS) != 0) return fail(ans, "NVMe: does not shut down");
    write32(ans, ans->nvme + CC, 0);
    return wait32(ans, ans->nvme + CSTS, 1, 0, 5000 * MS) != 0 ? fail(ans, "NVMe: does not become disabled") : 0;
}

/* --- From beginning to end. -----------------------------------------------------------------------------------------
 */

static int start(struct ans *ans) {
    write32(ans, ans->asc + CPU_CONTROL, read32(ans, ans->asc + CPU_CONTROL) | CPU_RUN);
    if (rtkit_boot(ans) != 0 || nvme_enable(ans) != 0 || nvme_queues(ans) != 0 || identify(ans) != 0) return -1;
    ans2emu_stage(ans->machine, "disk ready");
    return 0;
}

/* Writes 1, 2 and 8 blocks near the end of the disk and reads them back. */
static int work(struct ans *ans) {
    static const unsigned kSizes[] = {1, 2, 8};
    char *out = dma_alloc(ans, 8 * PAGE), *in = dma_alloc(ans, 8 * PAGE);
    uint64_t *list = dma_alloc(ans, PAGE);
    if (out == NULL || in == NULL || list == NULL) return fail(ans, "no memory for data");
    for (unsigned i = 0; i < sizeof kSizes / sizeof *kSizes; i++) {
        const size_t bytes = (size_t)kSizes[i] * PAGE;
        const uint64_t lba = ans->blocks - 16 * (i + 1);
        for (size_t at = 0; at < bytes; at++) out[at] = (char)(at * 7 + at / PAGE + i);
        memset(in, 0, bytes);
        if (transfer(ans, 0x01, lba, kSizes[i], out, list) != 0) return -1;
        if (transfer(ans, 0x02, lba, kSizes[i], in, list) != 0) return -1;
        if (memcmp(in, out, bytes) != 0) return fail(ans, "what was read is not what was written");
    }
    struct sqe flush = {.nsid = 1}; /* opcode 0 */
    return submit(ans, &ans->io, &flush, 30000 * MS);
}

/* The next driver finds the coprocessor stopped and reset. */
static int stop(struct ans *ans) {
    if (nvme_shutdown(ans) != 0) return -1;
    send(ans, EP_MGMT, mgmt(MGMT_SET_IOP, POWER_SLEEP)); /* and nothing about the AP's power: it never told any */
    if (wait_power(ans, POWER_SLEEP, 1000 * MS) != 0) return -1;
    write32(ans, ans->asc + CPU_CONTROL, read32(ans, ans->asc + CPU_CONTROL) & ~(uint32_t)CPU_RUN);
    const uint32_t power = read32(ans, ans->reset);
    write32(ans, ans->reset, power | 1u << 10); /* DEV_DISABLE, then RESET */
    write32(ans, ans->reset, power | 1u << 10 | 1u << 31);
    delay(ans, 10000);
    sart_forbid_all(ans);
    write32(ans, ans->reset, power | 1u << 10);
    write32(ans, ans->reset, power);
    ans2emu_stage(ans->machine, "asleep");
    return 0;
}

int ans2emu_driver_main(ans2emu_machine *machine) {
    struct ans ans = {0};
    char name[40];
    ans.machine = machine;
    ans.asc = property(machine, "asc.base");
    ans.mailbox = property(machine, "mailbox.base");
    ans.sart = property(machine, "sart.base");
    ans.sart_version = (unsigned)property(machine, "sart.version");
    ans.nvme = property(machine, "nvme.base");
    snprintf(name, sizeof name, "power.%u.address", (unsigned)property(machine, "power.reset_domain"));
    ans.reset = property(machine, name);
    return start(&ans) != 0 || work(&ans) != 0 || stop(&ans) != 0 ? 1 : 0;
}

/* --- The process: opens a machine, runs the driver, asks what came of it. -------------------------------------------
 */

static int boot_loader(ans2emu_machine *machine, void *context) {
    (void)context;
    return ans2emu_driver_main(machine);
}

int main(int argc, char **argv) {
    struct ans2emu_options options = {.size = sizeof options};
    ans2emu_machine *machine;
    const char *results;
    int passed = 0;
    if (argc > 1)
        options.scenario_file = argv[1];
    else
        options.scenario_text = ANS2EMU_PLAIN_SCENARIO;
    options.overrides = (const char *const *)argv + 2;
    options.override_count = argc > 2 ? (size_t)argc - 2 : 0;
    if (ans2emu_open(&options, &machine) != ANS2EMU_OK) {
        fprintf(stderr, "%s\n", ans2emu_error());
        return 2;
    }
    if (ans2emu_run(machine, "boot loader", boot_loader, NULL, NULL) != ANS2EMU_OK)
        fprintf(stderr, "%s\n", ans2emu_error());
    if (ans2emu_finish(machine, &results, &passed) != ANS2EMU_OK) fprintf(stderr, "%s\n", ans2emu_error());
    if (!passed) printf("%s\n", results);
    printf("%s\n", passed ? "passed" : "failed");
    ans2emu_close(machine);
    return passed ? 0 : 1;
}
