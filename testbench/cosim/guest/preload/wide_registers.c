// SPDX-License-Identifier: MIT
/*
 * Preloaded into the process of a User Mode Linux kernel. Linux 6.12 sets the extended registers of its user processes from a
 * buffer of 2696 bytes; a host whose processes have more of them (AMX: some 11 KiB) refuses a part, and no process of the
 * guest ever starts. Here the part is laid over what the process has, and the whole is set.
 * source: arch/x86/um/os-Linux/registers.c restore_fp_registers(); the host's xstate_regset_set() wants the exact size
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#define EXPORT __attribute__((visibility("default")))

typedef long (*ptrace_function)(enum __ptrace_request request, pid_t pid, void *address, void *data);

static long set_part(ptrace_function host, pid_t pid, const struct iovec *part) {
    static unsigned char whole[65536] __attribute__((aligned(64)));
    struct iovec all = {whole, sizeof(whole)};
    if (host(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &all) != 0)
        return -1;
    if (all.iov_len <= part->iov_len) {
        errno = EFAULT;
        return -1;
    }
    memcpy(whole, part->iov_base, part->iov_len);
    return host(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &all);
}

EXPORT long ptrace(enum __ptrace_request request, ...) {
    static ptrace_function host;
    va_list arguments;
    va_start(arguments, request);
    const pid_t pid = va_arg(arguments, pid_t);
    void *address = va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);
    if (!host)
        host = (ptrace_function)(uintptr_t)dlsym(RTLD_NEXT, "ptrace");
    const long result = host(request, pid, address, data);
    if (result == 0 || request != PTRACE_SETREGSET || (uintptr_t)address != NT_X86_XSTATE || errno != EFAULT)
        return result;
    return set_part(host, pid, data);
}
