"""Enumerations of the encoding."""

from amaranth.lib import enum

__all__ = [
    "CONTROL_OPCODES",
    "DMA_OPCODES",
    "IDENTITIES",
    "INDEXED_OPCODES",
    "ITERATED_OPS",
    "RAW_OPS",
    "REGISTER_LOADS",
    "REGISTER_MOVES",
    "REGISTER_STORES",
    "STREAM_OPCODES",
    "TRANSFER_OPCODES",
    "UNARY_OPS",
    "Accumulate",
    "ActivationFunction",
    "AluOp",
    "Comparison",
    "Condition",
    "Opcode",
    "OperandKind",
    "ReduceCommand",
    "RegisterOp",
    "RoundMode",
    "Space",
    "Stream",
    "UpdateMode",
    "WaitMode",
]


class Stream(enum.Enum, shape=3):
    """The five in-order instruction streams."""

    TENSOR = 0
    VECTOR = 1
    SCALAR = 2
    GPSIMD = 3
    SYNC = 4


class Opcode(enum.Enum, shape=8):
    """First byte of every instruction. Which streams may run it: ``STREAM_OPCODES``."""

    NOP = 0x01
    HALT = 0x02
    REGISTER = 0x03
    BRANCH = 0x04
    LOOP = 0x05
    REGISTER_LOAD = 0x06
    REGISTER_STORE = 0x07
    REGISTER_LOAD_SBUF = 0x08
    REGISTER_STORE_SBUF = 0x09
    DELAY = 0x0A
    NOTIFY = 0x0B
    BARRIER = 0x0C
    DMA_LOAD = 0x20
    DMA_STORE = 0x21
    DMA_COPY = 0x22
    DMA_LOCAL = 0x23
    DMA_GATHER = 0x24
    DMA_SCATTER = 0x25
    DMA_RING = 0x27
    LOAD_STATIONARY = 0x40
    MULTIPLY_MOVING = 0x41
    TENSOR_TENSOR = 0x60
    TENSOR_SCALAR = 0x61
    TENSOR_REDUCE = 0x62
    TENSOR_COPY = 0x63
    MEMSET = 0x64
    SCALAR_TENSOR_TENSOR = 0x65
    TENSOR_SCAN = 0x66
    TENSOR_CUMULATIVE = 0x67
    SELECT = 0x68
    INDEX_SELECT = 0x69
    IOTA = 0x6A
    READ_ACCUMULATOR = 0x6B
    RNG = 0x6C
    SET_SEED = 0x6D
    DROPOUT = 0x6E
    MAX8 = 0x70
    FIND_INDEX8 = 0x71
    MATCH_REPLACE8 = 0x72
    TRANSPOSE = 0x73
    SHUFFLE = 0x74
    ACTIVATE = 0x80
    LOAD_TABLE = 0x81
    ACTIVATE_READ = 0x82
    ACTIVATE_SEED = 0x83


CONTROL_OPCODES = (
    Opcode.NOP,
    Opcode.HALT,
    Opcode.REGISTER,
    Opcode.BRANCH,
    Opcode.LOOP,
    Opcode.DELAY,
    Opcode.NOTIFY,
    Opcode.BARRIER,
)
REGISTER_LOADS = (Opcode.REGISTER_LOAD, Opcode.REGISTER_LOAD_SBUF)
REGISTER_STORES = (Opcode.REGISTER_STORE, Opcode.REGISTER_STORE_SBUF)
REGISTER_MOVES = (*REGISTER_LOADS, *REGISTER_STORES)
"""Instructions that move scalar registers from and to memory."""
INDEXED_OPCODES = (Opcode.DMA_GATHER, Opcode.DMA_SCATTER)
TRANSFER_OPCODES = (
    Opcode.DMA_LOAD,
    Opcode.DMA_STORE,
    Opcode.DMA_COPY,
    Opcode.DMA_LOCAL,
    *INDEXED_OPCODES,
)
"""Instructions that move data; what a ring's descriptors may be."""
DMA_OPCODES = (*TRANSFER_OPCODES, Opcode.DMA_RING)
"""Instructions that go to a DMA queue."""
_COMMON = CONTROL_OPCODES + REGISTER_MOVES + DMA_OPCODES

