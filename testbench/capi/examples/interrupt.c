/* SPDX-License-Identifier: MIT
 *
 * A driver as an operating system has one: mailbox and NVMe by interrupt, a thread that serves the firmware, and
 * several threads with commands in flight. It resets the coprocessor, boots it, writes and reads, deletes its queues
 * and puts everything to sleep in the order that the firmware wants.
 *
 *   cc interrupt.c $(pkg-config --cflags --libs ans2emu) -o interrupt && ./interrupt [SCENARIO [OVERRIDE...]]
 *   cc -shared -fPIC interrupt.c $(pkg-config --cflags --libs ans2emu) -o interrupt.so && ans2emu run SCENARIO --driver
 * ./interrupt.so
 *
 * It is the second half of the tutorial, docs/bring-your-own-driver.md. Names and offsets: `ans2emu regs`.
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
enum { MAX_PEND = 0x1210, BOOT_STATUS = 0x1300, UNKNOWN_CTRL = 0x24008 };
enum { LINEAR_SQ_CTRL = 0x24908, LINEAR_ASQ_DB = 0x2490c, LINEAR_IOSQ_DB = 0x24910 };
enum { NUM_TCBS = 0x28100, ASQ_TCB_BASE = 0x28108, IOSQ_TCB_BASE = 0x28110, TCB_INVAL = 0x28118, TCB_STAT = 0x28120 };
#define BOOT_STATUS_OK 0xde71ce55u

/* RTKit: endpoint 0's message types (bits 59:52) and power states. */
enum { MGMT_HELLO = 1, MGMT_HELLO_REPLY = 2, MGMT_EPMAP = 8, MGMT_STARTEP = 5 };
enum { MGMT_SET_IOP = 6, MGMT_IOP_ACK = 7, MGMT_AP = 11 };
enum { EP_MGMT = 0, EP_CRASHLOG = 1, EP_SYSLOG = 2, EP_DEBUG = 3, EP_IOREPORT = 4, EP_OSLOG = 8 };
enum { POWER_SLEEP = 0x01, POWER_QUIESCED = 0x10, POWER_ON = 0x20 };

struct sqe {
    uint8_t opcode, flags;
    uint16_t cid;
    uint32_t nsid, cdw2, cdw3;
    uint64_t metadata, prp1, prp2;
    uint32_t cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
};
struct tcb {
    uint8_t opcode, dma_flags, slot, pad0;
    uint16_t length, pad1;
    uint64_t pad2[2], prp1, prp2, pad3[11];
};
struct cqe {
    uint32_t result, pad;
    uint16_t sq_head, sq_id, cid, status; /* status: bit 0 is the phase */
};
enum { FROM_DEVICE = 1, TO_DEVICE = 2 };

/* Both queues share one space of tags, which the NVMMU tells apart by number alone: 0 is the admin queue's. */
enum { TAGS = 64, ADMIN_TAG = 0, FIRST_IO_TAG = 2, ADMIN_DEPTH = 2, THREADS = 4, PER_THREAD = 12, IO_BLOCKS = 4 };

struct queue {
    struct ans2emu_dma sq, cq, tcbs;
    unsigned depth, head, phase;
    uint32_t doorbell, head_doorbell;
};
struct request {
    ans2emu_signal *done;
    int busy, complete;
    uint16_t status;
};
struct buffer {
    struct ans2emu_dma memory;
    int sart; /* its entry, or -1 */
};

struct ans {
    ans2emu_machine *machine;
    uint64_t asc, mailbox, sart, nvme, reset;
    unsigned sart_version, mailbox_irq, nvme_irq;

    ans2emu_lock *mail_lock; /* guards what is sent, and the ring */
    ans2emu_signal *mail;    /* something is in the ring, or `stopping` */
    struct {
        uint64_t message;
        unsigned endpoint;
    } ring[64];
    unsigned ring_in, ring_out;
    ans2emu_thread *server; /* takes messages from the ring */
    int stopping, crashed;

    ans2emu_signal *power; /* one of the states below has changed, or `mapped` */
    unsigned iop_power, ap_power;
    uint64_t endpoints[8];
    int mapped;
    struct buffer buffers[8];
    unsigned buffer_count;

