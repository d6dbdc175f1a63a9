/* Each call is one request to a Python process (server.py) over a socket, and its answer. What a
 * request is called, and how answers are laid out, stands in protocol.h, which build.py writes. */

#define _GNU_SOURCE
#include "tinyneuron_nrt.h"

#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol.h"

extern char **environ;

typedef struct {
    uint32_t request;
    uint32_t text_bytes;
    uint64_t data_bytes;
    int64_t numbers[5];
} request_t;

typedef struct {
    int32_t status;
    uint32_t zero;
    uint64_t data_bytes;
    int64_t value;
} answer_t;

typedef struct {
    char name[NRT_TENSOR_NAME_MAX];
    uint32_t usage;
    uint32_t dtype;
    uint64_t size;
    uint64_t ndim;
    uint32_t shape[TN_MAX_DIMENSIONS];
} info_t;

_Static_assert(sizeof(request_t) == TN_REQUEST_BYTES, "as service.REQUEST");
_Static_assert(sizeof(answer_t) == TN_ANSWER_BYTES, "as service.ANSWER");
_Static_assert(sizeof(info_t) == TN_INFO_BYTES, "as service.INFO");
_Static_assert(NRT_TENSOR_NAME_MAX == TN_NAME_BYTES, "as service.NAME_BYTES");

/* What one call says and is told. */
typedef struct {
    const char *text;
    const void *data;
    uint64_t data_bytes;
    int64_t numbers[5];
    int64_t value;
    void *into; /* for data_room bytes of an answer; NULL: they are allocated */
    uint64_t data_room;
} call_t;

/* Tensor infos that were given out. */
typedef struct given {
    struct given *next;
    nrt_tensor_info_array_t *array;
} given_t;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum { BEFORE, OPEN, AFTER } state = BEFORE;
static int server = -1;
static pid_t process;
static int64_t next_handle = 1;
static given_t *infos;
static _Thread_local char message[512];

static NRT_STATUS fail(NRT_STATUS status, const char *text) {
    snprintf(message, sizeof message, "%s", text);
    return status;
}

