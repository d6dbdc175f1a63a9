/* Uses handles and sizes in every wrong way: each call gives the status that says so. */

#include <stdint.h>
#include <string.h>

#include "check.h"

static void before_init(void) {
    nrt_tensor_t *tensor;
    nrt_tensor_set_t *set;
    nrt_model_t *model;
    char program[64] = {0};
    program[16] = sizeof program; /* as a header says it */
    GIVES(NRT_UNINITIALIZED, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_HOST, -1, 8, NULL, &tensor));
    CHECK(!tensor);
    GIVES(NRT_UNINITIALIZED, nrt_allocate_tensor_set(&set));
    GIVES(NRT_UNINITIALIZED, nrt_load(program, sizeof program, 0, -1, &model));
    GIVES(NRT_UNINITIALIZED, nrt_unload(NULL));
    nrt_close();
    GIVES(NRT_INVALID, nrt_init(NRT_FRAMEWORK_TYPE_INVALID, NULL, NULL));
}

static void versions(void) {
    nrt_version_t version;
    memset(&version, 0x55, sizeof version);
    GIVES(NRT_INVALID, nrt_get_version(NULL, sizeof version));
    GIVES(NRT_INVALID, nrt_get_version(&version, 0));
    GIVES(NRT_SUCCESS, nrt_get_version(&version, sizeof version.rt_major));
    CHECK(version.rt_minor == 0x5555555555555555);
    GIVES(NRT_SUCCESS, nrt_get_version(&version, sizeof version));
    CHECK(!strncmp(version.rt_detail, "tinyneuron ", 11));
    CHECK(!strcmp(nrt_get_status_as_str(NRT_EXEC_OOB), "NRT_EXEC_OOB"));
    CHECK(!strcmp(nrt_get_status_as_str((NRT_STATUS)77), "NRT_UNKNOWN"));
}

static void tensors(void) {
    nrt_tensor_t *tensor, *copy, *slice, *host;
    char bytes[64] = "some bytes", back[64] = {0};
    GIVES(NRT_INVALID, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, 64, NULL, NULL));
    GIVES(NRT_INVALID, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, 0, NULL, &tensor));
    GIVES(NRT_INVALID, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 1, 64, NULL, &tensor));
    GIVES(NRT_INVALID, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_VIRTUAL, 0, 64, NULL, &tensor));
    GIVES(NRT_INVALID, nrt_tensor_allocate((nrt_tensor_placement_t)9, 0, 64, NULL, &tensor));
    GIVES(NRT_INVALID, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, SIZE_MAX, "", &tensor));
    GIVES(NRT_RESOURCE,
          nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, (size_t)1 << 40, "", &tensor));
    GIVES(NRT_SUCCESS, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, 64, "t", &tensor));
    GIVES(NRT_SUCCESS, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_HOST, -1, 32, NULL, &host));

    GIVES(NRT_INVALID, nrt_tensor_write(tensor, NULL, 0, 8));
    GIVES(NRT_INVALID, nrt_tensor_write(tensor, bytes, 0, 65));
    GIVES(NRT_INVALID, nrt_tensor_write(tensor, bytes, 0, SIZE_MAX));
    GIVES(NRT_INVALID, nrt_tensor_write(tensor, bytes, 0, SIZE_MAX / 2));
    GIVES(NRT_INVALID, nrt_tensor_write(tensor, bytes, SIZE_MAX, 1));
    GIVES(NRT_SUCCESS, nrt_tensor_write(tensor, bytes, 64, 0));
    GIVES(NRT_SUCCESS, nrt_tensor_write(tensor, bytes, 0, 64));
    GIVES(NRT_INVALID, nrt_tensor_read(tensor, NULL, 0, 8));
    GIVES(NRT_INVALID, nrt_tensor_read(tensor, back, 1, 64));
    GIVES(NRT_INVALID, nrt_tensor_read(tensor, back, 0, SIZE_MAX));
    CHECK(!back[0]);
    GIVES(NRT_INVALID, nrt_tensor_memset(tensor, 60, 1, 5));
    GIVES(NRT_SUCCESS, nrt_tensor_memset(host, 0, 'x', 32));
    GIVES(NRT_INVALID, nrt_tensor_copy(tensor, 0, host, 0, 33));
    GIVES(NRT_INVALID, nrt_tensor_copy(host, 0, tensor, 48, 32));
    GIVES(NRT_SUCCESS, nrt_tensor_copy(host, 0, tensor, 62, 2));
    GIVES(NRT_INVALID_HANDLE, nrt_tensor_copy(host, 0, NULL, 0, 1));
    GIVES(NRT_INVALID_HANDLE, nrt_tensor_read((nrt_tensor_t *)back, back, 0, 1));
    GIVES(NRT_INVALID_HANDLE, nrt_tensor_read((nrt_tensor_t *)SIZE_MAX, back, 0, 1));

    GIVES(NRT_INVALID, nrt_tensor_allocate_slice(tensor, 60, 8, NULL, &slice));
    GIVES(NRT_INVALID, nrt_tensor_allocate_slice(tensor, 60, 0, NULL, &slice));
    GIVES(NRT_INVALID, nrt_tensor_allocate_slice(tensor, 60, 4, NULL, NULL));
    GIVES(NRT_INVALID_HANDLE, nrt_tensor_allocate_slice(NULL, 0, 4, NULL, &slice));
    GIVES(NRT_SUCCESS, nrt_tensor_allocate_slice(tensor, 60, 4, "end", &slice));
    copy = tensor;
    nrt_tensor_free(&tensor);
    nrt_tensor_free(&tensor);
    nrt_tensor_free(NULL);
    CHECK(!tensor && !nrt_tensor_get_size(copy) && !nrt_tensor_get_size(NULL));
    GIVES(NRT_INVALID_HANDLE, nrt_tensor_read(copy, back, 0, 1));
    GIVES(NRT_INVALID_HANDLE, nrt_tensor_allocate_slice(copy, 0, 1, NULL, &tensor));
    GIVES(NRT_SUCCESS, nrt_tensor_read(slice, back, 0, 4));
    CHECK(!memcmp(back, "\0\0xx", 4));
    nrt_tensor_free(&copy); /* the second time */
    CHECK(!copy);
    nrt_tensor_free(&slice);
    nrt_tensor_free(&host);
}