    ans2emu_lock *lock; /* doorbells, tags and queues; the handler takes it too */
    struct queue admin, io;
    struct request requests[TAGS];
    uint64_t blocks;
};

/* --- What the driver needs of its world. ----------------------------------------------------------------------------
 */

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
static uint64_t now(struct ans *ans) {
    uint64_t ns;
    must(ans2emu_now(ans->machine, &ns));
    return ns;
}
static void lock(struct ans *ans, ans2emu_lock *which) {
    must(ans2emu_lock_take(ans->machine, which));
}
static void unlock(struct ans *ans, ans2emu_lock *which) {
    must(ans2emu_lock_release(ans->machine, which));
}
static int dma_alloc(struct ans *ans, size_t size, struct ans2emu_dma *memory) {
    return ans2emu_dma_alloc(ans->machine, size, 4 * PAGE, 0, memory);
}
static int fail(struct ans *ans, const char *what) {
    ans2emu_log(ans->machine, ANS2EMU_LOG_ERROR, what);
    return -1;
}
static int wait32(struct ans *ans, uint64_t address, uint32_t mask, uint32_t value, uint64_t timeout) {
    const uint64_t end = now(ans) + timeout;
    while ((read32(ans, address) & mask) != value) {
        if (now(ans) > end) return -1;
        must(ans2emu_sleep(ans->machine, MS));
    }
    return 0;
}

/* --- SART: which memory the firmware may touch. ---------------------------------------------------------------------
 */

static void sart_write(struct ans *ans, int entry, uint64_t address, uint32_t pages, uint32_t flags) {
    const uint64_t at = ans->sart + 4 * (uint64_t)entry;
    write32(ans, at + 0x40, (uint32_t)(address / PAGE));
    if (ans->sart_version != 2) write32(ans, at + 0x80, pages);
    write32(ans, at, ans->sart_version == 2 ? flags << 24 | pages : flags);
}

static int sart_allow(struct ans *ans, const struct ans2emu_dma *memory) {
    for (int i = 0; i < 16; i++) {
        const uint32_t config = read32(ans, ans->sart + 4 * (uint64_t)i);
        if ((ans->sart_version == 2 ? config >> 24 : config & 0xff) != 0) continue;
        sart_write(ans, i, memory->device, (uint32_t)(memory->size / PAGE), 0xff);
        return i;
    }
    return -1;
}

/* --- Mailbox. -------------------------------------------------------------------------------------------------------
 */

static void send(struct ans *ans, unsigned endpoint, uint64_t message) {
    lock(ans, ans->mail_lock);
    while (read32(ans, ans->mailbox + A2I_CONTROL) & CONTROL_FULL) must(ans2emu_delay(ans->machine, MS / 100));
    write64(ans, ans->mailbox + A2I_SEND0, message);
    write64(ans, ans->mailbox + A2I_SEND1, endpoint);
    unlock(ans, ans->mail_lock);
}

static int mailbox_handler(ans2emu_machine *machine, unsigned line, void *context) {
    struct ans *ans = context;
    unsigned taken = 0;
    (void)line;
    lock(ans, ans->mail_lock);
    for (; !(read32(ans, ans->mailbox + I2A_CONTROL) & CONTROL_EMPTY); taken++) {
        const unsigned place = ans->ring_in++ % 64;
        ans->ring[place].message = read64(ans, ans->mailbox + I2A_RECV0);
        ans->ring[place].endpoint = (unsigned)read64(ans, ans->mailbox + I2A_RECV1) & 0xff;
    }
    unlock(ans, ans->mail_lock);
    must(ans2emu_signal_notify(machine, ans->mail));
    return taken != 0 ? ANS2EMU_IRQ_HANDLED : ANS2EMU_IRQ_NONE;
}

/* --- RTKit: served by a thread of its own. --------------------------------------------------------------------------
 */

static uint64_t mgmt(unsigned type, uint64_t body) {
    return (uint64_t)type << 52 | body;
}

