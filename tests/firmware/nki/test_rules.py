"""Rules of the language that only odd kernels break: each names the rule and the value."""

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl


def tile(*shape, dtype=nl.float32, buffer=nl.sbuf):
    return nl.ndarray(shape, dtype, buffer=buffer)


def device(*shape, dtype=nl.float32):
    return nl.ndarray(shape, dtype, buffer=nl.hbm)


def rows_of(table, inner, *, indices=(4, 1), axis=0):
    """A view of rows of ``table`` that a tile chooses."""
    pattern = [[table.shape[1], 4], *inner]
    return table.ap(pattern, 0, vector_offset=tile(*indices, dtype=nl.int32), indirect_dim=axis)


def slice_with_a_step():
    register = nisa.register_alloc(2)
    return tile(4, 8)[:, 1:register]


RULES = {
    "operation of later cores": (
        lambda: nl.abs_max(tile(4, 4), tile(4, 4)), "nl.abs_max on tiles"),
    "descriptors of later cores": (
        lambda: nisa.dma_copy(tile(4, 4), tile(4, 4), dge_mode=nisa.dge_mode.hwdge),
        "dma_copy with dge_mode.hwdge"),
    "columns of later cores": (
        lambda: tile(4, 4).indirect(tile(4, 1)), "views of NkiTensor.indirect"),
    "bits and numbers": (
        lambda: nisa.tensor_scalar(tile(4, 4, dtype=nl.int32), tile(4, 4, dtype=nl.int32),
                                   nl.bitwise_and, 3, op1=nl.add, operand1=1),
        "both operations must work on bits or neither, not bitwise_and and add"),
    "statistics of pieces": (
        lambda: nisa.bn_stats(tile(4, 6), tile(4, 4, 6)[:, :, :4]),
        "the free axes of data must be one run"),
    "a register's slice": (slice_with_a_step, r"a slice with a register is \[:register\]"),
    "indices of another size": (
        lambda: rows_of(device(8, 6), [[1, 6]], indices=(3, 1)),
        r"vector_offset must be \[4, 1\], as the pattern's first size"),
    "an axis that is not": (
        lambda: rows_of(device(8, 6), [[1, 6]], axis=2), "indirect_dim 2 is no axis of the base"),
    "dimensions of a row": (
        lambda: nisa.dma_copy(tile(4, 3, 3, 3, 3)[:, :2, :2, :2, :2],
                              rows_of(device(8, 16), [[1, 16]])),
        "dma_copy: dst needs 4 dimensions, a row has 3"),
    "rows of a type without a cast": (
        lambda: nisa.dma_copy(tile(4, 6, dtype=nl.uint16), rows_of(device(8, 6), [[1, 6]])),
        "dma_copy: no cast from"),
    "axes that are apart": (
        lambda: tile(4, 4, 6)[:, :, :4].flatten_dims(1, 2), "do not follow each other in memory"),
    "axes the wrong way round": (
        lambda: tile(4, 4, 6).flatten_dims(2, 1), "flatten_dims: axis 1 is before axis 2"),
    "another type's row": (
        lambda: tile(4, 3, dtype=nl.bfloat16).view(nl.float32),
        "view: fp32 does not fit its last axis, offset and strides"),
    "constant": (
        lambda: nisa.dma_copy(nl.shared_constant(np.ones((4, 4), np.float32)), tile(4, 4)),
        r"dst .* is read-only \(constant\)"),
    "another type where an index moves": (
        lambda: rows_of(device(8, 6), [[1, 6]]).view(nl.bfloat16),
        "view: an index moves it, so its elements keep their size"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule_names_the_line_and_the_value(require_error, rule):
    assert require_error(*RULES[rule]).startswith("test_rules.py:")


FULL_SIZE = {
    "stride": (
        lambda: nisa.memset(tile(1, 2, 40_000, dtype=nl.int8)[:, :, 0], 0),
        "a stride must fit 16 bits, not 40000 elements"),
    "dimension": (
        lambda: nisa.memset(tile(1, 70_000, dtype=nl.int8), 0),
        "a dimension must be below 65536, not 70000"),
    "vector transpose": (
        lambda: nisa.nc_transpose(tile(4, 3), tile(4, 4), engine=nisa.vector_engine),
        r"dst must be \[4, 4\], not \[4, 3\]"),
    "elements to gather from": (
        lambda: nisa.nc_n_gather(tile(128, 1, dtype=nl.int8),
                                 tile(128, 6, 30_000, dtype=nl.int8)[:, :, :-1],
                                 tile(128, 1, dtype=nl.uint32)),
        "data has 23039232 elements, at most 16777216 can be told apart"),
}  # fmt: skip


@pytest.mark.parametrize("rule", FULL_SIZE)
def test_rule_of_a_full_size(require_error, rule):
    require_error(*FULL_SIZE[rule], "inferentia2")


def test_rows_that_are_too_far_apart():
    def kernel(table):
        far = nl.ndarray((4, 1), nl.float32)
        view = table.ap([[1 << 29, 4], [1, 1]], 0,
                        vector_offset=tile(4, 1, dtype=nl.int32), indirect_dim=0)  # fmt: skip
        nisa.dma_copy(far, view)

    spec = {"table": nki.TensorArg((8, 1 << 29), "fp32")}
    with pytest.raises(nki.KernelError, match="rows 2147483648 bytes apart do not fit a transfer"):
        nki.compile(kernel, "inferentia2", spec)


def test_a_register_of_another_kernel(require_error):
    kept = []
    require_error(lambda: kept.append(nisa.register_alloc(3)), "must return its output tensors")
    require_error(lambda: nisa.register_move(nisa.register_alloc(0), kept[0]),
                  "is another kernel's")  # fmt: skip
