"""What the lane opcodes do to memory, in NumPy, from the rules of the contract."""

from fractions import Fraction

import ml_dtypes
import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.float.random import VECTOR_ENGINE, reset_state
from tinyneuron_hw.formats import CANONICAL_NAN, FORMATS, DType
from tinyneuron_hw.isa.access import element_offsets
from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import (
    RAW_OPS,
    UNARY_OPS,
    AluOp,
    OperandKind,
    RoundMode,
    Space,
)
from tinyneuron_hw.isa.rules import on_chip_dims
from tinyneuron_sim.golden.numerics import from_float32

from . import reference_moves as moves
from .reference_chains import Chains

NUMPY = {
    DType.FP32: np.float32, DType.TF32: np.float32, DType.BF16: ml_dtypes.bfloat16,
    DType.FP16: np.float16, DType.FP8_E5M2: ml_dtypes.float8_e5m2,
    DType.FP8_E4M3: ml_dtypes.float8_e4m3, DType.FP8_E3M4: ml_dtypes.float8_e3m4,
    DType.INT32: np.int32, DType.INT16: np.int16, DType.INT8: np.int8, DType.UINT32: np.uint32,
    DType.UINT16: np.uint16, DType.UINT8: np.uint8,
}  # fmt: skip
EXTREMES = (AluOp.MAX, AluOp.MIN, AluOp.ABS_MAX, AluOp.ABS_MIN)
TRUTHS = {
    AluOp.EQUAL: np.equal, AluOp.NOT_EQUAL: np.not_equal, AluOp.GREATER: np.greater,
    AluOp.GREATER_EQUAL: np.greater_equal, AluOp.LESS: np.less, AluOp.LESS_EQUAL: np.less_equal,
    AluOp.LOGICAL_AND: np.logical_and, AluOp.LOGICAL_OR: np.logical_or,
    AluOp.LOGICAL_XOR: np.logical_xor, AluOp.LOGICAL_NOT: lambda a, _: np.logical_not(a),
}  # fmt: skip
OPERATIONS = {
    AluOp.ADD: np.add, AluOp.SUBTRACT: np.subtract, AluOp.MULTIPLY: np.multiply,
    AluOp.ABS: lambda a, _: np.abs(a), AluOp.SQUARE: lambda a, _: a * a, AluOp.DIVIDE: np.divide,
    AluOp.SQRT: lambda a, _: np.sqrt(a), AluOp.RECIPROCAL: lambda a, _: np.float32(1) / a,
    AluOp.RSQRT: lambda a, _: (1 / np.sqrt(a.astype(np.longdouble))).astype(np.float32),
}  # fmt: skip
START = {
    AluOp.ADD: 0.0, AluOp.MULTIPLY: 1.0, AluOp.MAX: -np.inf, AluOp.MIN: np.inf,
    AluOp.LOGICAL_AND: 1.0, AluOp.LOGICAL_OR: 0.0, AluOp.LOGICAL_XOR: 0.0,
}  # fmt: skip


def canonical(x: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(x), np.uint32(CANONICAL_NAN).view(np.float32), x).astype(np.float32)


def extreme(a: np.ndarray, b: np.ndarray, *, minimum: bool) -> np.ndarray:
    """IEEE 754-2019 minimum or maximum."""
    pick = np.minimum(a, b) if minimum else np.maximum(a, b)
    zeros = (a == 0) & (b == 0)
    signs = (np.signbit(a) | np.signbit(b)) if minimum else (np.signbit(a) & np.signbit(b))
    return canonical(np.where(zeros, np.where(signs, np.float32(-0.0), np.float32(0.0)), pick))


