/* What the programs share: a check that names the line and goes on, and a file's bytes. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "tinyneuron_nrt.h"

static int failures;

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            failures++;                                                                   \
            printf("%s:%d: %s; last message: %s\n", __FILE__, __LINE__, #condition,       \
                   tinyneuron_nrt_message());                                             \
        }                                                                                 \
    } while (0)

#define GIVES(expected, call)                                                             \
    do {                                                                                  \
        NRT_STATUS status_ = (call);                                                      \
        if (status_ != (expected)) {                                                      \
            failures++;                                                                   \
            printf("%s:%d: %s gives %s, not %s; last message: %s\n", __FILE__, __LINE__,  \
                   #call, nrt_get_status_as_str(status_), nrt_get_status_as_str(expected),\
                   tinyneuron_nrt_message());                                             \
        }                                                                                 \
    } while (0)

static inline char *file_bytes(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 20);
    if (!file || !bytes) exit(2);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}