static void on_management(struct ans *ans, uint64_t message) {
    switch (message >> 52 & 0xff) {
        case MGMT_HELLO: {
            const uint64_t most = message >> 16 & 0xffff, version = most < 12 ? most : 12;
            if ((message & 0xffff) > 12 || most < 11)
                ans->crashed = 1;
            else
                send(ans, EP_MGMT, mgmt(MGMT_HELLO_REPLY, version | version << 16));
            break;
        }
        case MGMT_EPMAP: {
            const uint64_t base = message >> 32 & 7;
            ans->endpoints[base] = message & 0xffffffff;
            ans->mapped = (int)(message >> 51 & 1);
            send(ans, EP_MGMT, mgmt(MGMT_EPMAP, base << 32 | (ans->mapped ? 1ull << 51 : 1)));
            break;
        }
        case MGMT_IOP_ACK:
            ans->iop_power = message & 0xffff;
            break;
        case MGMT_AP:
            ans->ap_power = message & 0xffff;
            break;
    }
    must(ans2emu_signal_notify(ans->machine, ans->power));
}

static void on_buffer_request(struct ans *ans, unsigned endpoint, uint64_t message) {
    const int oslog = endpoint == EP_OSLOG;
    const uint64_t address = message & (oslog ? 0xfffffffffull : 0xfffffffffffull);
    const uint64_t size = oslog ? message >> 36 & 0xfffff : (message >> 44 & 0xff) * PAGE;
    struct buffer *buffer = &ans->buffers[ans->buffer_count];
    if (address != 0 || size == 0 || ans->buffer_count == 8) return; /* the firmware's own, or nonsense */
    if (dma_alloc(ans, (size + PAGE - 1) / PAGE * PAGE, &buffer->memory) != ANS2EMU_OK) return;
    buffer->sart = sart_allow(ans, &buffer->memory);
    ans->buffer_count++;
    if (buffer->sart < 0) return;
    send(ans, endpoint, message | (oslog ? buffer->memory.device / PAGE : buffer->memory.device));
}

static void on_system(struct ans *ans, unsigned endpoint, uint64_t message) {
    const unsigned type = endpoint == EP_OSLOG ? (unsigned)(message >> 56) : (unsigned)(message >> 52) & 0xff;
    if (endpoint == EP_CRASHLOG && type == 1 && ans->buffer_count != 0 && (message & 0xfffffffffffull) != 0) {
        ans->crashed = 1; /* it has its buffer: this is the news that it is in use */
        fail(ans, "RTKit: the firmware crashed");
        must(ans2emu_signal_notify(ans->machine, ans->power));
    } else if (type == 1) {
        on_buffer_request(ans, endpoint, message);
    } else if ((endpoint == EP_SYSLOG && type == 5) || (endpoint == EP_IOREPORT && (type == 0x8 || type == 0xc))) {
        send(ans, endpoint, message); /* wants its echo */
    }
}

static int serve(ans2emu_machine *machine, void *context) {
    struct ans *ans = context;
    while (!ans->stopping) {
        if (ans->ring_out == ans->ring_in) {
            ans2emu_signal_wait(machine, ans->mail, ANS2EMU_FOREVER);
            continue;
        }
        const unsigned place = ans->ring_out % 64, endpoint = ans->ring[place].endpoint;
        const uint64_t message = ans->ring[place].message;
        ans->ring_out++;
        if (endpoint == EP_MGMT)
            on_management(ans, message);
        else
            on_system(ans, endpoint, message);
    }
    return 0;
}

/* Until `*state` is `wanted`; somebody notifies `power` for every change. */
static int wait_state(struct ans *ans, const unsigned *state, unsigned wanted) {
    const uint64_t end = now(ans) + 1000 * MS;
    while (*state != wanted) {
        const uint64_t present = now(ans);
        if (ans->crashed || present >= end) return -1;
        ans2emu_signal_wait(ans->machine, ans->power, end - present);
    }
    return 0;
}

