"""``nki.isa`` on the Tensor engine: matrix products and transposes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.access import pattern_range
from tinyneuron_hw.isa.matmul import FP8_DTYPES, MATMUL_DTYPES, RESULT_DTYPES, MatmulKind
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream

from ..lower.ir import TileRef
from .checks import on_chip
from .creation import shared_identity_matrix
from .engines import engine, matmul_perf_mode
from .handle import instruction
from .later import needs
from .moves import vector_transpose
from .registers import VirtualRegister, as_operand
from .tensor import Tensor
from .trace import KernelError, current, emit
from .transfer import dma_copy

__all__ = ["nc_matmul", "nc_transpose"]

_PAIR = 2
Engine, PerfMode = engine, matmul_perf_mode
"""The enumerations where a parameter has the public name."""


@instruction
def nc_matmul(
    dst: Tensor, stationary: Tensor, moving: Tensor, is_stationary_onezero: bool = False,
    is_moving_onezero: bool = False, is_transpose: bool = False,
    accumulate: bool | VirtualRegister | None = None, tile_position: Sequence[int] = (),
    tile_size: Sequence[int] = (), perf_mode: matmul_perf_mode = matmul_perf_mode.none,
    name: str | None = None, *, stationary_bias: int = 0, moving_bias: int = 0,
) -> None:  # fmt: skip
    """``dst (+)= stationary.T @ moving``: stationary ``[K, M]`` and moving ``[K, N...]`` in SBUF,
    ``dst`` ``[M, N...]`` in one PSUM bank.

    Types: bfloat16, float16, tf32 and FP8 in any mixture, or both float32 (a quarter of the rate),
    with ``dst`` float32; int8 and uint8 in any mixture, with one more axis of 2 innermost (``[K, M,
    2]`` and ``[K, N..., 2]``: pairs of rows that are multiplied together, at twice the rate) and
    ``dst`` int32. ``stationary_bias`` and ``moving_bias`` are exponent biases of FP8 operands (0:
    the type's own).

    ``accumulate=None``: the first matmul that writes this region of the tile overwrites, later
    ones add, until an instruction other than a matmul writes the tile. It must be said where a loop
    or branch of the core stands in between; there it may be a register that holds 0 or 1.

    ``is_transpose``: ``dst`` gets the bit patterns of ``stationary`` that a 0/1 matrix ``moving``
    selects, unchanged; it never accumulates. Types of 1 or 2 bytes; with float32, an ordinary
    product, as on NeuronCore-v2.

    ``is_stationary_onezero`` and ``is_moving_onezero`` are hints, and ``tile_position`` and
    ``tile_size`` say which rows of the array work: neither changes a result.
    """
    call = "nc_matmul"
    if perf_mode is not PerfMode.none:
        raise needs(3, f"{call} with perf_mode={perf_mode!r}")
    left = on_chip(call, "stationary", stationary, spaces=(Space.SBUF,))
    right = on_chip(call, "moving", moving, spaces=(Space.SBUF,))
    out = on_chip(call, "dst", dst, spaces=(Space.PSUM,))
    _check_tile(call, tuple(tile_position), tuple(tile_size), left)
    if DType.FP32 in (left.dtype, right.dtype) and is_transpose:
        is_transpose, accumulate = False, accumulate or False
    kind = _kind(call, left.dtype, right.dtype, is_transpose)
    _check_result(call, out.dtype, kind)
    pair = _PAIR if kind is MatmulKind.INTEGER else 1
    if pair > 1:
        _check_pairs(call, stationary=stationary, moving=moving)
    _check_shapes(call, out, left, right, left.per_partition // pair, right.per_partition // pair)
    biases = {"stationary": (left, stationary_bias), "moving": (right, moving_bias)}
    for role, (ref, bias) in biases.items():
        if not 0 <= bias < 64 or (bias and ref.dtype not in FP8_DTYPES):
            raise KernelError(f"{call}: {role}_bias must be 0, or for FP8 from 1 to 63, not {bias}")
    group = current().written.setdefault(out.base, set())
    region = (out.start_partition, out.num_partitions, out.offset, out.dims, out.shift, out.kind)
    if is_transpose and accumulate is not None and accumulate is not False:
        raise KernelError(f"{call}: a transpose does not accumulate")
    if accumulate is None and not is_transpose:
        _check_group(call, out)
        accumulate = region in group
    group.add(region)
    flag = _flag(call, accumulate)
    transpose = int(is_transpose)
    emit(
        Opcode.LOAD_STATIONARY, {"src": left}, {},
        {"column_start": out.start_partition, "transpose": transpose,
         "exponent_bias": stationary_bias}, Stream.TENSOR,
    )  # fmt: skip
    emit(
        Opcode.MULTIPLY_MOVING, {"src": right}, {"dst": out},
        {"accumulate": flag, "transpose": transpose, "exponent_bias": moving_bias},
        Stream.TENSOR,
    )  # fmt: skip


@instruction
def nc_transpose(
    dst: Tensor, data: Tensor, engine: engine = engine.unknown, name: str | None = None
) -> None:
    """``dst[F, P] = data[P, F].T``, of the same type. Bits stay as they are, NaN payloads too.
    Floats may also go to a float32 ``dst`` on the Tensor engine, as on NeuronCore-v2: by a product
    with the unit matrix, which has no -0 and is NaN where data of the same column is not finite.

    On the Tensor engine: ``data`` in SBUF with at most as many free elements as there are columns,
    ``dst`` in PSUM; types of 4 bytes pass in two halves. On the Vector engine: any memory, at most
    a quarter of the partitions in both directions. Unless ``engine`` says so, the memories decide.
    """
    call = "nc_transpose"
    if engine not in (Engine.unknown, Engine.vector, Engine.tensor):
        raise KernelError(f"{call}: engine must be unknown, vector or tensor, not {engine!r}")
    turns = on_chip(call, "data", data).base.space is Space.SBUF
    turns = turns and on_chip(call, "dst", dst).base.space is Space.PSUM
    if engine is Engine.vector or (engine is Engine.unknown and not turns):
        vector_transpose(dst, data)
        return
    source = on_chip(call, "data", data, spaces=(Space.SBUF,))
    target = on_chip(call, "dst", dst, spaces=(Space.PSUM,))
    dtype = source.dtype
    if target.dtype is DType.FP32 is not dtype and dtype in MATMUL_DTYPES[MatmulKind.FLOAT]:
        rows = slice(source.start_partition, source.start_partition + source.num_partitions)
        unit = shared_identity_matrix(rows.stop, DType.BF16)[rows, rows]
        nc_matmul(dst, data, unit, accumulate=False)
        return
    if target.dtype is not dtype:
        names = FORMATS[target.dtype].name, FORMATS[dtype].name
        raise KernelError(f"{call}: dst must be of data's type: {names[0]} and {names[1]}")
    rows = source.num_partitions
    unit = on_chip(call, "identity", _identity(source.start_partition + rows))
    moving = TileRef(unit.base, source.start_partition, rows, source.start_partition, ((1, rows),))
    _check_shapes(call, target, source, moving, source.per_partition, rows)
    current().forget(target.base)
    for part in (0, 1) if FORMATS[dtype].bytes == 4 else (None,):
        parts = {} if part is None else {"src": part}
        emit(Opcode.LOAD_STATIONARY, {"src": source}, {},
             {"column_start": target.start_partition, "transpose": 1}, Stream.TENSOR,
             parts)  # fmt: skip
        parts = {} if part is None else {"dst": part}
        emit(Opcode.MULTIPLY_MOVING, {"src": moving}, {"dst": target},
             {"accumulate": 0, "transpose": 1}, Stream.TENSOR, parts)  # fmt: skip


def _check_tile(
    call: str, position: tuple[int, ...], size: tuple[int, ...], stationary: TileRef
) -> None:
    """The part of the array that a matmul asks for must be one, and hold the stationary tile."""
    if not position and not size:
        return
    rows, columns = current().config.partitions, current().config.columns
    if len(position) != 2 or len(size) != 2:
        raise KernelError(f"{call}: tile_position and tile_size come together, two numbers each, "
                          f"not {position} and {size}")  # fmt: skip
    if size[0] not in (rows, rows // 2):
        raise needs(3, f"{call} with {size[0]} rows in tile_size; all {rows} or half of them here")
    if size[1] != columns or position[1] != 0:
        raise KernelError(f"{call}: tile_size must have all {columns} columns and tile_position "
                          f"column 0, not {size} and {position}")  # fmt: skip
    if position[0] % size[0] or not 0 <= position[0] < rows:
        raise KernelError(f"{call}: tile_position must be a multiple of {size[0]} below {rows}, "
                          f"not {position[0]}")  # fmt: skip
    if stationary.num_partitions > size[0]:
        raise KernelError(f"{call}: stationary has {stationary.num_partitions} rows, tile_size "
                          f"{size[0]}")  # fmt: skip


def _check_group(call: str, out: TileRef) -> None:
    trace = current()
    if out.base.region is not trace.region or out.base in trace.interrupted:
        raise KernelError(f"{call}: accumulate must be said for {out.base.name}, which was made "
                          "outside this loop or branch, or written before one")  # fmt: skip


def _flag(call: str, accumulate: bool | VirtualRegister | None) -> int | VirtualRegister:
    if not isinstance(accumulate, VirtualRegister):
        return int(bool(accumulate))
    if not 0 <= accumulate.low <= accumulate.high <= 1:
        raise KernelError(f"{call}: accumulate must be known to be 0 or 1: a comparison, or "
                          f"nl.bounded(register, 0, 1), not {accumulate!r}")  # fmt: skip
    as_operand(accumulate)
    return accumulate if accumulate.low < accumulate.high else accumulate.low


def _identity(rows: int) -> Tensor:
    """The unit matrix in SBUF, loaded once a kernel."""
    trace = current()
    tile = trace.identity
    if tile is None:
        size = trace.config.partitions
        data = np.eye(size, dtype=np.uint8)
        source = trace.new_tensor(data.shape, DType.UINT8, "constant", "identity", data.tobytes())
        tile = trace.new_tile(data.shape, DType.UINT8, Space.SBUF, "identity")
        tile.region = None
        trace.identity = tile
        trace.before_regions(lambda: dma_copy(Tensor.whole(tile), Tensor.whole(source)))
    return Tensor.whole(tile)[:rows]


def _kind(call: str, left: DType, right: DType, transpose: bool) -> MatmulKind:
    names = f"{FORMATS[left].name} and {FORMATS[right].name}"
    if transpose:
        kinds = [MatmulKind.PATTERN]
    else:
        kinds = [MatmulKind.FLOAT, MatmulKind.FP32, MatmulKind.INTEGER]
    for kind in kinds:
        if left in MATMUL_DTYPES[kind] and right in MATMUL_DTYPES[kind]:
            return kind
    allowed = "; ".join(", ".join(FORMATS[d].name for d in MATMUL_DTYPES[k]) for k in kinds)
    raise KernelError(
        f"{call}: stationary and moving must be of one group ({allowed}), not {names}"
    )


def _check_result(call: str, dtype: DType, kind: MatmulKind) -> None:
    if dtype not in RESULT_DTYPES[kind]:
        allowed = ", ".join(FORMATS[item].name for item in RESULT_DTYPES[kind])
        raise KernelError(f"{call}: dst must be {allowed}, not {FORMATS[dtype].name}")


def _check_pairs(call: str, **operands: Tensor) -> None:
    for role, tensor in operands.items():
        axes = zip(tensor.strides[1:-1], tensor.shape[1:-1], strict=True)
        moves = () if tensor.shift is None else (tensor.shift.scale,)
        steps = (tensor.origin, *moves, *(step for step, size in axes if size > 1))
        if tensor.ndim < 3 or tensor.shape[-1] != _PAIR or tensor.strides[-1] != 1:
            raise KernelError(f"{call}: {role} of integers must end in an axis of 2 with stride 1: "
                              f"{tensor!r}")  # fmt: skip
        if any(step % _PAIR for step in steps):
            raise KernelError(f"{call}: {role}: pairs of integers must start at even bytes: "
                              f"offset and strides {steps}")  # fmt: skip


def _check_shapes(call: str, out: TileRef, left: TileRef, right: TileRef, m: int, n: int) -> None:
    config = current().config
    rows = [f"{ref.num_partitions} from {ref.start_partition}" for ref in (left, right)]
    places = [(ref.num_partitions, ref.start_partition) for ref in (left, right)]
    if places[0] != places[1]:
        raise KernelError(f"{call}: stationary and moving must be on the same partitions: "
                          f"{rows[0]} and {rows[1]}")  # fmt: skip
    if m > config.columns or n > config.psum_bank_words:
        raise KernelError(f"{call}: M x N is {m} x {n}, at most {config.columns} x "
                          f"{config.psum_bank_words} fit")  # fmt: skip
    if (out.num_partitions, out.per_partition) != (m, n):
        raise KernelError(f"{call}: dst must be [{m}, {n}], not "
                          f"[{out.num_partitions}, {out.per_partition}]")  # fmt: skip
    _check_bank(call, out)


def _check_bank(call: str, out: TileRef) -> None:
    """``out`` must be in one bank, wherever a register moves it: with all of its places, or with
    each of them, if it moves in steps that it fits into and that fill a bank."""
    size, bank = FORMATS[out.dtype].bytes, current().config.psum_bank_bytes
    moves = (out.shift.low, out.shift.high, out.shift.scale) if out.shift else (0, 0, 0)
    first, last = (
        pattern_range(size * (out.offset + move), out.dims[::-1], size, size) for move in moves[:2]
    )
    step = math.gcd(size * moves[2], bank)
    alone = first.low % step + first.high - first.low <= step
    if first.low // bank != (last.high - 1) // bank and not alone:
        raise KernelError(f"{call}: dst must lie in one bank of {bank} bytes, not in "
                          f"bytes {first.low} ... {last.high - 1} of its tile")  # fmt: skip
