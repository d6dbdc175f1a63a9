/* Loads a program of a matmul, int8 lhsT[8][4] and rhs[8][6], int32 out[4][6], and checks what it
 * gives, from two models that are loaded at once. */

#include <stdint.h>
#include <string.h>

#include "check.h"

enum { M = 4, K = 8, N = 6 };

static nrt_tensor_set_t *tensors_of(nrt_tensor_info_array_t *info, nrt_tensor_usage_t usage) {
    nrt_tensor_set_t *set;
    GIVES(NRT_SUCCESS, nrt_allocate_tensor_set(&set));
    for (uint64_t i = 0; i < info->tensor_count; i++) {
        nrt_tensor_info_t *item = &info->tensor_array[i];
        nrt_tensor_t *tensor;
        if (item->usage != usage) continue;
        GIVES(NRT_SUCCESS, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, item->size,
                                               item->name, &tensor));
        CHECK(nrt_tensor_get_size(tensor) == item->size);
        GIVES(NRT_SUCCESS, nrt_add_tensor_to_tensor_set(set, item->name, tensor));
    }
    return set;
}

static void check_info(nrt_tensor_info_array_t *info) {
    CHECK(info->tensor_count == 3);
    for (uint64_t i = 0; i < info->tensor_count; i++) {
        nrt_tensor_info_t *item = &info->tensor_array[i];
        int is_out = !strcmp(item->name, "out");
        CHECK(is_out || !strcmp(item->name, "lhsT") || !strcmp(item->name, "rhs"));
        CHECK(item->usage == (is_out ? NRT_TENSOR_USAGE_OUTPUT : NRT_TENSOR_USAGE_INPUT));
        CHECK(item->dtype == (is_out ? NRT_DTYPE_INT32 : NRT_DTYPE_INT8));
        CHECK(item->ndim == 2 && item->shape[0] == (is_out ? M : K));
        CHECK(item->size == item->shape[0] * item->shape[1] * (is_out ? 4 : 1));
    }
}

static void fill(nrt_tensor_set_t *set, const char *name, int8_t *data, size_t size, int seed) {
    nrt_tensor_t *tensor = NULL;
    for (size_t i = 0; i < size; i++) data[i] = (int8_t)(i * 37 + i * i * 11 + seed);
    GIVES(NRT_SUCCESS, nrt_get_tensor_from_tensor_set(set, name, &tensor));
    GIVES(NRT_SUCCESS, nrt_tensor_write(tensor, data, 0, size));
}

static void free_set(nrt_tensor_set_t **set, const char *const *names) {
    for (; *names; names++) {
        nrt_tensor_t *tensor = NULL;
        GIVES(NRT_SUCCESS, nrt_get_tensor_from_tensor_set(*set, *names, &tensor));
        nrt_tensor_free(&tensor);
        CHECK(!tensor);
    }
    nrt_destroy_tensor_set(set);
    CHECK(!*set);
}

int main(int count, char **arguments) {
    int8_t lhs[K][M], rhs[K][N];
    int32_t out[M][N] = {{0}};
    nrt_model_t *model, *second;
    nrt_tensor_t *tensor = NULL;
    nrt_tensor_info_array_t *info;
    size_t size;
    if (count != 2) return 2;
    char *program = file_bytes(arguments[1], &size);
    GIVES(NRT_SUCCESS, nrt_init(NRT_FRAMEWORK_TYPE_NO_FW, "", ""));
    GIVES(NRT_SUCCESS, nrt_load(program, size, 0, -1, &model));
    GIVES(NRT_SUCCESS, nrt_load(program, size, -1, 1, &second));
    free(program);
    GIVES(NRT_SUCCESS, nrt_get_model_tensor_info(model, &info));
    if (failures) return 1;
    check_info(info);
    nrt_tensor_set_t *inputs = tensors_of(info, NRT_TENSOR_USAGE_INPUT);
    nrt_tensor_set_t *outputs = tensors_of(info, NRT_TENSOR_USAGE_OUTPUT);
    GIVES(NRT_SUCCESS, nrt_free_model_tensor_info(info));
    fill(inputs, "lhsT", lhs[0], sizeof lhs, 1);
    fill(inputs, "rhs", rhs[0], sizeof rhs, 2);
    GIVES(NRT_SUCCESS, nrt_execute(model, inputs, outputs));
    GIVES(NRT_SUCCESS, nrt_unload(model));
    GIVES(NRT_SUCCESS, nrt_execute_repeat(second, inputs, outputs, 2));
    GIVES(NRT_SUCCESS, nrt_get_tensor_from_tensor_set(outputs, "out", &tensor));
    GIVES(NRT_SUCCESS, nrt_tensor_read(tensor, out, 0, sizeof out));
    for (int m = 0; m < M; m++)
        for (int n = 0; n < N; n++) {
            int32_t sum = 0;
            for (int k = 0; k < K; k++) sum += lhs[k][m] * rhs[k][n];
            CHECK(out[m][n] == sum);
        }
    free_set(&inputs, (const char *const[]){"lhsT", "rhs", NULL});
    free_set(&outputs, (const char *const[]){"out", NULL});
    GIVES(NRT_SUCCESS, nrt_unload(second));
    nrt_close();
    if (!failures) puts("as expected");
    return failures != 0;
}