static int rtkit_boot(struct ans *ans) {
    const uint64_t end = now(ans) + 1000 * MS;
    while (!ans->mapped) { /* HELLO comes by itself */
        const uint64_t present = now(ans);
        if (ans->crashed || present >= end) return fail(ans, "RTKit: no endpoint map");
        ans2emu_signal_wait(ans->machine, ans->power, end - present);
    }
    static const unsigned kSystem[] = {EP_CRASHLOG, EP_SYSLOG, EP_DEBUG, EP_IOREPORT, EP_OSLOG};
    for (unsigned i = 0; i < sizeof kSystem / sizeof *kSystem; i++)
        if (ans->endpoints[0] >> kSystem[i] & 1) send(ans, EP_MGMT, mgmt(MGMT_STARTEP, (uint64_t)kSystem[i] << 32 | 2));
    if (wait_state(ans, &ans->iop_power, POWER_ON) != 0) return fail(ans, "RTKit: the IOP does not come up");
    send(ans, EP_MGMT, mgmt(MGMT_AP, POWER_ON));
    if (wait_state(ans, &ans->ap_power, POWER_ON) != 0) return fail(ans, "RTKit: the AP's power is not acknowledged");
    ans2emu_stage(ans->machine, "rtkit ready");
    return 0;
}

static int rtkit_shutdown(struct ans *ans) {
    send(ans, EP_MGMT, mgmt(MGMT_AP, POWER_QUIESCED));
    if (wait_state(ans, &ans->ap_power, POWER_QUIESCED) != 0) return fail(ans, "RTKit: does not become quiet");
    send(ans, EP_MGMT, mgmt(MGMT_SET_IOP, POWER_SLEEP));
    return wait_state(ans, &ans->iop_power, POWER_SLEEP) != 0 ? fail(ans, "RTKit: does not sleep") : 0;
}

/* --- NVMe. ----------------------------------------------------------------------------------------------------------
 */

static int queue_alloc(struct ans *ans, struct queue *queue, unsigned depth, uint32_t doorbell,
                       uint32_t head_doorbell) {
    const struct queue fresh = {.depth = depth, .phase = 1, .doorbell = doorbell, .head_doorbell = head_doorbell};
    *queue = fresh;
    return dma_alloc(ans, TAGS * sizeof(struct sqe), &queue->sq) != ANS2EMU_OK ||
           dma_alloc(ans, depth * sizeof(struct cqe), &queue->cq) != ANS2EMU_OK ||
           dma_alloc(ans, TAGS * sizeof(struct tcb), &queue->tcbs) != ANS2EMU_OK;
}

/* Under the lock: whoever wrote a doorbell between TCB_INVAL and the head would lose an interrupt. */
static unsigned drain(struct ans *ans, struct queue *queue) {
    unsigned taken = 0;
    if (queue->depth == 0) return 0;
    for (;; taken++) {
        const volatile struct cqe *cqe = (const volatile struct cqe *)queue->cq.cpu + queue->head;
        if ((cqe->status & 1) != queue->phase) break;
        const unsigned tag = cqe->cid;
        write32(ans, ans->nvme + TCB_INVAL, tag);
        if (read32(ans, ans->nvme + TCB_STAT) != 0) fail(ans, "NVMMU: a TCB could not be invalidated");
        if (tag < TAGS && ans->requests[tag].busy) {
            struct request *request = &ans->requests[tag];
            request->status = cqe->status >> 1;
            request->complete = 1;
            must(ans2emu_signal_notify(ans->machine, request->done));
        }
        if (++queue->head == queue->depth) {
            queue->head = 0;
            queue->phase ^= 1;
        }
    }
    if (taken != 0) write32(ans, ans->nvme + queue->head_doorbell, queue->head);
    return taken;
}

static int nvme_handler(ans2emu_machine *machine, unsigned line, void *context) {
    struct ans *ans = context;
    (void)machine;
    (void)line;
    lock(ans, ans->lock);
    const unsigned taken = drain(ans, &ans->io) + drain(ans, &ans->admin);
    unlock(ans, ans->lock);
    return taken != 0 ? ANS2EMU_IRQ_HANDLED : ANS2EMU_IRQ_NONE;
}

/* The tag is the slot in the queue, the command identifier and the number of the TCB. */
static int execute(struct ans *ans, struct queue *queue, unsigned tag, struct sqe *command, unsigned dma_flags) {
    struct request *request = &ans->requests[tag];
    struct tcb *tcb = (struct tcb *)queue->tcbs.cpu + tag;
    command->cid = (uint16_t)tag;
    lock(ans, ans->lock);
    request->busy = 1;
    request->complete = 0;
    memset(tcb, 0, sizeof *tcb);
    tcb->dma_flags = (uint8_t)dma_flags;
    tcb->slot = (uint8_t)tag;
    tcb->length = (uint16_t)command->cdw12;
    tcb->prp1 = command->prp1;
    tcb->prp2 = command->prp2;
    ((struct sqe *)queue->sq.cpu)[tag] = *command;
    write32(ans, ans->nvme + queue->doorbell, tag);
    unlock(ans, ans->lock);

    const uint64_t end = now(ans) + 30000 * MS;
    for (uint64_t present = now(ans); !request->complete && present < end; present = now(ans))
        ans2emu_signal_wait(ans->machine, request->done, end - present);
    request->busy = 0;
    if (!request->complete) return fail(ans, "NVMe: a command timed out");
    return request->status == 0 ? 0 : fail(ans, "NVMe: a command failed");
}

