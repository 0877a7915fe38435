// SPDX-License-Identifier: MIT
/*
 * Preloaded into the process of a User Mode Linux kernel: the randomness that the kernel asks of its host, and from which
 * everything random in the guest grows, comes from ANS2EMU_SEED (64 bits, decimal) instead, so that a run repeats. Without
 * a well-formed seed the host answers as ever.
 * source: arch/um/os-Linux/util.c os_getrandom(), the one place where Linux 6.12 asks
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
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
