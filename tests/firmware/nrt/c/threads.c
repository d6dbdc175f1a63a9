/* Threads that use tensors of their own at the same time. */

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

enum { THREADS = 4, ROUNDS = 150, SIZE = 300 };

static void *use(void *argument) {
    int own = *(int *)argument;
    unsigned char bytes[SIZE], back[SIZE];
    long wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        nrt_tensor_t *tensor, *stale;
        memset(bytes, own * ROUNDS + round, sizeof bytes);
        wrong += nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, SIZE, NULL, &tensor) != 0;
        wrong += nrt_tensor_write(tensor, bytes, 0, SIZE) != 0;
        wrong += nrt_tensor_read(tensor, back, 0, SIZE) != 0;
        wrong += memcmp(bytes, back, SIZE) != 0;
        stale = tensor;
        nrt_tensor_free(&tensor);
        wrong += nrt_tensor_read(stale, back, 0, SIZE) != NRT_INVALID_HANDLE;
        wrong += !strstr(tinyneuron_nrt_message(), "is no handle of a tensor");
    }
    return (void *)wrong;
}

int main(void) {
    pthread_t threads[THREADS];
    int own[THREADS];
    GIVES(NRT_SUCCESS, nrt_init(NRT_FRAMEWORK_TYPE_NO_FW, NULL, NULL));
    for (int i = 0; i < THREADS; i++) {
        own[i] = i;
        CHECK(!pthread_create(&threads[i], NULL, use, &own[i]));
    }
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        CHECK(!pthread_join(threads[i], &wrong));
        CHECK(!wrong);
    }
    nrt_close();
    if (!failures) puts("as expected");
    return failures != 0;
}