static int admin(struct ans *ans, uint8_t opcode, uint32_t nsid, uint64_t prp1, uint32_t cdw10, uint32_t cdw11) {
    struct sqe command = {.opcode = opcode, .nsid = nsid, .prp1 = prp1, .cdw10 = cdw10, .cdw11 = cdw11};
    return execute(ans, &ans->admin, ADMIN_TAG, &command, prp1 == 0 ? 0 : opcode & 2 ? FROM_DEVICE : TO_DEVICE);
}

static int nvme_enable(struct ans *ans) {
    const uint64_t base = ans->nvme;
    if (wait32(ans, base + BOOT_STATUS, ~0u, BOOT_STATUS_OK, 1000 * MS) != 0) return fail(ans, "NVMe: no BOOT_STATUS");
    write32(ans, base + LINEAR_SQ_CTRL, 1);
    write32(ans, base + MAX_PEND, TAGS | TAGS << 16);
    write32(ans, base + NUM_TCBS, TAGS - 1);
    write32(ans, base + UNKNOWN_CTRL, read32(ans, base + UNKNOWN_CTRL) & ~(1u << 11)); /* PRP_NULL_CHECK off */
    if (queue_alloc(ans, &ans->admin, ADMIN_DEPTH, LINEAR_ASQ_DB, ACQ_HEAD) != 0 ||
        queue_alloc(ans, &ans->io, TAGS, LINEAR_IOSQ_DB, IOCQ_HEAD) != 0)
        return fail(ans, "no memory for the queues");
    write32(ans, base + AQA, (ADMIN_DEPTH - 1) | (ADMIN_DEPTH - 1) << 16);
    write64(ans, base + ASQ, ans->admin.sq.device);
    write64(ans, base + ACQ, ans->admin.cq.device);
    write64(ans, base + ASQ_TCB_BASE, ans->admin.tcbs.device);
    write64(ans, base + IOSQ_TCB_BASE, ans->io.tcbs.device);
    const uint64_t patience = (read64(ans, base + CAP) >> 24 & 0xff) * 500 * MS;
    write32(ans, base + CC, 0x00460000);
    write32(ans, base + CC, 0x00460001);
    if (wait32(ans, base + CSTS, 1, 1, patience) != 0) return fail(ans, "NVMe: does not become ready");

    struct ans2emu_dma page;
    if (dma_alloc(ans, PAGE, &page) != ANS2EMU_OK) return fail(ans, "no memory for Identify");
    if (admin(ans, 0x06, 1, page.device, 0, 0) != 0) return -1; /* Identify the namespace */
    memcpy(&ans->blocks, page.cpu, sizeof ans->blocks);
    ans2emu_dma_free(ans->machine, &page);
    const uint32_t size = (TAGS - 1) << 16;
    if (admin(ans, 0x05, 0, ans->io.cq.device, size | 1, 1 << 1 | 1) != 0)
        return -1; /* Create CQ: interrupt, contiguous */
    if (admin(ans, 0x01, 0, ans->io.sq.device, size | 1, 1 << 16 | 1) != 0) return -1; /* Create SQ */
    ans2emu_stage(ans->machine, "disk ready");
    return 0;
}

static int nvme_shutdown(struct ans *ans) {
    if (admin(ans, 0x00, 0, 0, 1, 0) != 0 || admin(ans, 0x04, 0, 0, 1, 0) != 0) return -1; /* Delete SQ, then CQ */
    write32(ans, ans->nvme + CC, 0x00464001);                                              /* SHN = normal */
    if (wait32(ans, ans->nvme + CSTS, 3 << 2, 2 << 2, 5000 * MS) != 0) return fail(ans, "NVMe: does not shut down");
    write32(ans, ans->nvme + CC, 0x00460000);
    return wait32(ans, ans->nvme + CSTS, 1, 0, 5000 * MS) != 0 ? fail(ans, "NVMe: does not become disabled") : 0;
}