static void sets(nrt_model_t *model) {
    nrt_tensor_set_t *set, *other, *copy;
    nrt_tensor_t *tensor, *found = NULL;
    GIVES(NRT_INVALID, nrt_allocate_tensor_set(NULL));
    GIVES(NRT_SUCCESS, nrt_allocate_tensor_set(&set));
    GIVES(NRT_SUCCESS, nrt_allocate_tensor_set(&other));
    GIVES(NRT_SUCCESS, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, 5, NULL, &tensor));
    GIVES(NRT_INVALID, nrt_add_tensor_to_tensor_set(set, NULL, tensor));
    GIVES(NRT_INVALID_HANDLE, nrt_add_tensor_to_tensor_set(set, "lhsT", NULL));
    GIVES(NRT_INVALID_HANDLE, nrt_add_tensor_to_tensor_set(set, "lhsT", set));
    GIVES(NRT_INVALID_HANDLE, nrt_add_tensor_to_tensor_set(tensor, "lhsT", tensor));
    GIVES(NRT_INVALID, nrt_get_tensor_from_tensor_set(set, "lhsT", &found));
    GIVES(NRT_EXEC_BAD_INPUT, nrt_execute(model, set, other));
    GIVES(NRT_SUCCESS, nrt_add_tensor_to_tensor_set(set, "lhsT", tensor));
    GIVES(NRT_SUCCESS, nrt_get_tensor_from_tensor_set(set, "lhsT", &found));
    CHECK(found == tensor);
    GIVES(NRT_EXEC_BAD_INPUT, nrt_execute(model, set, other)); /* 5 bytes */
    GIVES(NRT_INVALID_HANDLE, nrt_execute(model, NULL, other));
    GIVES(NRT_INVALID_HANDLE, nrt_execute(model, tensor, other));
    GIVES(NRT_INVALID_HANDLE, nrt_execute(set, set, other));
    nrt_tensor_free(&tensor);
    GIVES(NRT_INVALID_HANDLE, nrt_get_tensor_from_tensor_set(set, "lhsT", &found));
    CHECK(!found);
    GIVES(NRT_INVALID_HANDLE, nrt_execute(model, set, other));
    copy = set;
    nrt_destroy_tensor_set(&set);
    nrt_destroy_tensor_set(&set);
    nrt_destroy_tensor_set(NULL);
    GIVES(NRT_INVALID_HANDLE, nrt_execute(model, copy, other));
    nrt_destroy_tensor_set(&copy);
    nrt_destroy_tensor_set(&other);
}