static int send_all(const void *data, uint64_t size) {
    const char *at = data;
    while (size) {
        ssize_t sent = send(server, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return -1;
        at += sent;
        size -= (uint64_t)sent;
    }
    return 0;
}

static int receive_all(void *data, uint64_t size) {
    char *at = data;
    while (size) {
        ssize_t got = recv(server, at, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return -1;
        at += got;
        size -= (uint64_t)got;
    }
    return 0;
}

static int receive_message(uint64_t size) {
    char byte;
    uint64_t kept = size < sizeof message ? size : sizeof message - 1;
    if (receive_all(message, kept)) return -1;
    message[kept] = 0;
    for (uint64_t at = kept; at < size; at++)
        if (receive_all(&byte, 1)) return -1;
    return 0;
}

static NRT_STATUS lost(void) {
    if (server >= 0) close(server);
    server = -1;
    return fail(NRT_FAILURE, "the process with the core has ended; call nrt_close");
}

/* One request and its answer; the lock is held. */
static NRT_STATUS exchange(uint32_t request, call_t *call) {
    answer_t answer;
    request_t head = {.request = request, .data_bytes = call->data_bytes};
    head.text_bytes = call->text ? (uint32_t)strlen(call->text) : 0;
    memcpy(head.numbers, call->numbers, sizeof head.numbers);
    if (state != OPEN) {
        return state == BEFORE ? fail(NRT_UNINITIALIZED, "call nrt_init first")
                               : fail(NRT_CLOSED, "the runtime was closed");
    }
    if (server < 0 || send_all(&head, sizeof head) || send_all(call->text, head.text_bytes) ||
        send_all(call->data, call->data_bytes) || receive_all(&answer, sizeof answer))
        return lost();
    call->value = answer.value;
    if (answer.status != NRT_SUCCESS)
        return receive_message(answer.data_bytes) ? lost() : (NRT_STATUS)answer.status;
    if (!answer.data_bytes) return NRT_SUCCESS;
    if (!call->into) {
        call->into = malloc(answer.data_bytes);
        call->data_room = answer.data_bytes;
    }
    if (!call->into || call->data_room != answer.data_bytes) return lost();
    return receive_all(call->into, answer.data_bytes) ? lost() : NRT_SUCCESS;
}

static NRT_STATUS ask(uint32_t request, call_t *call) {
    pthread_mutex_lock(&lock);
    NRT_STATUS status = exchange(request, call);
    pthread_mutex_unlock(&lock);
    return status;
}

static int64_t number(const void *handle) { return (int64_t)(intptr_t)handle; }

/* As ask, for what gives a handle: NULL unless it succeeds. */
static void *ask_for(uint32_t request, call_t *call, NRT_STATUS *status) {
    pthread_mutex_lock(&lock);
    *status = exchange(request, call);
    if (*status == NRT_SUCCESS && call->value >= next_handle) next_handle = call->value + 1;
    pthread_mutex_unlock(&lock);
    return *status == NRT_SUCCESS ? (void *)(intptr_t)call->value : NULL;
}

static NRT_STATUS start(void) {
    int pair[2];
    posix_spawn_file_actions_t actions;
    const char *own = getenv("TINYNEURON_PYTHON");
    const char *python = own && *own ? own : TN_PYTHON;
    char *arguments[] = {(char *)python, "-P", "-m", "tinyneuron.nrt.server", NULL};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return fail(NRT_RESOURCE, "no socket is left");
    if (posix_spawn_file_actions_init(&actions)) {
        close(pair[0]);
        close(pair[1]);
        return fail(NRT_RESOURCE, "no memory is left");
    }
    posix_spawn_file_actions_adddup2(&actions, pair[1], STDIN_FILENO);
    int error = posix_spawnp(&process, python, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pair[1]);
    if (error) {
        close(pair[0]);
        snprintf(message, sizeof message, "%s: %s", python, strerror(error));
        return NRT_FAILURE;
    }
    server = pair[0];
    return NRT_SUCCESS;
}

static void stop(void) {
    if (server >= 0) close(server);
    server = -1;
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {
    }
}

NRT_STATUS nrt_init(nrt_framework_type_t framework, const char *fw_version,
                    const char *fal_version) {
    (void)fw_version;
    (void)fal_version;
    if (framework < NRT_FRAMEWORK_TYPE_NO_FW || framework > NRT_FRAMEWORK_TYPE_PRECHECK)
        return fail(NRT_INVALID, "there is no such framework");
    pthread_mutex_lock(&lock);
    int before = state;
    NRT_STATUS status = NRT_INVALID;
    if (state == OPEN) {
        fail(status, "the runtime is open already: call nrt_close first");
    } else if ((status = start()) == NRT_SUCCESS) {
        call_t call = {.numbers = {next_handle}};
        state = OPEN;
        status = exchange(TN_INIT, &call);
        if (status != NRT_SUCCESS) {
            stop();
            state = before;
        }
    }
    pthread_mutex_unlock(&lock);
    return status;
}

void nrt_close(void) {
    pthread_mutex_lock(&lock);
    if (state == OPEN) {
        call_t call = {0};
        exchange(TN_CLOSE, &call);
        stop();
        state = AFTER;
    }
    pthread_mutex_unlock(&lock);
}

NRT_STATUS nrt_load(const void *program, size_t size, int32_t vnc, int32_t vnc_count,
                    nrt_model_t **model) {
    uint64_t stored;
    if (!model) return fail(NRT_INVALID, "model must not be NULL");
    *model = NULL;
    if (!program) return fail(NRT_INVALID, "program must not be NULL");
    if (size < TN_HEADER_BYTES) return fail(NRT_INVALID, "program is truncated: not a header long");
    /* Before anything else is read: a wrong size must not lead past the program's end. */
    memcpy(&stored, (const char *)program + TN_SIZE_OFFSET, sizeof stored);
    if (stored != size) return fail(NRT_INVALID, "program has another size than its header says");
    call_t call = {.data = program, .data_bytes = size, .numbers = {vnc, vnc_count}};
    NRT_STATUS status;
    *model = ask_for(TN_LOAD, &call, &status);
    return status;
}

NRT_STATUS nrt_unload(nrt_model_t *model) {
    call_t call = {.numbers = {number(model)}};
    return ask(TN_UNLOAD, &call);
}

static nrt_tensor_info_array_t *unpack(const info_t *packed, uint64_t count) {
    uint64_t extents = 0, at = 0;
    for (uint64_t i = 0; i < count; i++) extents += packed[i].ndim;
    nrt_tensor_info_array_t *array =
        malloc(sizeof *array + count * sizeof array->tensor_array[0] + extents * sizeof(uint32_t));
    if (!array) return NULL;
    uint32_t *shapes = (uint32_t *)(array->tensor_array + count);
    array->tensor_count = count;
    for (uint64_t i = 0; i < count; i++) {
        nrt_tensor_info_t *info = &array->tensor_array[i];
        memcpy(info->name, packed[i].name, sizeof info->name);
        info->usage = (nrt_tensor_usage_t)packed[i].usage;
        info->dtype = (nrt_dtype_t)packed[i].dtype;
        info->size = packed[i].size;
        info->ndim = (uint32_t)packed[i].ndim;
        info->shape = shapes + at;
        memcpy(info->shape, packed[i].shape, info->ndim * sizeof(uint32_t));
        at += info->ndim;
    }
    return array;
}

NRT_STATUS nrt_get_model_tensor_info(nrt_model_t *model, nrt_tensor_info_array_t **tensor_info) {
    call_t call = {.numbers = {number(model)}};
    if (!tensor_info) return fail(NRT_INVALID, "tensor_info must not be NULL");
    *tensor_info = NULL;
    NRT_STATUS status = ask(TN_INFO, &call);
    if (status == NRT_SUCCESS) {
        given_t *given = malloc(sizeof *given);
        nrt_tensor_info_array_t *array =
            given ? unpack(call.into, call.data_room / sizeof(info_t)) : NULL;
        if (array) {
            given->array = *tensor_info = array;
            pthread_mutex_lock(&lock);
            given->next = infos;
            infos = given;
            pthread_mutex_unlock(&lock);
        } else {
            free(given);
            status = fail(NRT_RESOURCE, "no memory is left");
        }
    }
    free(call.into);
    return status;
}

NRT_STATUS nrt_free_model_tensor_info(nrt_tensor_info_array_t *tensor_info) {
    given_t **at, *found;
    pthread_mutex_lock(&lock);
    for (at = &infos; *at && (*at)->array != tensor_info; at = &(*at)->next) {
    }
    found = *at;
    if (found) *at = found->next;
    pthread_mutex_unlock(&lock);
    if (!found) return fail(NRT_INVALID_HANDLE, "no tensor info is there");
    free(found->array);
    free(found);
    return NRT_SUCCESS;
}

NRT_STATUS nrt_execute_repeat(nrt_model_t *model, const nrt_tensor_set_t *input_set,
                              nrt_tensor_set_t *output_set, int repeat_count) {
    call_t call = {.numbers = {number(model), number(input_set), number(output_set),
                               repeat_count}};
    return ask(TN_EXECUTE, &call);
}

NRT_STATUS nrt_execute(nrt_model_t *model, const nrt_tensor_set_t *input_set,
                       nrt_tensor_set_t *output_set) {
    return nrt_execute_repeat(model, input_set, output_set, 1);
}

NRT_STATUS nrt_tensor_allocate(nrt_tensor_placement_t tensor_placement, int vnc, size_t size,
                               const char *name, nrt_tensor_t **tensor) {
    call_t call = {.text = name, .numbers = {tensor_placement, vnc, (int64_t)size}};
    if (!tensor) return fail(NRT_INVALID, "tensor must not be NULL");
    NRT_STATUS status;
    *tensor = ask_for(TN_ALLOCATE, &call, &status);
    return status;
}

NRT_STATUS nrt_tensor_allocate_slice(const nrt_tensor_t *tensor_source, size_t offset, size_t size,
                                     const char *name, nrt_tensor_t **tensor_slice) {
    call_t call = {.text = name,
                   .numbers = {number(tensor_source), (int64_t)offset, (int64_t)size}};
    if (!tensor_slice) return fail(NRT_INVALID, "tensor_slice must not be NULL");
    NRT_STATUS status;
    *tensor_slice = ask_for(TN_SLICE, &call, &status);
    return status;
}

void nrt_tensor_free(nrt_tensor_t **tensor) {
    if (!tensor || !*tensor) return;
    call_t call = {.numbers = {number(*tensor)}};
    ask(TN_FREE, &call);
    *tensor = NULL;
}

NRT_STATUS nrt_tensor_read(const nrt_tensor_t *tensor, void *buf, size_t offset, size_t size) {
    call_t call = {.into = buf, .data_room = size,
                   .numbers = {number(tensor), (int64_t)offset, (int64_t)size}};
    if (!buf) return fail(NRT_INVALID, "buf must not be NULL");
    return ask(TN_READ, &call);
}

NRT_STATUS nrt_tensor_write(nrt_tensor_t *tensor, const void *buf, size_t offset, size_t size) {
    call_t call = {.numbers = {number(tensor), (int64_t)offset, (int64_t)size}};
    if (!buf) return fail(NRT_INVALID, "buf must not be NULL");
    pthread_mutex_lock(&lock);
    /* Before the buffer is read: a wrong size must not lead past its end. */
    NRT_STATUS status = exchange(TN_RANGE, &call);
    if (status == NRT_SUCCESS) {
        call.data = buf;
        call.data_bytes = size;
        status = exchange(TN_WRITE, &call);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

NRT_STATUS nrt_tensor_copy(const nrt_tensor_t *src, size_t src_offset, nrt_tensor_t *dst,
                           size_t dst_offset, size_t size) {
    call_t call = {.numbers = {number(src), (int64_t)src_offset, number(dst), (int64_t)dst_offset,
                               (int64_t)size}};
    return ask(TN_COPY, &call);
}

NRT_STATUS nrt_tensor_memset(nrt_tensor_t *tensor, uint64_t offset, int value, size_t size) {
    call_t call = {.numbers = {number(tensor), (int64_t)offset, value, (int64_t)size}};
    return ask(TN_MEMSET, &call);
}

size_t nrt_tensor_get_size(const nrt_tensor_t *tensor) {
    call_t call = {.numbers = {number(tensor)}};
    return ask(TN_SIZE, &call) == NRT_SUCCESS ? (size_t)call.value : 0;
}

NRT_STATUS nrt_allocate_tensor_set(nrt_tensor_set_t **result) {
    call_t call = {0};
    if (!result) return fail(NRT_INVALID, "result must not be NULL");
    NRT_STATUS status;
    *result = ask_for(TN_SET, &call, &status);
    return status;
}

void nrt_destroy_tensor_set(nrt_tensor_set_t **tensor_set) {
    if (!tensor_set || !*tensor_set) return;
    call_t call = {.numbers = {number(*tensor_set)}};
    ask(TN_SET_FREE, &call);
    *tensor_set = NULL;
}

NRT_STATUS nrt_add_tensor_to_tensor_set(nrt_tensor_set_t *tensor_set, const char *tensor_name,
                                        nrt_tensor_t *tensor) {
    call_t call = {.text = tensor_name, .numbers = {number(tensor_set), number(tensor)}};
    if (!tensor_name) return fail(NRT_INVALID, "tensor_name must not be NULL");
    return ask(TN_SET_ADD, &call);
}

NRT_STATUS nrt_get_tensor_from_tensor_set(nrt_tensor_set_t *tensor_set, const char *tensor_name,
                                          nrt_tensor_t **tensor) {
    call_t call = {.text = tensor_name, .numbers = {number(tensor_set)}};
    if (!tensor) return fail(NRT_INVALID, "tensor must not be NULL");
    *tensor = NULL;
    if (!tensor_name) return fail(NRT_INVALID, "tensor_name must not be NULL");
    NRT_STATUS status;
    *tensor = ask_for(TN_SET_GET, &call, &status);
    return status;
}

NRT_STATUS nrt_get_version(nrt_version_t *ver, size_t size) {
    nrt_version_t own = {.rt_major = TN_MAJOR, .rt_minor = TN_MINOR, .rt_patch = TN_PATCH,
                         .rt_detail = "tinyneuron " TN_VERSION};
    if (!ver) return fail(NRT_INVALID, "ver must not be NULL");
    if (!size) return fail(NRT_INVALID, "size must be at least 1");
    memcpy(ver, &own, size < sizeof own ? size : sizeof own);
    return NRT_SUCCESS;
}

const char *nrt_get_status_as_str(NRT_STATUS status) {
    switch (status) {
#define TN_CASE(name) case name: return #name;
        TN_STATUSES(TN_CASE)
#undef TN_CASE
    }
    return "NRT_UNKNOWN";
}

const char *tinyneuron_nrt_message(void) { return message; }