/* --- Work: threads that write blocks of their own and read them back. -----------------------------------------------
 */

struct worker {
    struct ans *ans;
    ans2emu_thread *thread;
    unsigned index;
};

static int transfer(struct ans *ans, unsigned tag, uint8_t opcode, uint64_t lba, const struct ans2emu_dma *data) {
    struct sqe command = {.opcode = opcode, .nsid = 1, .prp1 = data->device, .cdw12 = IO_BLOCKS - 1};
    uint64_t *list = (uint64_t *)((char *)data->cpu + IO_BLOCKS * PAGE); /* the page behind the data */
    for (unsigned i = 1; i < IO_BLOCKS; i++) list[i - 1] = data->device + (uint64_t)i * PAGE;
    command.prp2 = data->device + IO_BLOCKS * PAGE;
    command.cdw10 = (uint32_t)lba;
    command.cdw11 = (uint32_t)(lba >> 32);
    return execute(ans, &ans->io, tag, &command, opcode == 0x02 ? FROM_DEVICE : TO_DEVICE);
}

static int work(ans2emu_machine *machine, void *context) {
    const struct worker *worker = context;
    struct ans *ans = worker->ans;
    const unsigned tag = FIRST_IO_TAG + worker->index;
    struct ans2emu_dma data;
    if (dma_alloc(ans, (IO_BLOCKS + 1) * PAGE, &data) != ANS2EMU_OK) return fail(ans, "no memory for data");
    uint32_t *words = data.cpu;
    const size_t count = IO_BLOCKS * PAGE / sizeof *words;
    int bad = 0;
    for (unsigned i = 0; i < PER_THREAD && !bad; i++) {
        const uint64_t lba = (worker->index * PER_THREAD + i) * IO_BLOCKS % (ans->blocks - IO_BLOCKS);
        const uint32_t first = worker->index << 24 | i << 16;
        for (size_t k = 0; k < count; k++) words[k] = first + (uint32_t)k;
        bad = transfer(ans, tag, 0x01, lba, &data);
        memset(words, 0, IO_BLOCKS * PAGE);
        if (!bad) bad = transfer(ans, tag, 0x02, lba, &data);
        for (size_t k = 0; k < count && !bad; k++)
            if (words[k] != first + (uint32_t)k) bad = fail(ans, "what was read is not what was written");
    }
    ans2emu_dma_free(machine, &data);
    return bad;
}

static int work_all(struct ans *ans) {
    struct worker workers[THREADS];
    int bad = 0, value = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i].ans = ans;
        workers[i].index = i;
        must(ans2emu_thread_start(ans->machine, "worker", work, &workers[i], &workers[i].thread));
    }
    for (unsigned i = 0; i < THREADS; i++) {
        must(ans2emu_thread_join(ans->machine, workers[i].thread, &value));
        if (value != 0) bad = -1;
    }
    struct sqe flush = {.nsid = 1}; /* opcode 0 */
    return bad != 0 ? bad : execute(ans, &ans->io, FIRST_IO_TAG, &flush, 0);
}

/* --- From beginning to end. -----------------------------------------------------------------------------------------
 */

static uint64_t property(struct ans *ans, const char *name) {
    uint64_t value;
    must(ans2emu_property_u64(ans->machine, name, &value));
    return value;
}

static void find_machine(struct ans *ans) {
    char name[40];
    ans->asc = property(ans, "asc.base");
    ans->mailbox = property(ans, "mailbox.base");
    ans->sart = property(ans, "sart.base");
    ans->sart_version = (unsigned)property(ans, "sart.version");
    ans->nvme = property(ans, "nvme.base");
    ans->mailbox_irq = (unsigned)property(ans, "irq.mailbox.recv_not_empty");
    ans->nvme_irq = (unsigned)property(ans, "irq.nvme");
    snprintf(name, sizeof name, "power.%u.address", (unsigned)property(ans, "power.reset_domain"));
    ans->reset = property(ans, name);
}