STREAM_OPCODES: dict[Stream, tuple[Opcode, ...]] = {
    Stream.TENSOR: (*_COMMON, Opcode.LOAD_STATIONARY, Opcode.MULTIPLY_MOVING),
    Stream.VECTOR: (
        *_COMMON,
        Opcode.TENSOR_TENSOR,
        Opcode.TENSOR_SCALAR,
        Opcode.TENSOR_REDUCE,
        Opcode.TENSOR_COPY,
        Opcode.MEMSET,
        Opcode.SCALAR_TENSOR_TENSOR,
        Opcode.TENSOR_SCAN,
        Opcode.TENSOR_CUMULATIVE,
        Opcode.SELECT,
        Opcode.INDEX_SELECT,
        Opcode.IOTA,
        Opcode.READ_ACCUMULATOR,
        Opcode.RNG,
        Opcode.SET_SEED,
        Opcode.DROPOUT,
        Opcode.MAX8,
        Opcode.FIND_INDEX8,
        Opcode.MATCH_REPLACE8,
        Opcode.TRANSPOSE,
        Opcode.SHUFFLE,
    ),
    Stream.SCALAR: (
        *_COMMON,
        Opcode.ACTIVATE,
        Opcode.LOAD_TABLE,
        Opcode.ACTIVATE_READ,
        Opcode.ACTIVATE_SEED,
    ),
    Stream.GPSIMD: _COMMON,
    Stream.SYNC: _COMMON,
}
"""An opcode outside its stream's tuple is a BAD_OPCODE trap."""


class Space(enum.Enum, shape=2):
    """On-chip memory of an access pattern."""

    SBUF = 0
    PSUM = 1


class WaitMode(enum.Enum, shape=2):
    """What must hold of the semaphore (unsigned compare) before an instruction starts."""

    NONE = 0
    EQUAL = 1
    GREATER_EQUAL = 2
    GREATER_EQUAL_SUBTRACT = 3
    """Wait for >= value, then subtract value, in one step."""


class UpdateMode(enum.Enum, shape=2):
    """What an instruction does to the semaphore when it is done (modulo 2**32)."""

    NONE = 0
    ADD = 1
    SUBTRACT = 2
    SET = 3


class RegisterOp(enum.Enum, shape=5):
    """``dst = a op b`` on 32-bit registers, modulo 2**32; shifts use the low 5 bits of b.
    Comparisons give 1 or 0."""

    ADD = 0
    SUBTRACT = 1
    AND = 2
    OR = 3
    XOR = 4
    SHIFT_LEFT = 5
    SHIFT_RIGHT = 6
    SHIFT_RIGHT_ARITHMETIC = 7
    MULTIPLY = 8
    MIN_SIGNED = 9
    MAX_SIGNED = 10
    LESS_SIGNED = 11
    LESS_UNSIGNED = 12
    EQUAL = 13
    MIN_UNSIGNED = 14
    MAX_UNSIGNED = 15
    NOT_EQUAL = 16
    GREATER_EQUAL_SIGNED = 17
    GREATER_EQUAL_UNSIGNED = 18
    AND_NOT = 19
    """a and the complement of b."""
    MULTIPLY_HIGH_SIGNED = 20
    """The upper 32 bits of the product of 64 bits."""
    MULTIPLY_HIGH_UNSIGNED = 21


class Condition(enum.Enum, shape=3):
    """When a branch is taken, comparing a with b."""

    ALWAYS = 0
    EQUAL = 1
    NOT_EQUAL = 2
    LESS_SIGNED = 3
    GREATER_EQUAL_SIGNED = 4
    LESS_UNSIGNED = 5
    GREATER_EQUAL_UNSIGNED = 6


class AluOp(enum.Enum, shape=6):
    """Operation of a Vector lane on ``a`` and ``b``, in FP32, correctly rounded.

    Codes from 32 are iterated (several cycles an element), codes from 48 work on the bits of
    integers. NaN, zero and infinity: see Numbers.
    """

    BYPASS = 0
    """a"""
    ADD = 1
    """a + b"""
    SUBTRACT = 2
    """a - b"""
    MULTIPLY = 3
    """a * b"""
    MAX = 4
    """The larger one."""
    MIN = 5
    """The smaller one."""
    ABS_MAX = 6
    """The larger one of abs(a), abs(b)."""
    ABS_MIN = 7
    """The smaller one of abs(a), abs(b)."""
    EQUAL = 8
    """1.0 when a = b, else 0.0."""
    NOT_EQUAL = 9
    """0.0 when a = b, else 1.0."""
    GREATER = 10
    """1.0 when a > b, else 0.0; the others alike."""
    GREATER_EQUAL = 11
    LESS = 12
    LESS_EQUAL = 13
    LOGICAL_AND = 14
    """1.0 when neither is 0, else 0.0."""
    LOGICAL_OR = 15
    """0.0 when both are 0, else 1.0."""
    LOGICAL_XOR = 16
    """1.0 when one is 0 and one is not, else 0.0."""
    LOGICAL_NOT = 17
    """1.0 when a is 0, else 0.0."""
    ABS = 18
    """a without its sign"""
    SQUARE = 19
    """a * a"""
    RELU = 20
    """a when a > 0, else +0"""
    DIVIDE = 32
    """a / b"""
    MOD = 33
    """a - b * floor(a / b), rounded once: exact but where a is small and of the other sign."""
    SQRT = 34
    """The square root of a."""
    RSQRT = 35
    """1 / sqrt(a), rounded once."""
    RECIPROCAL = 36
    """1 / a"""
    BITWISE_AND = 48
    BITWISE_OR = 49
    BITWISE_XOR = 50
    BITWISE_NOT = 51
    """The bits of a, inverted."""
    SHIFT_LEFT = 52
    """a moved left by b bits (unsigned); by the type's width or more: 0."""
    SHIFT_RIGHT = 53
    """a moved right by b bits, zeros enter, whether the type has a sign or not."""
    SHIFT_RIGHT_ARITHMETIC = 54
    """a moved right by b bits, copies of its top bit enter, whether the type has a sign or not."""