static nrt_model_t *models(const char *program, size_t size) {
    nrt_model_t *model, *second;
    nrt_tensor_info_array_t *info;
    char damaged[1 << 14];
    GIVES(NRT_INVALID, nrt_load(NULL, size, 0, -1, &model));
    GIVES(NRT_INVALID, nrt_load(program, size, 0, -1, NULL));
    GIVES(NRT_INVALID, nrt_load(program, 0, 0, -1, &model));
    GIVES(NRT_INVALID, nrt_load(program, size - 1, 0, -1, &model));
    GIVES(NRT_INVALID, nrt_load(program, SIZE_MAX, 0, -1, &model));
    GIVES(NRT_INVALID, nrt_load(program, size, 3, -1, &model));
    GIVES(NRT_INVALID, nrt_load(program, size, 0, 2, &model));
    CHECK(size < sizeof damaged);
    memcpy(damaged, program, size);
    damaged[size - 1] ^= 1;
    GIVES(NRT_INVALID, nrt_load(damaged, size, 0, -1, &model));
    CHECK(!model && strstr(tinyneuron_nrt_message(), "SHA-256"));
    GIVES(NRT_SUCCESS, nrt_load(program, size, 0, -1, &model));
    GIVES(NRT_SUCCESS, nrt_load(program, size, 0, -1, &second));
    GIVES(NRT_INVALID, nrt_get_model_tensor_info(model, NULL));
    GIVES(NRT_SUCCESS, nrt_get_model_tensor_info(second, &info));
    GIVES(NRT_SUCCESS, nrt_free_model_tensor_info(info));
    GIVES(NRT_INVALID_HANDLE, nrt_free_model_tensor_info(info));
    GIVES(NRT_INVALID_HANDLE, nrt_free_model_tensor_info(NULL));
    GIVES(NRT_SUCCESS, nrt_unload(second));
    GIVES(NRT_INVALID_HANDLE, nrt_unload(second));
    GIVES(NRT_INVALID_HANDLE, nrt_get_model_tensor_info(second, &info));
    GIVES(NRT_INVALID_HANDLE, nrt_execute(second, NULL, NULL));
    GIVES(NRT_INVALID_HANDLE, nrt_execute(NULL, NULL, NULL));
    return model;
}

int main(int count, char **arguments) {
    size_t size;
    nrt_tensor_t *tensor;
    nrt_model_t *model, *again;
    if (count != 2) return 2;
    char *program = file_bytes(arguments[1], &size);
    versions();
    before_init();
    GIVES(NRT_SUCCESS, nrt_init(NRT_FRAMEWORK_TYPE_NO_FW, NULL, NULL));
    if (failures) return 1;
    GIVES(NRT_INVALID, nrt_init(NRT_FRAMEWORK_TYPE_NO_FW, NULL, NULL));
    model = models(program, size);
    tensors();
    sets(model);
    GIVES(NRT_SUCCESS, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_DEVICE, 0, 8, NULL, &tensor));
    nrt_close();
    nrt_close();
    GIVES(NRT_CLOSED, nrt_unload(model));
    GIVES(NRT_CLOSED, nrt_tensor_memset(tensor, 0, 0, 8));
    /* Another time: handles of the first are not those of the second. */
    GIVES(NRT_SUCCESS, nrt_init(NRT_FRAMEWORK_TYPE_PYTORCH, "2", "1"));
    GIVES(NRT_SUCCESS, nrt_load(program, size, 0, -1, &again));
    CHECK(again != model && (void *)again != (void *)tensor);
    GIVES(NRT_INVALID_HANDLE, nrt_unload(model));
    GIVES(NRT_INVALID_HANDLE, nrt_tensor_memset(tensor, 0, 0, 8));
    nrt_close();
    free(program);
    if (!failures) puts("as expected");
    return failures != 0;
}
