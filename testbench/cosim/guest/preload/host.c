// SPDX-License-Identifier: MIT
/*
 * Preloaded into the process of a User Mode Linux kernel, between it and its host.
 *
 * Randomness: what the kernel asks of its host, and from which everything random in the guest grows, comes from
 * ANS2EMU_SEED (64 bits, decimal) instead, so that a run repeats. Without a well-formed seed the host answers as
 * ever.
 * source: arch/um/os-Linux/util.c os_getrandom(), the one place where Linux 6.12 asks
 *
 * Vector registers: Linux 6.12 sets 2696 bytes of a guest process's state, and a host whose processor has more (AMX)
 * takes all of it or nothing: "ptrace set fp regs failed, errno = 14", and init is dead. Here the rest is added.
 * source: arch/x86/um/user-offsets.c HOST_FP_SIZE; the host's arch/x86/kernel/fpu/regset.c xstateregs_set()
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static uint64_t state;

static bool seeded(void) {
    static int known = -1;
    if (known < 0) {
        const char *text = getenv("ANS2EMU_SEED");
        char *end = NULL;
        errno = 0;
        if (text && *text >= '0' && *text <= '9')
            state = strtoull(text, &end, 10);
        known = end && *end == '\0' && errno == 0;
    }
    return known;
}

/* splitmix64: every seed, zero too, gives a full-period stream. */
static uint64_t next_word(void) {
    uint64_t word = state += 0x9e3779b97f4a7c15U;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9U;
    word = (word ^ word >> 27) * 0x94d049bb133111ebU;
    return word ^ word >> 31;
}

static void fill(unsigned char *to, size_t length) {
    while (length > 0) {
        const uint64_t word = next_word();
        const size_t part = length < sizeof(word) ? length : sizeof(word);
        memcpy(to, &word, part);
        to += part;
        length -= part;
    }
}

EXPORT ssize_t getrandom(void *to, size_t length, unsigned int flags) {
    if (!seeded())
        return syscall(SYS_getrandom, to, length, flags);
    fill(to, length);
    return (ssize_t)length;
}

EXPORT int getentropy(void *to, size_t length) {
    if (length > 256) {
        errno = EIO;
        return -1;
    }
    return getrandom(to, length, 0) == (ssize_t)length ? 0 : -1;
}

/* The state of a process as the host keeps it. What the kernel knows of it lies in front, the header's mask at 512. */
enum { XSTATE_MOST = 64 * 1024, XSTATE_MASK_AT = 512, XSTATE_MASK_KNOWN = 0x3ff /* up to PKRU, at 2688 */ };

static long (*host_ptrace)(int request, pid_t pid, void *address, void *data);

/* How long the host's state is; 0 if it cannot be read. */
static size_t xstate_size(pid_t pid) {
    static unsigned char whole[XSTATE_MOST];
    static size_t size;
    struct iovec all = {whole, sizeof(whole)};
    if (size == 0 && host_ptrace(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &all) == 0)
        size = all.iov_len;
    return size;
}

/* The registers beyond those given are as after a reset: no process of the guest has used them. */
static long set_xstate(pid_t pid, struct iovec *given) {
    static unsigned char whole[XSTATE_MOST];
    const size_t size = xstate_size(pid);
    if (given->iov_len >= size || given->iov_len < XSTATE_MASK_AT + sizeof(uint64_t))
        return host_ptrace(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, given);
    struct iovec all = {whole, size};
    uint64_t mask;
    memcpy(whole, given->iov_base, given->iov_len);
    memcpy(&mask, whole + XSTATE_MASK_AT, sizeof(mask));
    mask &= XSTATE_MASK_KNOWN;
    memcpy(whole + XSTATE_MASK_AT, &mask, sizeof(mask));
    return host_ptrace(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &all);
}

EXPORT long ptrace(enum __ptrace_request request, ...) {
    va_list arguments;
    va_start(arguments, request);
    const pid_t pid = va_arg(arguments, pid_t);
    void *const address = va_arg(arguments, void *);
    void *const data = va_arg(arguments, void *);
    va_end(arguments);
    if (!host_ptrace)
        *(void **)&host_ptrace = dlsym(RTLD_NEXT, "ptrace");
    if (request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE)
        return set_xstate(pid, data);
    return host_ptrace((int)request, pid, address, data);
}