UNARY_OPS = (
    AluOp.BYPASS, AluOp.LOGICAL_NOT, AluOp.ABS, AluOp.SQUARE, AluOp.RELU, AluOp.SQRT, AluOp.RSQRT,
    AluOp.RECIPROCAL, AluOp.BITWISE_NOT,
)  # fmt: skip
"""Operations of the tensor's side alone, whatever ``reverse`` says; the other operand is not
used."""
ITERATED_OPS = tuple(op for op in AluOp if 32 <= op.value < 48)
"""Operations that take several cycles an element, in the one divider a lane has."""
RAW_OPS = tuple(op for op in AluOp if op.value >= 48)
"""Operations on the bits of integers."""


IDENTITIES: dict[AluOp, int] = {
    AluOp.ADD: 0x0000_0000,
    AluOp.MULTIPLY: 0x3F80_0000,
    AluOp.MAX: 0xFF80_0000,
    AluOp.MIN: 0x7F80_0000,
    AluOp.LOGICAL_AND: 0x3F80_0000,
    AluOp.LOGICAL_OR: 0x0000_0000,
    AluOp.LOGICAL_XOR: 0x0000_0000,
    AluOp.BITWISE_AND: 0xFFFF_FFFF,
    AluOp.BITWISE_OR: 0x0000_0000,
    AluOp.BITWISE_XOR: 0x0000_0000,
}
"""The operations that reduce: what a partial result starts as (FP32 bits; of operations on bits,
those bits)."""


class Comparison(enum.Enum, shape=3):
    """Of two FP32 numbers. With a NaN only NOT_EQUAL holds; -0 equals +0."""

    EQUAL = 0
    NOT_EQUAL = 1
    GREATER = 2
    GREATER_EQUAL = 3
    LESS = 4
    LESS_EQUAL = 5


class ReduceCommand(enum.Enum, shape=3):
    """What an instruction does to the accumulator; see Accumulators."""

    IDLE = 0
    """Nothing."""
    RESET = 1
    """Empties the partial results."""
    REDUCE = 2
    """Accumulates its results."""
    RESET_REDUCE = 3
    """Empties the partial results, then accumulates."""
    LOAD_REDUCE = 4
    """Empties them, puts a value in partial result 0, then accumulates."""


class ActivationFunction(enum.Enum, shape=8):
    """Function of the Scalar engine: built in, or the table in a slot. NaN gives NaN."""

    IDENTITY = 0
    RELU = 1
    """x for x > 0, else +0."""
    PRELU = 2
    """x, times ``parameter`` when its sign is negative."""
    SQUARE = 3
    """x * x."""
    ABSOLUTE = 4
    """x without its sign."""
    SIGN = 5
    """1 for x > 0, -1 for x < 0, +0 for zeros."""
    TABLE0 = 16
    TABLE1 = 17
    TABLE2 = 18
    TABLE3 = 19
    TABLE4 = 20
    TABLE5 = 21
    TABLE6 = 22
    TABLE7 = 23


class RoundMode(enum.Enum, shape=2):
    """Rounding of a narrowing cast."""

    NEAREST_EVEN = 0
    STOCHASTIC = 1
    """Up in magnitude with the probability of the part that is cut off; see Numbers."""


class Accumulate(enum.Enum, shape=2):
    """What a transfer does with what its destination holds."""

    NONE = 0
    """Replaces it."""
    ADD = 1
    """destination + source"""
    MAX = 2
    """The larger one."""


class OperandKind(enum.Enum, shape=2):
    """Where a scalar operand comes from."""

    IMMEDIATE = 0
    """``value`` is the bit pattern of an FP32 number."""
    PER_PARTITION = 1
    """One element per partition at byte offset ``value``."""