/* Stopped and reset, whatever was before; the firmware's windows go while it cannot use them. */
static void reset(struct ans *ans) {
    write32(ans, ans->asc + CPU_CONTROL, 0);
    const uint32_t power = read32(ans, ans->reset);
    write32(ans, ans->reset, power | 1u << 10); /* DEV_DISABLE, then RESET */
    write32(ans, ans->reset, power | 1u << 10 | 1u << 31);
    for (unsigned i = 0; i < ans->buffer_count; i++) {
        if (ans->buffers[i].sart >= 0) sart_write(ans, ans->buffers[i].sart, 0, 0, 0);
        ans2emu_dma_free(ans->machine, &ans->buffers[i].memory);
    }
    ans->buffer_count = 0;
    must(ans2emu_delay(ans->machine, 10000));
    write32(ans, ans->reset, power | 1u << 10);
    write32(ans, ans->reset, power);
}

static int start(struct ans *ans) {
    ans2emu_machine *m = ans->machine;
    must(ans2emu_lock_create(m, "mail", &ans->mail_lock));
    must(ans2emu_lock_create(m, "nvme", &ans->lock));
    must(ans2emu_signal_create(m, "mail", &ans->mail));
    must(ans2emu_signal_create(m, "power", &ans->power));
    for (unsigned i = 0; i < TAGS; i++) must(ans2emu_signal_create(m, "request", &ans->requests[i].done));
    reset(ans);
    must(ans2emu_thread_start(m, "rtkit", serve, ans, &ans->server));
    must(ans2emu_irq_request(m, ans->mailbox_irq, mailbox_handler, ans));
    must(ans2emu_irq_request(m, ans->nvme_irq, nvme_handler, ans));
    write32(ans, ans->asc + CPU_CONTROL, CPU_RUN);
    return rtkit_boot(ans) != 0 ? -1 : nvme_enable(ans);
}

static void stop(struct ans *ans) {
    ans2emu_machine *m = ans->machine;
    must(ans2emu_irq_free(m, ans->nvme_irq));
    must(ans2emu_irq_free(m, ans->mailbox_irq));
    ans->stopping = 1;
    must(ans2emu_signal_notify(m, ans->mail));
    must(ans2emu_thread_join(m, ans->server, NULL));
    reset(ans);
    for (unsigned i = 0; i < TAGS; i++) must(ans2emu_signal_destroy(m, ans->requests[i].done));
    must(ans2emu_signal_destroy(m, ans->mail));
    must(ans2emu_signal_destroy(m, ans->power));
    must(ans2emu_lock_destroy(m, ans->lock));
    must(ans2emu_lock_destroy(m, ans->mail_lock));
    ans2emu_stage(m, "asleep");
}

int ans2emu_driver_main(ans2emu_machine *machine) {
    struct ans ans = {.machine = machine};
    int bad;
    find_machine(&ans);
    bad = start(&ans) != 0 || work_all(&ans) != 0 || nvme_shutdown(&ans) != 0 || rtkit_shutdown(&ans) != 0;
    stop(&ans);
    return bad;
}

static int operating_system(ans2emu_machine *machine, void *context) {
    return context == NULL ? ans2emu_driver_main(machine) : 1;
}

int main(int argc, char **argv) {
    struct ans2emu_options options = {.size = sizeof options};
    ans2emu_machine *machine;
    const char *results;
    int passed = 0;
    options.scenario_file = argc > 1 ? argv[1] : NULL;
    options.scenario_text = argc > 1 ? NULL : ANS2EMU_PLAIN_SCENARIO;
    options.overrides = (const char *const *)argv + 2;
    options.override_count = argc > 2 ? (size_t)argc - 2 : 0;
    must(ans2emu_open(&options, &machine));
    if (ans2emu_run(machine, "operating system", operating_system, NULL, NULL) != ANS2EMU_OK)
        fprintf(stderr, "%s\n", ans2emu_error());
    if (ans2emu_finish(machine, &results, &passed) != ANS2EMU_OK) fprintf(stderr, "%s\n", ans2emu_error());
    if (!passed) printf("%s\n", results);
    printf("%s\n", passed ? "passed" : "failed");
    ans2emu_close(machine);
    return passed ? 0 : 1;
}