def alu(op: AluOp, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = np.broadcast_arrays(a, b)
    if op is AluOp.BYPASS:
        return a
    if op in (AluOp.ABS_MAX, AluOp.ABS_MIN):
        a, b = np.abs(a), np.abs(b)
    if op in EXTREMES:
        return extreme(a, b, minimum=op in (AluOp.MIN, AluOp.ABS_MIN))
    if op in TRUTHS:
        return TRUTHS[op](a, b).astype(np.float32)
    if op is AluOp.RELU:
        return canonical(np.where(a <= 0, np.float32(0), a))
    if op is AluOp.MOD:
        return modulo(a, b)
    return canonical(OPERATIONS[op](a, b))


def modulo(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """As Python's % of exact fractions, then rounded; NumPy's for what is not finite."""
    result = np.array(np.mod(a, b), np.float32, ndmin=1)
    for place in np.ndindex(result.shape):
        x, y = a[place], b[place]
        if np.isfinite(x) and np.isfinite(y) and y:
            exact = Fraction(float(x)) % Fraction(float(y))
            result[place] = np.copysign(nearest(exact), y)
    return canonical(result.reshape(a.shape))


def nearest(value: Fraction) -> np.float32:
    """The float32 next to a fraction, ties to even."""
    guess = np.float32(float(value))
    near = [guess, *(np.nextafter(guess, np.float32(way)) for way in (-np.inf, np.inf))]
    near = [x for x in near if np.isfinite(x)]  # a remainder does not overflow
    return min(near, key=lambda x: (abs(Fraction(float(x)) - value), int(x.view(np.uint32)) & 1))


def raw_alu(op: AluOp, a: int, b: int, bits: int) -> int:
    """An operation on the bits of two integers."""
    mask = (1 << bits) - 1
    a, b = a & mask, b & mask
    signed = a - ((a >> (bits - 1)) << bits)
    return {
        AluOp.BYPASS: lambda: a,
        AluOp.BITWISE_AND: lambda: a & b,
        AluOp.BITWISE_OR: lambda: a | b,
        AluOp.BITWISE_XOR: lambda: a ^ b,
        AluOp.BITWISE_NOT: lambda: ~a & mask,
        AluOp.SHIFT_LEFT: lambda: (a << min(b, bits)) & mask,
        AluOp.SHIFT_RIGHT: lambda: a >> min(b, bits),
        AluOp.SHIFT_RIGHT_ARITHMETIC: lambda: (signed >> min(b, bits)) & mask,
    }[op]()


def widen(raw: np.ndarray, dtype: DType) -> np.ndarray:
    if dtype is DType.BOOL:
        return (raw != 0).astype(np.float32)
    values = raw.view(NUMPY[dtype]).astype(np.float32)
    if dtype is DType.TF32:
        return np.where(np.isnan(values), values, (raw & 0xFFFF_E000).view(np.float32))
    return values


def narrow(values: np.ndarray, dtype: DType) -> np.ndarray:
    fmt = FORMATS[dtype]
    if dtype is DType.BOOL:
        return (values != 0).astype(np.uint8)
    if not fmt.is_float:
        exact = np.nan_to_num(np.rint(values.astype(np.float64)), posinf=2.0**40, neginf=-(2.0**40))
        limits = np.iinfo(NUMPY[dtype])
        return np.clip(exact, limits.min, limits.max).astype(NUMPY[dtype]).view(f"u{fmt.bytes}")
    if dtype is DType.TF32:
        bits = values.astype(np.float32).view(np.uint32).astype(np.uint64)
        bits = ((bits + 0xFFF + (bits >> 13 & 1)) & 0xFFFF_E000).astype(np.uint32)
        return np.where(np.isnan(values), np.uint32(CANONICAL_NAN), bits)
    raw = values.astype(NUMPY[dtype]).view(f"u{fmt.bytes}")
    return np.where(np.isnan(values), fmt.canonical_nan, raw).astype(raw.dtype)


def reduce(op: AluOp, values: np.ndarray) -> np.ndarray:
    """float32[p, groups] of float32[p, groups, elements]."""
    partials = [np.full(values.shape[:2], START[op], np.float32) for _ in range(8)]
    for j in range(values.shape[2]):
        partials[j % 8] = alu(op, partials[j % 8], values[:, :, j])
    return tree(op, partials)


def tree(op: AluOp, p: list[np.ndarray]) -> np.ndarray:
    """Eight partial results combined."""
    low = alu(op, alu(op, p[0], p[1]), alu(op, p[2], p[3]))
    high = alu(op, alu(op, p[4], p[5]), alu(op, p[6], p[7]))
    return alu(op, low, high)


def raw_array(op: AluOp, a: np.ndarray, b: np.ndarray, *, swap: bool = False) -> np.ndarray:
    """``a op b`` on the bits of ``a``'s type."""
    bits = 8 * a.dtype.itemsize
    pairs = zip(a.reshape(-1).tolist(), np.broadcast_to(b, a.shape).reshape(-1).tolist(),
                strict=True)  # fmt: skip
    results = [raw_alu(op, *((y, x) if swap else (x, y)), bits) for x, y in pairs]
    return np.array(results, a.dtype).reshape(a.shape)


def xorshift(state: int) -> int:
    state ^= state << 13 & 0xFFFF_FFFF
    state ^= state >> 17
    return state ^ (state << 5 & 0xFFFF_FFFF)


class Reference(Chains):
    """Executes instructions on ``sbuf`` uint8[partitions, bytes] and ``psum`` in place."""

    def __init__(self, config: CoreConfig, sbuf: np.ndarray, psum: np.ndarray):
        self.config = config
        self.memories = {Space.SBUF: sbuf, Space.PSUM: psum}
        super().__init__(alu, self.narrow_values, tree)
        self.states = [reset_state(VECTOR_ENGINE, lane) for lane in range(config.partitions)]
        self.bits: np.ndarray | None = None

    def execute(self, raw: bytes) -> None:
        instruction = decode(raw)
        with np.errstate(all="ignore"):
            fields, self.bits = instruction.fields, None
            on_vector = instruction.opcode.value < 0x80
            if on_vector and fields.get("round_mode") is RoundMode.STOCHASTIC:
                count = int(np.prod([extent for _, extent in on_chip_dims(fields, "dst")]))
                self.bits = self.random(fields["dst.num_partitions"], count)
            getattr(self, instruction.opcode.name.lower())(instruction.fields)

    def random(self, rows: int, count: int) -> np.ndarray:
        """uint32[rows, count]: random bits of every lane, of which the first ``rows`` are used."""
        bits = np.zeros((len(self.states), count), np.uint32)
        for n in range(count):
            self.states = [xorshift(state) for state in self.states]
            bits[:, n] = self.states
        return bits[:rows]

    def place(self, fields, path, offsets=None):
        """Memory, rows [p, 1, 1] and bytes [n, size] of an operand."""
        size = FORMATS[DType(fields[f"{path}.dtype"])].bytes
        if offsets is None:
            offsets = element_offsets(fields[f"{path}.offset"], on_chip_dims(fields, path), size)
        first = fields[f"{path}.start_partition"]
        own = fields.get(f"{path}.num_partitions", fields.get("dst.num_partitions"))
        rows = np.arange(first, first + own)
        memory = self.memories[fields[f"{path}.space"]]
        return memory, rows[:, None, None], offsets[None, :, None] + np.arange(size)

    def read(self, fields, path, offsets=None) -> np.ndarray:
        memory, rows, places = self.place(fields, path, offsets)
        unsigned = f"<u{places.shape[-1]}"
        return np.ascontiguousarray(memory[rows, places]).view(unsigned)[..., 0]

    def read_values(self, fields, path) -> np.ndarray:
        return widen(self.read(fields, path), fields[f"{path}.dtype"])

    def read_scalar(self, fields, path) -> np.ndarray:
        if fields[f"{path}.kind"] is OperandKind.IMMEDIATE:
            return np.array([[fields[f"{path}.value"]]], np.uint32).view(np.float32)
        raw = self.read(fields, path, np.array([fields[f"{path}.value"]]))
        return widen(raw, DType(fields[f"{path}.dtype"]))

    def narrow_values(self, values: np.ndarray, dtype: DType) -> np.ndarray:
        """Raw elements of a destination of this type."""
        if self.bits is None:
            return narrow(values, dtype)
        return from_float32(np.broadcast_to(values, self.bits.shape), dtype, self.bits)

    def write(self, fields, raw: np.ndarray, chosen: np.ndarray | None = None) -> None:
        memory, rows, places = self.place(fields, "dst")
        for n in range(raw.shape[1]):  # in order: the later of two overlapping elements wins
            some = slice(None) if chosen is None else chosen[:, n]
            elements = np.ascontiguousarray(raw[some, n : n + 1])
            memory[rows[some, 0], places[:, n]] = elements.view(np.uint8)

    def write_values(self, fields, values: np.ndarray) -> None:
        self.write(fields, self.narrow_values(values, fields["dst.dtype"]))

    def read_bits(self, fields, path) -> np.ndarray:
        """A scalar operand of operations on bits."""
        if fields[f"{path}.kind"] is OperandKind.IMMEDIATE:
            return np.array([[fields[f"{path}.value"]]], np.uint32)
        return self.read(fields, path, np.array([fields[f"{path}.value"]]))

    def tensor_tensor(self, fields) -> None:
        if fields["op"] in RAW_OPS:
            raw = raw_array(fields["op"], self.read(fields, "in0"), self.read(fields, "in1"))
            self.write(fields, raw)
            return
        a, b = self.read_values(fields, "in0"), self.read_values(fields, "in1")
        self.write_values(fields, alu(fields["op"], a, b))

    def tensor_scalar(self, fields) -> None:
        raw = fields["op0"] in RAW_OPS or fields["op1"] in RAW_OPS
        values = self.read(fields, "in0") if raw else self.read_values(fields, "in0")
        for k in (0, 1):
            op, path = fields[f"op{k}"], f"operand{k}"
            operand = self.read_bits(fields, path) if raw else self.read_scalar(fields, path)
            swap = fields[f"reverse{k}"] and op not in UNARY_OPS
            if raw:
                values = raw_array(op, values, operand, swap=swap)
            else:
                values = alu(op, operand, values) if swap else alu(op, values, operand)
        self.accumulate(fields, values, self.read_scalar(fields, "operand1"))
        if raw:
            self.write(fields, values)
        else:
            self.write_values(fields, values)

    def tensor_reduce(self, fields) -> None:
        sizes = [size for _, size in on_chip_dims(fields, "in0")]
        group = int(np.prod(sizes[: fields["reduce_dims"]]))
        if fields["op"] in RAW_OPS:
            raw = self.read(fields, "in0")
            operation = {AluOp.BITWISE_AND: np.bitwise_and, AluOp.BITWISE_OR: np.bitwise_or,
                         AluOp.BITWISE_XOR: np.bitwise_xor}[fields["op"]]  # fmt: skip
            self.write(fields, operation.reduce(raw.reshape(len(raw), -1, group), axis=2))
            return
        values = self.read_values(fields, "in0")
        result = reduce(fields["op"], values.reshape(len(values), -1, group))
        self.write_values(fields, -result if fields["negate"] else result)

    def tensor_copy(self, fields) -> None:
        if fields["in0.dtype"] is fields["dst.dtype"]:
            self.write(fields, self.read(fields, "in0"))
        else:
            self.write_values(fields, self.read_values(fields, "in0"))

    def memset(self, fields) -> None:
        size = FORMATS[fields["dst.dtype"]].bytes
        count = int(np.prod([extent for _, extent in on_chip_dims(fields, "dst")]))
        value = fields["value"] & ((1 << 8 * size) - 1)
        self.write(fields, np.full((fields["dst.num_partitions"], count), value, f"<u{size}"))

    def rng(self, fields) -> None:
        count = int(np.prod([extent for _, extent in on_chip_dims(fields, "dst")]))
        bits = self.random(fields["dst.num_partitions"], count)
        self.write(fields, bits.astype(f"<u{FORMATS[fields['dst.dtype']].bytes}"))

    def set_seed(self, fields) -> None:
        for lane, seed in enumerate(self.read(fields, "in0")[:, 0].tolist()):
            state = seed or 0x9E37_79B9
            for _ in range(16):
                state = xorshift(state)
            self.states[lane] = state

    def dropout(self, fields) -> None:
        raw, dtype = self.read(fields, "in0"), fields["dst.dtype"]
        if fields["in0.dtype"] is not dtype:
            raw = narrow(widen(raw, fields["in0.dtype"]), dtype)
        share = self.read_scalar(fields, "operand0").astype(np.float64) * 2**32
        limit = np.clip(np.nan_to_num(np.rint(share), nan=0.0), 0, 2**32 - 1)
        bits = self.random(*raw.shape)
        self.write(fields, np.where(bits <= limit, 0, raw).astype(raw.dtype))

    def max8(self, fields) -> None:
        self.write_values(fields, moves.largest(self.read_values(fields, "in0")))

    def find_index8(self, fields) -> None:
        found = moves.find(*(self.read_values(fields, path) for path in ("in0", "in1")))
        self.write(fields, found.astype(f"<u{FORMATS[fields['dst.dtype']].bytes}"))

    def match_replace8(self, fields) -> None:
        values, wanted = (self.read_values(fields, path) for path in ("in0", "in1"))
        new = np.uint32(fields["value"]).view(np.float32)
        self.write_values(fields, moves.replace(values, wanted, new))

    def transpose(self, fields) -> None:
        count = int(np.prod([extent for _, extent in on_chip_dims(fields, "dst")]))
        shape = fields["dst.num_partitions"], count
        self.write(fields, moves.transpose(self.config, self.read(fields, "in0"), shape))

    def shuffle(self, fields) -> None:
        raw, old = (self.read(fields, path) for path in ("in0", "dst"))
        self.write(fields, moves.shuffle(self.config, raw, fields["mask"], old))
