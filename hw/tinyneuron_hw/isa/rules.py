"""Which resolved operands are legal: the reference for the hardware's checker.

Golden model and firmware call :func:`check`; the sequencer's checker and the DMA front end are
tested against it. Order: every BAD_OPERAND rule of every operand first, then OUT_OF_RANGE of the
on-chip operands in slot order (a, b, c, scalar0, scalar1). Of a DMA instruction the front end then
compares the element counts of both sides (BAD_OPERAND), and last come its device patterns, but for
the rows that an index tensor chooses: those are checked when they are moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..config import INSTRUCTION_BYTES, CoreConfig
from ..formats import FORMATS, DType
from .access import ApRange, pattern_range
from .csr import Trap
from .matmul import (
    FP8_DTYPES,
    MATMUL_DTYPES,
    RESULT_DTYPES,
    MatmulKind,
    element_bytes,
    matmul_kind,
)
from .opcodes import (
    IDENTITIES,
    INDEXED_OPCODES,
    REGISTER_MOVES,
    TRANSFER_OPCODES,
    ActivationFunction,
    AluOp,
    Opcode,
    OperandKind,
    RoundMode,
    Space,
)
from .operand_error import OperandError
from .operand_error import bad as _bad
from .roles import DEVICE, PATTERNS, SCALARS, STOCHASTIC_OPCODES, Role
from .rules_accumulate import SUBJECTS, check_accumulation
from .rules_eight import EIGHT_OPCODES, check_eight
from .rules_indexed import check_indexed, check_indexed_counts
from .rules_list import ENTRY_BYTES, check_list_address, check_lists, list_path
from .rules_operations import check_operations
from .rules_random import check_seed
from .rules_registers import check_move, check_move_address
from .rules_reshape import RESHAPE_OPCODES, check_reshape
from .rules_ring import check_ring, check_ring_address
from .rules_scalar import TABLE_OPCODES, check_activate, check_table
from .rules_transfer import accumulates, check_aligned, check_matrices

__all__ = [
    "CAST_DTYPES",
    "DMA_CAST_DTYPES",
    "MAX_DMA_ELEMENTS",
    "MAX_ELEMENTS",
    "OperandError",
    "check",
    "check_stationary",
    "device_dims",
    "on_chip_dims",
    "start_granule",
]

MAX_ELEMENTS = 1 << 20
"""Largest element count of an on-chip pattern."""
MAX_DMA_ELEMENTS = (1 << 32) - 1
"""Largest element count of a device pattern."""
CAST_DTYPES = tuple(DType)
"""Types that Vector and Scalar convert."""
DMA_CAST_DTYPES = (DType.FP32, DType.BF16, DType.FP16, DType.INT32)
"""Types that DMA converts; it moves every type."""
ALU_OPS = tuple(AluOp)
REDUCE_OPS = tuple(IDENTITIES)


def start_granule(config: CoreConfig, num_partitions: int) -> int:
    """A lane operand's start partition must be a multiple of this: all partitions when more than
    half are used, half when more than a quarter, else a quarter."""
    quadrant = config.quadrant
    return quadrant * (
        4 if num_partitions > 2 * quadrant else 2 if num_partitions > quadrant else 1
    )


def on_chip_dims(fields: Mapping[str, Any], path: str) -> list[tuple[int, int]]:
    """(stride in elements, size) of an access pattern, innermost first."""
    return [(fields[f"{path}.dims.{i}.stride"], fields[f"{path}.dims.{i}.size"]) for i in range(4)]


device_dims = on_chip_dims
"""(stride in bytes, size) of a device pattern, innermost first."""


def check(
    config: CoreConfig,
    opcode: Opcode,
    fields: Mapping[str, Any],
    device_address: Callable[[str], int] | None = None,
    window_allows: Callable[[int, int, bool], bool] | None = None,
    stationary: MatmulKind | None = None,
) -> None:
    """Raise :class:`OperandError` unless a resolved data instruction is legal.

    ``fields`` maps dotted paths to resolved values. ``device_address(path)`` gives the resolved
    start address of a device pattern; ``window_allows(low, high, is_write)`` says whether the
    bytes may be accessed. Without them device patterns are only checked for shape.
    ``stationary`` is the kind of the stationary matrix that a MULTIPLY_MOVING finds; None when
    that is not known here.
    """
    roles = PATTERNS.get(opcode, ())
    ranges = {role.path: _check_pattern(config, opcode, fields, role) for role in roles}
    scalars = [
        path
        for path in SCALARS.get(opcode, ())
        if fields[f"{path}.kind"] == OperandKind.PER_PARTITION
    ]
    for path in scalars:
        _check_scalar(config, fields, path, fields[f"{roles[0].path}.num_partitions"])
    devices = {path: _check_device(fields, path) for path in DEVICE.get(opcode, ())}
    _check_opcode(config, opcode, fields, ranges)
    if opcode is Opcode.MULTIPLY_MOVING and stationary is not None:
        check_stationary(fields, stationary)
    for role in roles:
        _check_bounds(config, fields, role.path, ranges[role.path])
    for path in scalars:
        size = FORMATS[DType(fields[f"{path}.dtype"])].bytes
        start = fields[f"{path}.value"]
        _check_bounds(
            config,
            fields,
            path,
            ApRange(start, start + size, 1),
            fields[f"{roles[0].path}.num_partitions"],
        )
    if opcode in INDEXED_OPCODES:
        check_indexed_counts(fields, ranges, devices)
        return
    if opcode in TRANSFER_OPCODES:
        _check_dma_counts(fields, ranges, devices)
        check_list_address(opcode, fields, device_address)
        check_aligned(fields, device_address)
    if opcode in REGISTER_MOVES and device_address is not None:
        check_move_address(opcode, device_address)
    if opcode is Opcode.DMA_RING and device_address is not None:
        check_ring_address(device_address("ring"))
        size = INSTRUCTION_BYTES * fields["ring.entries"]
        devices["ring"] = ApRange(0, size, fields["ring.entries"])
    if device_address is not None and window_allows is not None:
        for path, extent in devices.items():
            start = device_address(path)
            low, high = start + extent.low, start + extent.high
            writes = path == "dst" and path != list_path(opcode, fields)
            ways = {writes, writes and not accumulates(fields)}
            if low < 0 or not all(window_allows(low, high, is_write) for is_write in ways):
                raise OperandError(
                    f"{path}: device bytes 0x{low:x}..0x{high:x} are outside the program's windows",
                    Trap.OUT_OF_RANGE,
                    start & (1 << 48) - 1,
                )


def check_stationary(fields: Mapping[str, Any], stationary: MatmulKind) -> None:
    """Raise :class:`OperandError` unless a MULTIPLY_MOVING fits the stationary matrix it finds."""
    kind = matmul_kind(fields)
    if kind is not stationary:
        raise _bad(f"src is of kind {kind.name}, the stationary matrix of {stationary.name}")


def _check_pattern(
    config: CoreConfig, opcode: Opcode, fields: Mapping[str, Any], role: Role
) -> ApRange:
    path = role.path
    space, count = fields[f"{path}.space"], fields[f"{path}.num_partitions"]
    if space not in role.spaces:
        raise _bad(f"{path}: must not be in {space.name}")
    if count < 1:
        raise _bad(f"{path}: num_partitions must be at least 1")
    if role.lanes == "lane":
        _check_lanes(config, path, fields[f"{path}.start_partition"], count)
    size = element_bytes(opcode, fields, path)
    if role.lanes != "dma" and fields[f"{path}.offset"] % size:
        raise _bad(f"{path}: offset {fields[f'{path}.offset']} is not a multiple of {size} bytes")
    dims = on_chip_dims(fields, path)
    if any(extent < 1 for _, extent in dims):
        raise _bad(f"{path}: every dimension must have size at least 1")
    extent = pattern_range(fields[f"{path}.offset"], dims, size, size)
    if extent.count > MAX_ELEMENTS:
        raise _bad(f"{path}: {extent.count} elements exceed {MAX_ELEMENTS}")
    return extent


def _check_lanes(config: CoreConfig, path: str, start: int, count: int) -> None:
    if count > config.partitions:
        raise _bad(f"{path}: {count} partitions exceed the {config.partitions} lanes")
    granule = start_granule(config, count)
    if start % granule:
        raise _bad(
            f"{path}: start partition of {count} partitions must be a multiple of "
            f"{granule}, not {start}"
        )


def _check_scalar(config: CoreConfig, fields: Mapping[str, Any], path: str, count: int) -> None:
    dtype = fields[f"{path}.dtype"]
    if dtype not in [d.value for d in CAST_DTYPES]:
        raise _bad(f"{path}: dtype code {dtype} is not a type of a scalar operand")
    _check_lanes(config, path, fields[f"{path}.start_partition"], count)
    size = FORMATS[DType(dtype)].bytes
    if fields[f"{path}.value"] % size:
        raise _bad(f"{path}: offset {fields[f'{path}.value']} is not a multiple of {size} bytes")


def _check_device(fields: Mapping[str, Any], path: str) -> ApRange:
    dims = device_dims(fields, path)
    if any(size < 1 for _, size in dims):
        raise _bad(f"{path}: every dimension must have size at least 1")
    if fields[f"{path}.list"]:
        return ApRange(0, ENTRY_BYTES * dims[0][1], dims[0][1])
    return pattern_range(0, dims, 1, FORMATS[fields[f"{path}.dtype"]].bytes)


def _check_bounds(
    config: CoreConfig,
    fields: Mapping[str, Any],
    path: str,
    extent: ApRange,
    count: int | None = None,
) -> None:
    space = fields[f"{path}.space"]
    count = fields[f"{path}.num_partitions"] if count is None else count
    in_psum = space == Space.PSUM
    partitions = config.columns if in_psum else config.partitions
    size = config.psum_partition_bytes if in_psum else config.sbuf_partition_bytes
    start = fields[f"{path}.start_partition"]
    if start + count > partitions or extent.low < 0 or extent.high > size:
        offset = fields.get(f"{path}.offset", fields.get(f"{path}.value"))
        raise OperandError(
            f"{path}: partitions {start}..{start + count - 1}, "
            f"bytes {extent.low}..{extent.high - 1}"
            f" are outside {space.name} ({partitions} partitions of {size} bytes)",
            Trap.OUT_OF_RANGE,
            offset,
        )


def _check_opcode(
    config: CoreConfig,
    opcode: Opcode,
    fields: Mapping[str, Any],
    ranges: Mapping[str, ApRange],
) -> None:
    mode = fields.get("round_mode", RoundMode.NEAREST_EVEN)
    if mode != RoundMode.NEAREST_EVEN and opcode not in STOCHASTIC_OPCODES:
        raise _bad(f"round_mode: {opcode.name} has only NEAREST_EVEN")
    if opcode is Opcode.DMA_RING:
        _check_queue(config, fields)
        check_ring(fields)
    elif opcode in TRANSFER_OPCODES:
        _check_queue(config, fields)
        _check_dma(fields)
        check_lists(opcode, fields)
        if opcode in INDEXED_OPCODES:
            check_indexed(fields)
    elif opcode in REGISTER_MOVES:
        check_move(opcode, fields)
    elif opcode is Opcode.LOAD_STATIONARY:
        _check_matmul_source(fields)
        last = fields["column_start"] + ranges["src"].count
        if last > config.columns:
            raise _bad(f"column_start + elements is {last}, beyond {config.columns} columns")
    elif opcode is Opcode.MULTIPLY_MOVING:
        _check_matmul(config, fields, ranges)
    elif opcode in RESHAPE_OPCODES:
        check_reshape(config, opcode, fields, ranges)
    elif opcode in TABLE_OPCODES:
        check_table(opcode, fields, ranges)
    elif opcode in PATTERNS:
        _check_lane_opcode(opcode, fields, ranges)


def _check_types(
    fields: Mapping[str, Any], paths: tuple[str, ...], allowed: tuple[DType, ...]
) -> None:
    for path in paths:
        if fields[f"{path}.dtype"] not in allowed:
            raise _bad(
                f"{path}: dtype {FORMATS[fields[f'{path}.dtype']].name} is not one of "
                + ", ".join(FORMATS[dtype].name for dtype in allowed)
            )


def _check_matmul_source(fields: Mapping[str, Any]) -> MatmulKind:
    kind = matmul_kind(fields)
    _check_types(fields, ("src",), MATMUL_DTYPES[kind])
    bias = fields["exponent_bias"]
    if bias and (kind is not MatmulKind.FLOAT or fields["src.dtype"] not in FP8_DTYPES):
        name = FORMATS[fields["src.dtype"]].name
        raise _bad(f"exponent_bias must be 0 for elements of {name}, not {bias}")
    return kind


def _check_matmul(
    config: CoreConfig, fields: Mapping[str, Any], ranges: Mapping[str, ApRange]
) -> None:
    kind = _check_matmul_source(fields)
    _check_types(fields, ("dst",), RESULT_DTYPES[kind])
    highest = 0 if kind is MatmulKind.PATTERN else 1
    if fields["accumulate"] > highest:
        rule = "0 or 1" if highest else "0 in a transpose"
        raise _bad(f"accumulate must be {rule}, not {fields['accumulate']}")
    if ranges["src"].count != ranges["dst"].count:
        raise _bad(f"src has {ranges['src'].count} elements, dst {ranges['dst'].count}")
    if ranges["dst"].count > config.psum_bank_words:
        raise _bad(
            f"{ranges['dst'].count} elements exceed one PSUM bank ({config.psum_bank_words})"
        )
    bank = config.psum_bank_bytes
    if ranges["dst"].low // bank != (ranges["dst"].high - 1) // bank:
        raise _bad("dst must lie in one PSUM bank")


def _check_lane_opcode(
    opcode: Opcode, fields: Mapping[str, Any], ranges: Mapping[str, ApRange]
) -> None:
    paths = tuple(ranges)
    if len({fields[f"{path}.num_partitions"] for path in paths}) > 1:
        raise _bad("operands must have the same num_partitions")
    check_operations(fields, paths, SCALARS.get(opcode, ()))
    if opcode is Opcode.TENSOR_REDUCE:
        depth = fields["reduce_dims"]
        if not 1 <= depth <= 4:
            raise _bad(f"reduce_dims must be from 1 to 4, not {depth}")
        reduced = 1
        for _, size in on_chip_dims(fields, "in0")[:depth]:
            reduced *= size
        if ranges["dst"].count * reduced != ranges["in0"].count:
            raise _bad(
                f"dst has {ranges['dst'].count} elements, the reduction gives "
                f"{ranges['in0'].count // reduced}"
            )
        if fields["op"] not in REDUCE_OPS:
            raise _bad(f"op: {fields['op'].name} is no reduction")
    elif opcode in EIGHT_OPCODES:
        check_eight(opcode, fields, ranges)
    elif opcode is Opcode.SET_SEED:
        check_seed(fields, ranges)
    elif len({extent.count for extent in ranges.values()}) > 1:
        counts = ", ".join(f"{path} {extent.count}" for path, extent in ranges.items())
        raise _bad(f"element counts differ: {counts}")
    if opcode in SUBJECTS:
        check_accumulation(opcode, fields, ranges)
    elif opcode is Opcode.ACTIVATE:
        check_activate(fields)
    for name, allowed in (
        ("op", ALU_OPS),
        ("op0", ALU_OPS),
        ("op1", ALU_OPS),
        ("function", tuple(ActivationFunction)),
    ):
        if name in fields and fields[name] not in allowed:
            raise _bad(f"{name}: {fields[name]} is not implemented")


def _check_queue(config: CoreConfig, fields: Mapping[str, Any]) -> None:
    if fields["queue"] >= config.dma_engines:
        raise _bad(f"queue {fields['queue']} does not exist: {config.dma_engines} DMA engines")


def _check_dma(fields: Mapping[str, Any]) -> None:
    if fields["src.dtype"] != fields["dst.dtype"]:
        _check_types(fields, ("src", "dst"), DMA_CAST_DTYPES)
    elif accumulates(fields):
        _check_types(fields, ("dst",), DMA_CAST_DTYPES)
    check_matrices(fields)


def _check_dma_counts(
    fields: Mapping[str, Any], ranges: Mapping[str, ApRange], devices: Mapping[str, ApRange]
) -> None:
    counts = {path: extent.count for path, extent in devices.items()}
    for path, count in counts.items():
        if count > MAX_DMA_ELEMENTS:
            raise _bad(f"{path}: {count} elements exceed {MAX_DMA_ELEMENTS}")
    for path, extent in ranges.items():
        counts[path] = extent.count * fields[f"{path}.num_partitions"]
    listed = any(fields[f"{path}.list"] for path in devices)
    if counts["src"] != counts["dst"] and not listed:
        raise _bad(f"src has {counts['src']} elements, dst {counts['dst']}")
