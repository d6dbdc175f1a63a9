"""Which operands are legal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyneuron_hw.config import PRESETS, get_config
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.access import element_offsets
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.matmul import MatmulKind
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    INDEXED_OPCODES,
    REGISTER_MOVES,
    AluOp,
    Opcode,
    ReduceCommand,
    RoundMode,
    Space,
)
from tinyneuron_hw.isa.roles import ADDRESSED, DEVICE, PATTERNS, SCALARS, STOCHASTIC_OPCODES
from tinyneuron_hw.isa.rules import OperandError, check, start_granule
from tinyneuron_hw.isa.rules_reshape import mask_entries, pack_mask

TINY = get_config("tiny")
DEFAULT = get_config("default")
FP32, BF16, FP16, INT32, UINT8 = DType.FP32, DType.BF16, DType.FP16, DType.INT32, DType.UINT8


def _ap(dtype: DType = FP32, count: int = 8, **more: object) -> dict:
    return {"dtype": dtype, "num_partitions": 4, "dims": [{"stride": 1, "size": count}], **more}


def _dev(dtype: DType = FP32, count: int = 32, **more: object) -> dict:
    size = FORMATS[dtype].bytes
    return {"dtype": dtype, "dims": [{"stride": size, "size": count}], **more}


def _rows(dtype: DType = FP32, count: int = 8, rows: int = 3, **more: object) -> dict:
    dims = [{"stride": 1, "size": count}, {"size": 1}, {"size": 1}, {"stride": 9, "size": rows}]
    return _ap(dtype, **more) | {"dims": dims}


LEGAL: dict[Opcode, dict] = {
    Opcode.REGISTER_LOAD: {"src": _dev(INT32, 8), "first": 24},
    Opcode.REGISTER_STORE: {"dst": _dev(DType.UINT32, 3), "first": 29},
    Opcode.REGISTER_LOAD_SBUF: {"src": _ap(FP32, num_partitions=1), "first": 1},
    Opcode.REGISTER_STORE_SBUF: {"dst": _ap(INT32, 1, num_partitions=1), "first": 31},
    Opcode.DMA_LOAD: {"src": _dev(), "dst": _ap()},
    Opcode.DMA_STORE: {"src": _ap(), "dst": _dev()},
    Opcode.DMA_COPY: {"src": _dev(), "dst": _dev(BF16)},
    Opcode.DMA_LOCAL: {"src": _ap(), "dst": _ap(FP16, 16, num_partitions=2)},
    Opcode.DMA_GATHER: {"src": _dev(count=8), "dst": _rows(), "index": _ap(INT32, 3)},
    Opcode.DMA_SCATTER: {"src": _rows(BF16), "dst": _dev(count=8), "index": _ap(DType.UINT32, 3)},
    Opcode.DMA_RING: {"ring": {"entries": 5, "first": 4, "count": 5}},
    Opcode.LOAD_STATIONARY: {"src": _ap(BF16, 3), "column_start": 1},
    Opcode.MULTIPLY_MOVING: {"src": _ap(FP16), "dst": _ap(space=Space.PSUM), "accumulate": 1},
    Opcode.TENSOR_TENSOR: {"in0": _ap(), "in1": _ap(INT32), "dst": _ap(BF16), "op": AluOp.MAX},
    Opcode.TENSOR_SCALAR: {"in0": _ap(), "dst": _ap(), "op0": AluOp.ADD,
                           "operand0": {"kind": 1, "dtype": 1, "value": 64}},
    Opcode.TENSOR_REDUCE: {"in0": _ap(), "dst": _ap(count=1), "op": AluOp.ADD, "reduce_dims": 1},
    Opcode.TENSOR_COPY: {"in0": _ap(), "dst": _ap(BF16)},
    Opcode.MEMSET: {"dst": _ap()},
    Opcode.SCALAR_TENSOR_TENSOR: {"in0": _ap(), "in1": _ap(INT32), "dst": _ap(),
                                  "op0": AluOp.ADD, "op1": AluOp.MAX},
    Opcode.TENSOR_SCAN: {"in0": _ap(), "in1": _ap(), "dst": _ap(BF16), "op0": AluOp.ADD},
    Opcode.TENSOR_CUMULATIVE: {"in0": _ap(), "dst": _ap(), "op1": AluOp.SUBTRACT,
                               "reduce_cmd": ReduceCommand.REDUCE},
    Opcode.SELECT: {"in0": _ap(), "in1": _ap(INT32), "dst": _ap()},
    Opcode.INDEX_SELECT: {"in0": _ap(), "dst": _ap(), "offset": -1,
                          "operand1": {"kind": 1, "dtype": 1, "value": 64}},
    Opcode.IOTA: {"dst": _ap(INT32), "index": {"strides": [1, -2, 0, 0]}},
    Opcode.READ_ACCUMULATOR: {"dst": _ap(count=1), "reduce_op": AluOp.MAX},
    Opcode.RNG: {"dst": _ap(DType.INT16)},
    Opcode.SET_SEED: {"in0": _ap(DType.UINT32, 1)},
    Opcode.DROPOUT: {"in0": _ap(BF16), "dst": _ap(BF16),
                     "operand0": {"kind": 1, "dtype": 4, "value": 2}},
    Opcode.MAX8: {"in0": _ap(INT32), "dst": _ap(BF16)},
    Opcode.FIND_INDEX8: {"in0": _ap(), "in1": _ap(BF16), "dst": _ap(DType.UINT16)},
    Opcode.MATCH_REPLACE8: {"in0": _ap(count=24), "in1": _ap(), "dst": _ap(FP16, 24)},
    Opcode.TRANSPOSE: {"in0": _ap(count=32), "dst": _ap(count=32)},
    Opcode.SHUFFLE: {"in0": _ap(FP16, 5), "dst": _ap(FP16, 5), "mask": pack_mask([None])},
    Opcode.ACTIVATE: {"in0": _ap(), "dst": _ap(),
                      "bias": {"kind": 1, "dtype": 3, "value": 2}},
    Opcode.LOAD_TABLE: {"in0": _ap(DType.UINT32, 7), "slot": 7},
    Opcode.ACTIVATE_READ: {"dst": _ap(count=1)},
    Opcode.ACTIVATE_SEED: {"in0": _ap(DType.UINT32, 1)},
}  # fmt: skip


def _check(opcode: Opcode, fields: dict, config=TINY, **more) -> None:
    check(config, opcode, decode(encode(opcode, fields)).fields, **more)


def _merged(opcode: Opcode, path: str, changes: dict) -> dict:
    return {**LEGAL[opcode], path: {**LEGAL[opcode].get(path, {}), **changes}}


def _refused(opcode: Opcode, fields: dict, cause: Trap, message: str, **more) -> OperandError:
    with pytest.raises(OperandError, match=message) as caught:
        _check(opcode, fields, **more)
    assert caught.value.cause is cause
    return caught.value


@pytest.mark.parametrize("config", PRESETS.values(), ids=list(PRESETS))
@pytest.mark.parametrize("opcode", LEGAL)
def test_a_legal_instruction_of_each_opcode(opcode, config):
    if opcode in REGISTER_MOVES:
        _check(opcode, LEGAL[opcode], config)
        return
    scale = config.partitions // 4 if opcode is not Opcode.LOAD_TABLE else 1
    fields = {
        name: {**value, "num_partitions": value["num_partitions"] * scale}
        if isinstance(value, dict) and "num_partitions" in value else value
        for name, value in LEGAL[opcode].items()
    }  # fmt: skip
    for path in DEVICE.get(opcode, ()):
        factor = scale if PATTERNS.get(opcode) else 1
        count = 8 if opcode in INDEXED_OPCODES else 32 * factor
        fields[path] = _dev(fields[path]["dtype"], count)
    _check(opcode, fields, config)


def test_the_tables_cover_every_data_opcode():
    data = set(Opcode) - set(CONTROL_OPCODES)
    assert set(PATTERNS) | set(ADDRESSED) == data == set(LEGAL)
    for opcode in data:
        paths = {path.split(".")[0] for path in decode(encode(opcode, LEGAL[opcode])).fields}
        named = {role.path for role in PATTERNS.get(opcode, ())}
        named |= {*SCALARS.get(opcode, ()), *ADDRESSED.get(opcode, ())}
        assert named <= paths


@pytest.mark.parametrize("opcode", LEGAL)
def test_only_dma_always_rounds_to_nearest(opcode):
    if "round_mode" not in decode(encode(opcode, LEGAL[opcode])).fields:
        return
        return
    fields = {**LEGAL[opcode], "round_mode": RoundMode.STOCHASTIC}
    if opcode in STOCHASTIC_OPCODES:
        _check(opcode, fields)
        return
    message = f"round_mode: {opcode.name} has only NEAREST_EVEN"
    _refused(opcode, fields, Trap.BAD_OPERAND, message)


def _move(opcode: Opcode, **changes: object) -> dict:
    """A legal move with changes: of ``first``, or of its operand."""
    path = "src" if "src" in LEGAL[opcode] else "dst"
    first = {"first": changes.pop("first")} if "first" in changes else {}
    return {**_merged(opcode, path, changes), **first}


@pytest.mark.parametrize("opcode", REGISTER_MOVES)
def test_a_move_is_of_up_to_eight_registers_that_there_are(opcode):
    bad = Trap.BAD_OPERAND
    stride = 1 if opcode in PATTERNS else 4
    nine, eight = ({"dims": [{"stride": stride, "size": n}], "first": 23} for n in (9, 8))
    _check(opcode, _move(opcode, **eight))
    _refused(opcode, _move(opcode, **nine), bad, "9 registers exceed 8")
    _refused(opcode, _move(opcode, **{**eight, "first": 25}), bad, "there is no register 32")
    _refused(opcode, _move(opcode, dtype=BF16), bad, "a register is no bf16")
    rows = {"dims": [{"stride": stride, "size": 1}, {"stride": stride, "size": 2}]}
    _refused(opcode, _move(opcode, **rows), bad, "only the innermost dimension")
    if opcode in PATTERNS:
        _refused(opcode, _move(opcode, num_partitions=2), bad, "has 1 partition")
        return
    odd = {"dims": [{"stride": 6, "size": 2}], "first": 1}
    _refused(opcode, _move(opcode, **odd), bad, "stride 6 of a register move")
    _refused(opcode, _move(opcode, list=1), bad, "a list")
    for address, cause in ((0x1002, Trap.BAD_OPERAND), (0x2000, Trap.OUT_OF_RANGE)):
        with pytest.raises(OperandError) as caught:
            _check(opcode, LEGAL[opcode], device_address=lambda path, at=address: at,
                   window_allows=lambda low, high, is_write: high <= 0x2000)  # fmt: skip
        assert caught.value.cause is cause


ON_CHIP = [(opcode, role) for opcode, roles in PATTERNS.items() for role in roles]


@pytest.mark.parametrize(
    ("opcode", "role"), ON_CHIP, ids=[f"{o.name}.{r.path}" for o, r in ON_CHIP]
)
def test_every_on_chip_operand_is_checked(opcode, role):
    path = role.path
    bad, out = Trap.BAD_OPERAND, Trap.OUT_OF_RANGE
    for space in set(Space) - set(role.spaces):
        _refused(opcode, _merged(opcode, path, {"space": space}), bad,
                 f"{path}: must not be in {space.name}")  # fmt: skip
    _refused(opcode, _merged(opcode, path, {"num_partitions": 0}), bad,
             f"{path}: num_partitions must be at least 1")  # fmt: skip
    _refused(opcode, _merged(opcode, path, {"dims": [{"stride": 1, "size": 0}]}), bad,
             f"{path}: every dimension must have size at least 1")  # fmt: skip
    huge = {"dims": [{"stride": 0, "size": 1024}] * 2 + [{"stride": 0, "size": 2}]}
    _refused(opcode, _merged(opcode, path, huge), bad, f"{path}: 2097152 elements exceed 1048576")
    if role.lanes == "lane":
        message = f"{path}: start partition of 4 partitions must be a multiple of 4, not 2"
        _refused(opcode, _merged(opcode, path, {"start_partition": 2}), bad, message)
        _refused(opcode, _merged(opcode, path, {"num_partitions": 5}), bad,
                 f"{path}: 5 partitions exceed the 4 lanes")  # fmt: skip
    else:
        beyond = 4 if opcode in REGISTER_MOVES else 3
        error = _refused(opcode, _merged(opcode, path, {"start_partition": beyond}), out,
                         rf"{path}: partitions {beyond}\.\.\d, ")  # fmt: skip
        assert error.address == 0
    if role.lanes != "dma":
        _refused(opcode, _merged(opcode, path, {"offset": 3}), bad,
                 f"{path}: offset 3 is not a multiple of")  # fmt: skip
    if path != "dst" or opcode is not Opcode.MULTIPLY_MOVING:
        error = _refused(opcode, _merged(opcode, path, {"offset": 8192}), out, "are outside SBUF")
        assert error.address == 8192


BAD = [
    (Opcode.DMA_LOAD, {"queue": 2}, "queue 2 does not exist: 2 DMA engines"),
    (Opcode.DMA_LOAD, {"src": _dev(UINT8)}, "src: dtype uint8 is not one of fp32, bf16"),
    (Opcode.DMA_LOAD, {"src": _dev(count=31)}, "src has 31 elements, dst 32"),
    (Opcode.DMA_LOAD, {"src": _dev(dims=[{"size": 0}])}, "src: every dimension must have size"),
    (Opcode.DMA_COPY, {"src": _dev(dims=[{"size": 65536}, {"size": 65536}])},
     "src: 4294967296 elements exceed 4294967295"),
    (Opcode.DMA_LOCAL, {"dst": _ap(count=9)}, "src has 32 elements, dst 36"),
    (Opcode.DMA_GATHER, {"index": _ap(UINT8, 3)}, "index: dtype uint8 is not INT32 or UINT32"),
    (Opcode.DMA_GATHER, {"index": _ap(INT32, 3, num_partitions=2)},
     "index has 2 partitions, dst 4"),
    (Opcode.DMA_SCATTER, {"index": _ap(INT32, 4)}, "index has 4 elements a partition, src 3 rows"),
    (Opcode.DMA_SCATTER, {"dst": _dev(count=24)}, "a row has 24 elements in dst, 8 in src"),
    (Opcode.DMA_LOCAL, {"accumulate": 1, "src": _ap(UINT8), "dst": _ap(UINT8)},
     "dst: dtype uint8 is not one of fp32, bf16"),
    (Opcode.DMA_LOCAL, {"accumulate": 1, "dst": _ap(FP16, 16, num_partitions=2, offset=3)},
     "dst: 3 is not a multiple of 2 bytes"),
    (Opcode.DMA_STORE, {"accumulate": 2, "dst": _dev(dims=[{"stride": 2, "size": 32}])},
     "dst: 2 is not a multiple of 4 bytes"),
    (Opcode.DMA_LOCAL, {"accumulate": 1, "transpose": 1}, "transpose: must be 0 in a transfer"),
    (Opcode.DMA_LOCAL, {"transpose": 1}, "a transpose takes elements of one type of 2 or 4 bytes"),
    (Opcode.DMA_LOCAL, {"transpose": 1, "dst": _ap(FP32, 8)}, "dst is 4 x 8, the transpose of"),
    (Opcode.LOAD_STATIONARY, {"src": _ap(INT32, 3)}, "src: dtype int32 is not one of tf32, bf16"),
    (Opcode.LOAD_STATIONARY, {"src": _ap(FP32, 3), "transpose": 1},
     "src: dtype fp32 is not one of bf16, fp16"),
    (Opcode.LOAD_STATIONARY, {"src": _ap(DType.INT8, 2, offset=1)},
     "src: offset 1 is not a multiple of 2 bytes"),
    (Opcode.LOAD_STATIONARY, {"exponent_bias": 4}, "exponent_bias must be 0 for elements of"),
    (Opcode.LOAD_STATIONARY, {"src": _ap(DType.FP8_E5M2, 3), "transpose": 1, "exponent_bias": 4},
     "exponent_bias must be 0 for elements of fp8_e5m2, not 4"),
    (Opcode.LOAD_STATIONARY, {"column_start": 2}, r"column_start \+ elements is 5, beyond 4"),
    (Opcode.MULTIPLY_MOVING, {"accumulate": 2}, "accumulate must be 0 or 1, not 2"),
    (Opcode.MULTIPLY_MOVING, {"transpose": 1, "dst": _ap(FP16, space=Space.PSUM)},
     "accumulate must be 0 in a transpose, not 1"),
    (Opcode.MULTIPLY_MOVING, {"src": _ap(INT32)}, "src: dtype int32 is not one of tf32, bf16"),
    (Opcode.MULTIPLY_MOVING, {"src": _ap(UINT8)}, "dst: dtype fp32 is not one of int32"),
    (Opcode.MULTIPLY_MOVING, {"transpose": 1, "accumulate": 0}, "dst: dtype fp32 is not one of"),
    (Opcode.MULTIPLY_MOVING, {"dst": _ap(BF16, space=Space.PSUM)}, "dst: dtype bf16 is not one of"),
    (Opcode.MULTIPLY_MOVING, {"src": _ap(BF16, 7)}, "src has 7 elements, dst 8"),
    (Opcode.MULTIPLY_MOVING, {"src": _ap(BF16, 65), "dst": _ap(count=65, space=Space.PSUM)},
     r"65 elements exceed one PSUM bank \(64\)"),
    (Opcode.MULTIPLY_MOVING, {"dst": _ap(offset=240, space=Space.PSUM)},
     "dst must lie in one PSUM bank"),
    (Opcode.TENSOR_TENSOR, {"in1": _ap(num_partitions=2)}, "must have the same num_partitions"),
    (Opcode.TENSOR_TENSOR, {"in1": _ap(count=9)}, "element counts differ: in0 8, in1 9, dst 8"),
    (Opcode.SET_SEED, {"in0": _ap(INT32, 1)}, "in0: seeds are uint32, not int32"),
    (Opcode.SET_SEED, {"in0": _ap(DType.UINT32, 2)}, "in0 must have 1 seed in a partition, not 2"),
    (Opcode.TENSOR_SCALAR, {"op0": AluOp.DIVIDE, "op1": AluOp.SQRT},
     "op0 DIVIDE, op1 SQRT: only one of them may use the divider"),
    (Opcode.TENSOR_SCALAR, {"op1": AluOp.SHIFT_LEFT}, "op0 ADD, op1 SHIFT_LEFT: arithmetic and"),
    (Opcode.TENSOR_TENSOR, {"op": AluOp.BITWISE_AND}, "in0: operations on bits take integers, not"),
    (Opcode.TENSOR_TENSOR, {"op": AluOp.BITWISE_AND, "in0": _ap(INT32), "dst": _ap(UINT8)},
     "dst: operations on bits take one type, not uint8 beside int32"),
    (Opcode.TENSOR_SCALAR, {"op0": AluOp.BITWISE_NOT, "in0": _ap(INT32), "dst": _ap(INT32)},
     "operand0: operations on bits take one type, not fp32 beside int32"),
    (Opcode.MAX8, {"in0": _ap(count=7)}, "in0: must have from 8 to 16384 elements, not 7"),
    (Opcode.FIND_INDEX8, {"in0": _ap(dims=[{"stride": 0, "size": 16385}])},
     "in0: must have from 8 to 16384 elements, not 16385"),
    (Opcode.MAX8, {"dst": _ap(count=9)}, "dst: must have 8 elements, not 9"),
    (Opcode.FIND_INDEX8, {"in1": _ap(count=7)}, "in1: must have 8 elements, not 7"),
    (Opcode.FIND_INDEX8, {"dst": _ap(INT32)}, "dst: indices are uint16 or uint32, not int32"),
    (Opcode.MATCH_REPLACE8, {"in1": _ap(count=24)}, "in1: must have 8 elements, not 24"),
    (Opcode.MATCH_REPLACE8, {"dst": _ap()}, "element counts differ: in0 24, dst 8"),
    (Opcode.MATCH_REPLACE8, {"in1": _ap(num_partitions=2)}, "must have the same num_partitions"),
    (Opcode.TRANSPOSE, {"dst": _ap(BF16, 32)}, "must have the same type, not fp32 and bf16"),
    (Opcode.TRANSPOSE, {"dst": _ap(count=31)}, "in0 has 32 elements in 4 partitions, dst 31 in 4"),
    (Opcode.TRANSPOSE, {"dst": _ap(count=32, num_partitions=2)}, "dst 32 in 2: must be equal"),
    (Opcode.SHUFFLE, {"dst": _ap(FP16, 6)}, "in0 has 5 elements, dst 6"),
    (Opcode.SHUFFLE, {"mask": pack_mask([1])}, "mask: entry 0 is 1, a quarter has 1 partitions"),
    (Opcode.SHUFFLE, {"mask": pack_mask([0, None])}, "mask: entry 1 must be 0, a quarter has 1"),
    (Opcode.TENSOR_REDUCE, {"reduce_dims": 0}, "reduce_dims must be from 1 to 4, not 0"),
    (Opcode.TENSOR_REDUCE, {"reduce_dims": 5}, "reduce_dims must be from 1 to 4, not 5"),
    (Opcode.TENSOR_REDUCE, {"dst": _ap(count=2)}, "dst has 2 elements, the reduction gives 1"),
    (Opcode.TENSOR_REDUCE, {"op": AluOp.SUBTRACT}, "op: SUBTRACT is no reduction"),
    (Opcode.TENSOR_SCALAR, {"reduce_cmd": ReduceCommand.REDUCE},
     "reduce_op: BYPASS does not accumulate"),
    (Opcode.TENSOR_SCALAR, {"reduce_cmd": ReduceCommand.LOAD_REDUCE, "reduce_op": AluOp.ADD,
                            "op1": AluOp.ADD}, "op1 must be BYPASS"),
    (Opcode.SCALAR_TENSOR_TENSOR,
     {"reduce_cmd": ReduceCommand.LOAD_REDUCE, "reduce_op": AluOp.ADD},
     "reduce_cmd: SCALAR_TENSOR_TENSOR has no value to load"),
    (Opcode.SELECT, {"reduce_cmd": ReduceCommand.REDUCE, "reduce_op": AluOp.ADD, "keep": 1},
     "keep and an accumulation exclude each other"),
    (Opcode.TENSOR_CUMULATIVE, {"reduce_cmd": ReduceCommand.RESET},
     "reduce_cmd: RESET accumulates nothing"),
    (Opcode.TENSOR_CUMULATIVE, {"op1": AluOp.BYPASS}, "op1: BYPASS does not accumulate"),
    (Opcode.READ_ACCUMULATOR, {"reduce_op": AluOp.SUBTRACT},
     "reduce_op: SUBTRACT does not accumulate"),
    (Opcode.READ_ACCUMULATOR, {"dst": _ap(count=2)}, "dst must have 1 element, not 2"),
    (Opcode.TENSOR_SCALAR, {"operand1": {"kind": 1, "dtype": 15}},
     "operand1: dtype code 15 is not a type of a scalar operand"),
    (Opcode.TENSOR_SCALAR, {"operand0": {"kind": 1, "dtype": 1, "value": 6}},
     "operand0: offset 6 is not a multiple of 4 bytes"),
    (Opcode.ACTIVATE, {"scale": {"kind": 1, "dtype": 1, "start_partition": 1}},
     "scale: start partition of 4 partitions must be a multiple of 4, not 1"),
    (Opcode.ACTIVATE, {"reduce_cmd": ReduceCommand.LOAD_REDUCE}, "ACTIVATE has no value to load"),
    (Opcode.LOAD_TABLE, {"in0": _ap(FP32, 7)}, "in0: dtype must be uint32, not fp32"),
    (Opcode.LOAD_TABLE, {"in0": _ap(DType.UINT32, 7, num_partitions=2)},
     "in0: num_partitions must be 4, not 2"),
    (Opcode.LOAD_TABLE, {"in0": _ap(DType.UINT32, 6)}, "slot 7 has from 7 to 38 rows, not 6"),
    (Opcode.LOAD_TABLE, {"in0": _ap(DType.UINT32, 39)}, "slot 7 has from 7 to 38 rows, not 39"),
    (Opcode.LOAD_TABLE, {"in0": _ap(DType.UINT32, 263), "slot": 0},
     "slot 0 has from 7 to 262 rows, not 263"),
    (Opcode.ACTIVATE_READ, {"dst": _ap(count=2)}, "dst must have 1 element, not 2"),
    (Opcode.ACTIVATE_SEED, {"in0": _ap(DType.UINT32, 2)}, "in0 must have 1 element, not 2"),
    (Opcode.ACTIVATE_SEED, {"in0": _ap(INT32, 1)}, "in0: dtype must be uint32, not int32"),
]  # fmt: skip


@pytest.mark.parametrize(("opcode", "changes", "message"), BAD)
def test_rules_of_single_opcodes(opcode, changes, message):
    _refused(opcode, {**LEGAL[opcode], **changes}, Trap.BAD_OPERAND, message)


def test_a_scalar_operand_out_of_range_reports_its_offset():
    fields = {**LEGAL[Opcode.ACTIVATE], "bias": {"kind": 1, "dtype": 3, "value": 8192}}
    error = _refused(Opcode.ACTIVATE, fields, Trap.OUT_OF_RANGE, "bias: .* are outside SBUF")
    assert error.address == 8192


def test_immediates_are_not_checked_as_operands():
    fields = {**LEGAL[Opcode.ACTIVATE], "bias": {"kind": 0, "dtype": 0, "value": 0xFFFF_FFFF}}
    _check(Opcode.ACTIVATE, fields)


def test_bad_operands_come_before_ranges_and_ranges_in_slot_order():
    out = {"offset": 8192}
    fields = {"in0": _ap(**out), "in1": _ap(offset=8196), "dst": _ap(offset=2)}
    _refused(Opcode.TENSOR_TENSOR, fields, Trap.BAD_OPERAND, "dst: offset 2")
    fields["dst"] = _ap(offset=8200)
    for path, address in (("in0", 8192), ("in1", 8196), ("dst", 8200)):
        error = _refused(Opcode.TENSOR_TENSOR, fields, Trap.OUT_OF_RANGE, f"{path}: ")
        assert error.address == address
        fields[path] = _ap()


def test_device_patterns_are_checked_last_against_the_windows():
    asked: list[tuple[int, int, bool]] = []

    def allows(low: int, high: int, is_write: bool) -> bool:
        asked.append((low, high, is_write))
        return not is_write

    back = _dev(BF16, dims=[{"stride": -2, "size": 32}])
    fields = {"src": _dev(), "dst": back}
    error = _refused(Opcode.DMA_COPY, fields, Trap.OUT_OF_RANGE, "dst: device bytes 0x1c2..0x202",
                     device_address=lambda path: {"src": 0x100, "dst": 0x200}[path],
                     window_allows=allows)  # fmt: skip
    assert error.address == 0x200
    assert asked == [(0x100, 0x180, False), (0x1C2, 0x202, True)]
    asked.clear()
    error = _refused(Opcode.DMA_COPY, fields, Trap.OUT_OF_RANGE, "src: device bytes 0x-8..0x78",
                     device_address=lambda path: -8, window_allows=allows)  # fmt: skip
    assert error.address == 2**48 - 8
    assert asked == []


@pytest.mark.parametrize(
    ("read", "written", "is_legal"),
    [
        ((16, 12), (16, 12), True), ((8, 4), (8, 4), True), ((3, 2), (2, 3), True),
        ((4, 1), (1, 4), True), ((4, 4), (4, 4), True),
        ((8, 6), (8, 6), False), ((6, 8), (6, 8), False), ((8, 4), (4, 8), False),
        ((3, 2), (3, 2), False), ((5, 2), (2, 5), False), ((4, 8), (4, 4), False),
    ],
)  # fmt: skip
def test_a_transpose_is_of_whole_blocks_or_of_a_part_of_one(read, written, is_legal):
    fields = {path: _ap(BF16, count, num_partitions=partitions)
              for path, (partitions, count) in (("in0", read), ("dst", written))}  # fmt: skip
    if is_legal:
        _check(Opcode.TRANSPOSE, fields, DEFAULT)
    else:
        _refused(Opcode.TRANSPOSE, fields, Trap.BAD_OPERAND, "equal multiples of 4", config=DEFAULT)


def test_a_mask_packs_and_unpacks():
    sources = [None, *range(30, -1, -1)]
    assert mask_entries(pack_mask(sources)) == sources
    assert mask_entries(0) == [0] * 32


def test_start_granules():
    assert [start_granule(DEFAULT, n) for n in (1, 4, 5, 8, 9, 16)] == [4, 4, 8, 8, 16, 16]
    assert [start_granule(TINY, n) for n in (1, 2, 3, 4)] == [1, 2, 4, 4]
    assert start_granule(get_config("inferentia2"), 33) == 64


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.integers(0, 2050), st.integers(0, 3), st.integers(1, 5),
    st.sampled_from([UINT8, BF16, FP32]),
    st.lists(st.tuples(st.integers(-600, 600), st.integers(1, 4)), min_size=1, max_size=4),
)  # fmt: skip
def test_ranges_agree_with_every_single_element(offset, start, partitions, dtype, dims):
    size = FORMATS[dtype].bytes
    config = TINY.with_changes(sbuf_partition_bytes=2048)
    pattern = {"dtype": dtype, "offset": offset, "start_partition": start,
               "num_partitions": partitions,
               "dims": [{"stride": stride, "size": extent} for stride, extent in dims]}  # fmt: skip
    offsets = element_offsets(offset, dims, size)
    total = len(offsets) * partitions
    fields = {"src": _dev(dtype, total), "dst": pattern}
    legal = offsets.min() >= 0 and offsets.max() + size <= 2048 and start + partitions <= 4
    if legal:
        _check(Opcode.DMA_LOAD, fields, config)
    else:
        error = _refused(Opcode.DMA_LOAD, fields, Trap.OUT_OF_RANGE, "dst: partitions",
                         config=config)  # fmt: skip
        assert error.address == offset


def test_a_multiply_fits_the_stationary_matrix_it_finds():
    config, opcode = get_config("tiny"), Opcode.MULTIPLY_MOVING
    fields = decode(encode(opcode, LEGAL[opcode])).fields
    check(config, opcode, fields, stationary=MatmulKind.FLOAT)
    for kind in (MatmulKind.FP32, MatmulKind.INTEGER, MatmulKind.PATTERN):
        message = f"src is of kind FLOAT, .* of {kind.name}"
        with pytest.raises(OperandError, match=message) as caught:
            check(config, opcode, fields, stationary=kind)
        assert caught.value.cause is Trap.BAD_OPERAND
