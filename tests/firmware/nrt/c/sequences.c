/* Random calls on tensors, slices and freed handles, beside a model of them in plain arrays: status
 * and bytes of every call are compared. Arguments: seed, calls. */

#include <stdint.h>
#include <string.h>

#include "check.h"

enum { SLOTS = 24, ROOM = 96 };

/* The bytes of a tensor and its slices. */
typedef struct store {
    struct store *next;
    unsigned char bytes[ROOM];
} store_t;

/* A handle that was given once, whether or not it still is one. */
typedef struct {
    nrt_tensor_t *handle;
    store_t *store;
    size_t start, size;
    int is_alive;
} slot_t;

static slot_t slots[SLOTS];
static store_t *stores;
static uint64_t state;

static uint32_t draw(uint32_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % bound;
}

static NRT_STATUS expected(const slot_t *slot, size_t offset, size_t size) {
    if (!slot->is_alive) return NRT_INVALID_HANDLE;
    return offset + size <= slot->size ? NRT_SUCCESS : NRT_INVALID;
}

static void allocate(slot_t *slot) {
    size_t size = draw(ROOM + 1);
    nrt_tensor_placement_t where =
        draw(2) ? NRT_TENSOR_PLACEMENT_DEVICE : NRT_TENSOR_PLACEMENT_HOST;
    if (slot->is_alive) return;
    GIVES(size ? NRT_SUCCESS : NRT_INVALID, nrt_tensor_allocate(where, 0, size, NULL,
                                                                &slot->handle));
    if (!size) return;
    store_t *store = calloc(1, sizeof *store);
    store->next = stores;
    stores = store;
    *slot = (slot_t){slot->handle, store, 0, size, 1};
}

static void slice(slot_t *slot, const slot_t *source, size_t offset, size_t size) {
    NRT_STATUS status = size || !source->is_alive ? expected(source, offset, size) : NRT_INVALID;
    nrt_tensor_t *handle;
    GIVES(status, nrt_tensor_allocate_slice(source->handle, offset, size, "part", &handle));
    if (status == NRT_SUCCESS && !slot->is_alive)
        *slot = (slot_t){handle, source->store, source->start + offset, size, 1};
    else
        nrt_tensor_free(&handle);
}

static void free_slot(slot_t *slot) {
    nrt_tensor_t *copy = slot->handle;
    nrt_tensor_free(&copy);
    slot->is_alive = 0; /* the handle stays, to be used wrongly */
}

static void write_bytes(slot_t *slot, size_t offset, size_t size) {
    unsigned char bytes[2 * ROOM];
    NRT_STATUS status = expected(slot, offset, size);
    for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)draw(256);
    GIVES(status, nrt_tensor_write(slot->handle, bytes, offset, size));
    if (status == NRT_SUCCESS) memcpy(slot->store->bytes + slot->start + offset, bytes, size);
}

static void read_bytes(slot_t *slot, size_t offset, size_t size) {
    unsigned char bytes[2 * ROOM];
    NRT_STATUS status = expected(slot, offset, size);
    GIVES(status, nrt_tensor_read(slot->handle, bytes, offset, size));
    if (status == NRT_SUCCESS)
        CHECK(!memcmp(slot->store->bytes + slot->start + offset, bytes, size));
}

static void copy_bytes(slot_t *from, size_t offset, slot_t *to, size_t target, size_t size) {
    NRT_STATUS status = NRT_SUCCESS;
    if (!from->is_alive || !to->is_alive)
        status = NRT_INVALID_HANDLE;
    else if (offset + size > from->size || target + size > to->size)
        status = NRT_INVALID;
    GIVES(status, nrt_tensor_copy(from->handle, offset, to->handle, target, size));
    if (status == NRT_SUCCESS)
        memmove(to->store->bytes + to->start + target, from->store->bytes + from->start + offset,
                size);
}

static void set_bytes(slot_t *slot, size_t offset, size_t size) {
    int value = (int)draw(1000) - 500;
    NRT_STATUS status = expected(slot, offset, size);
    GIVES(status, nrt_tensor_memset(slot->handle, offset, value, size));
    if (status == NRT_SUCCESS) memset(slot->store->bytes + slot->start + offset, value, size);
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    state = strtoull(arguments[1], NULL, 10);
    GIVES(NRT_SUCCESS, nrt_init(NRT_FRAMEWORK_TYPE_NO_FW, NULL, NULL));
    for (long calls = strtol(arguments[2], NULL, 10); calls && !failures; calls--) {
        slot_t *slot = &slots[draw(SLOTS)], *other = &slots[draw(SLOTS)];
        size_t offset = draw(draw(2) ? 8 : ROOM), size = draw(draw(2) ? 24 : ROOM);
        switch (draw(10)) {
        case 0: case 1: allocate(slot); break;
        case 2: free_slot(slot); break;
        case 3: slice(slot, other, offset, size); break;
        case 4: case 5: write_bytes(slot, offset, size); break;
        case 6: read_bytes(slot, offset, size); break;
        case 7: copy_bytes(slot, offset, other, draw(40), size); break;
        case 8: set_bytes(slot, offset, size); break;
        case 9: CHECK(nrt_tensor_get_size(slot->handle) == (slot->is_alive ? slot->size : 0));
        }
    }
    nrt_close();
    for (store_t *next; stores; stores = next) {
        next = stores->next;
        free(stores);
    }
    if (!failures) puts("as expected");
    return failures != 0;
}
