"""One 128-byte layout per opcode.

Slots stand at the same bit offset in every layout, so one resolver and one checker serve all:
bits 128 access pattern ``a``, 320 ``b``, 512 ``c``, 704 ``scalar0``, 768 ``scalar1``, 832 the
rest. DMA instructions keep their on-chip pattern in slot ``a`` (and ``c``) and device patterns
at bits 320 and 656, or an index tensor in slot ``d``, at 656; a ring has its address where a
device pattern has it.
"""

from amaranth.hdl import signed, unsigned
from amaranth.lib import data

from .dma_indexed import DmaGather, DmaScatter
from .dma_ring import DmaRing
from .opcodes import (
    Accumulate,
    AluOp,
    Condition,
    Opcode,
    ReduceCommand,
    RegisterOp,
    RoundMode,
)
from .operands import AccessPattern, DevicePattern, Header, ScalarOperand
from .register_moves import (
    RegisterLoad,
    RegisterLoadSbuf,
    RegisterStore,
    RegisterStoreSbuf,
)
from .scalar import Activate, ActivateRead, ActivateSeed, LoadTable
from .vector_chains import (
    IndexSelect,
    Iota,
    ReadAccumulator,
    ScalarTensorTensor,
    Select,
    TensorCumulative,
    TensorScan,
)
from .vector_moves import FindIndex8, MatchReplace8, Max8, Shuffle, Transpose
from .vector_random import Dropout, Rng, SetSeed

__all__ = ["INSTRUCTIONS", "INSTRUCTION_BITS"]

INSTRUCTION_BITS = 1024


class Nop(data.Struct):
    """Waits and updates only. The update comes after everything before it in its stream."""

    header: Header
    reserved: unsigned(896)


class Halt(data.Struct):
    """Ends the stream, after everything before it in the stream is done."""

    header: Header
    reserved: unsigned(896)


class Register(data.Struct):
    """``registers[dst] = a op b``."""

    header: Header
    op: RegisterOp
    dst: unsigned(5)
    a: unsigned(32)
    a_by_register: unsigned(1)
    b: unsigned(32)
    b_by_register: unsigned(1)
    reserved: unsigned(820)


class Branch(data.Struct):
    """Jumps to instruction ``target`` of the stream when the condition holds. A taken branch ends
    every hardware loop whose body does not contain the target."""

    header: Header
    condition: Condition
    reserved0: unsigned(7)
    a: unsigned(32)
    a_by_register: unsigned(1)
    b: unsigned(32)
    b_by_register: unsigned(1)
    target: unsigned(24)
    reserved: unsigned(796)


class Loop(data.Struct):
    """Runs the next ``body`` instructions ``count`` times (0 skips them). With
    ``counter_enable``, ``registers[counter]`` starts at ``start`` and grows by ``step`` after each
    pass, the last included. At most 8 loops nest; ``body`` is at least 1."""

    header: Header
    counter: unsigned(5)
    counter_enable: unsigned(1)
    reserved0: unsigned(4)
    count: unsigned(32)
    count_by_register: unsigned(1)
    start: unsigned(32)
    start_by_register: unsigned(1)
    step: signed(32)
    body: unsigned(16)
    reserved: unsigned(772)


class Delay(data.Struct):
    """Starts after everything before it in the stream is done, and takes at least ``cycles`` cycles
    of the core's clock. It counts as progress for the watchdog."""

    header: Header
    cycles: unsigned(32)
    cycles_by_register: unsigned(1)
    reserved: unsigned(863)


class Notify(data.Struct):
    """After everything before it in the stream is done, tells the host ``value``. See
    Notifications."""

    header: Header
    value: unsigned(32)
    value_by_register: unsigned(1)
    reserved: unsigned(863)


class Barrier(data.Struct):
    """Waits until everything before it in the stream is done and every stream s with bit s set in
    ``streams`` has come to a BARRIER of the same ``streams``; all of them go on together. Without
    the bit of its own stream it traps with BAD_OPERAND."""

    header: Header
    streams: unsigned(5)
    streams_by_register: unsigned(1)
    reserved: unsigned(890)


class DmaLoad(data.Struct):
    """Device memory to SBUF. For ``accumulate`` and ``transpose`` see Accumulating and transposing
    transfers."""

    header: Header
    dst: AccessPattern
    src: DevicePattern
    reserved0: unsigned(336)
    queue: unsigned(4)
    round_mode: RoundMode
    accumulate: Accumulate
    transpose: unsigned(1)
    reserved: unsigned(23)


class DmaStore(data.Struct):
    """SBUF to device memory."""

    header: Header
    src: AccessPattern
    dst: DevicePattern
    reserved0: unsigned(336)
    queue: unsigned(4)
    round_mode: RoundMode
    accumulate: Accumulate
    transpose: unsigned(1)
    reserved: unsigned(23)


class DmaCopy(data.Struct):
    """Device memory to device memory."""

    header: Header
    reserved0: unsigned(192)
    src: DevicePattern
    dst: DevicePattern
    queue: unsigned(4)
    round_mode: RoundMode
    accumulate: Accumulate
    transpose: unsigned(1)
    reserved: unsigned(23)


class DmaLocal(data.Struct):
    """SBUF to SBUF."""

    header: Header
    src: AccessPattern
    reserved0: unsigned(192)
    dst: AccessPattern
    reserved1: unsigned(288)
    queue: unsigned(4)
    round_mode: RoundMode
    accumulate: Accumulate
    transpose: unsigned(1)
    reserved: unsigned(23)


class LoadStationary(data.Struct):
    """Loads ``src[K partitions, M elements]`` as the next stationary matrix: element m of
    partition k goes to row k, column ``column_start + m``. Rows and columns outside hold +0. The
    next MULTIPLY_MOVING, and those after it, use it.

    An element of INT8 or UINT8 is a pair of adjacent bytes, two rows of the product at once.
    ``exponent_bias`` is that of an FP8 type, 0 for the type's own. With ``transpose`` elements of
    one or two bytes are loaded as bit patterns."""

    header: Header
    src: AccessPattern
    reserved0: unsigned(512)
    column_start: unsigned(8)
    column_start_by_register: unsigned(1)
    transpose: unsigned(1)
    exponent_bias: unsigned(6)
    reserved: unsigned(176)


class MultiplyMoving(data.Struct):
    """``dst[m, n] (+)= sum_k stationary[k, m] * src[k, n]``; column m of the array is PSUM
    partition m, so ``dst.start_partition`` is a column number. ``accumulate`` is 0 or 1.

    The stationary matrix must have been loaded for the same kind of arithmetic: 16- and 8-bit
    floats and TF32 in any mixture; FP32; INT8 and UINT8 in any mixture, where an element of
    ``src`` is a pair of adjacent bytes, ``k`` counts them all and ``dst`` is INT32; or with
    ``transpose``, where ``dst[m, n]`` is the sum of the patterns ``stationary[k, m]`` over the k
    with a bit set in ``src[k, n]``, modulo 2 to the bits of ``dst``'s type: with the unit matrix
    as ``src``, the transpose."""

    header: Header
    src: AccessPattern
    dst: AccessPattern
    reserved0: unsigned(320)
    accumulate: unsigned(8)
    accumulate_by_register: unsigned(1)
    transpose: unsigned(1)
    exponent_bias: unsigned(6)
    reserved: unsigned(176)


class TensorTensor(data.Struct):
    """``dst = in0 op in1``, element by element."""

    header: Header
    in0: AccessPattern
    in1: AccessPattern
    dst: AccessPattern
    reserved0: unsigned(128)
    op: AluOp
    round_mode: RoundMode
    reserved: unsigned(184)


class TensorScalar(data.Struct):
    """``dst = (in0 op0 operand0) op1 operand1``; ``reverse`` swaps that operation's operands.
    BYPASS gives the tensor's side whatever ``reverse`` says. With LOAD_REDUCE ``operand1`` is
    what the accumulator starts with, and ``op1`` must be BYPASS."""

    header: Header
    in0: AccessPattern
    reserved0: unsigned(192)
    dst: AccessPattern
    operand0: ScalarOperand
    operand1: ScalarOperand
    op0: AluOp
    op1: AluOp
    reverse0: unsigned(1)
    reverse1: unsigned(1)
    round_mode: RoundMode
    reduce_cmd: ReduceCommand
    reduce_op: AluOp
    reserved: unsigned(167)


class TensorReduce(data.Struct):
    """Reduces the ``reduce_dims`` innermost dimensions of ``in0``.

    Element j (row-major over the reduced dimensions) goes to partial result j mod 8 in order of
    j; the partials start at the identity: +0 (ADD), 1 (MULTIPLY, LOGICAL_AND), -inf (MAX), +inf
    (MIN), 0 (LOGICAL_OR, LOGICAL_XOR), all ones (BITWISE_AND), no ones (BITWISE_OR,
    BITWISE_XOR). They are combined as ``((p0 o p1) o (p2 o p3)) o ((p4 o p5) o (p6 o p7))``.
    ``negate`` flips the result's sign (a NaN stays canonical); there is none of an operation on
    bits."""

    header: Header
    in0: AccessPattern
    reserved0: unsigned(192)
    dst: AccessPattern
    reserved1: unsigned(128)
    op: AluOp
    reduce_dims: unsigned(3)
    negate: unsigned(1)
    round_mode: RoundMode
    reserved: unsigned(180)


class TensorCopy(data.Struct):
    """``dst = in0`` cast through FP32; when the types are equal the bits move unchanged."""

    header: Header
    in0: AccessPattern
    reserved0: unsigned(192)
    dst: AccessPattern
    reserved1: unsigned(128)
    round_mode: RoundMode
    reserved: unsigned(190)


class Memset(data.Struct):
    """Every element of ``dst`` becomes the low bits of ``value``, in ``dst``'s own type."""

    header: Header
    reserved0: unsigned(384)
    dst: AccessPattern
    reserved1: unsigned(128)
    value: unsigned(32)
    value_by_register: unsigned(1)
    reserved: unsigned(159)


INSTRUCTIONS: dict[Opcode, type[data.Struct]] = {
    Opcode.NOP: Nop,
    Opcode.HALT: Halt,
    Opcode.REGISTER: Register,
    Opcode.BRANCH: Branch,
    Opcode.LOOP: Loop,
    Opcode.REGISTER_LOAD: RegisterLoad,
    Opcode.REGISTER_STORE: RegisterStore,
    Opcode.REGISTER_LOAD_SBUF: RegisterLoadSbuf,
    Opcode.REGISTER_STORE_SBUF: RegisterStoreSbuf,
    Opcode.DELAY: Delay,
    Opcode.NOTIFY: Notify,
    Opcode.BARRIER: Barrier,
    Opcode.DMA_LOAD: DmaLoad,
    Opcode.DMA_STORE: DmaStore,
    Opcode.DMA_COPY: DmaCopy,
    Opcode.DMA_LOCAL: DmaLocal,
    Opcode.DMA_GATHER: DmaGather,
    Opcode.DMA_SCATTER: DmaScatter,
    Opcode.DMA_RING: DmaRing,
    Opcode.LOAD_STATIONARY: LoadStationary,
    Opcode.MULTIPLY_MOVING: MultiplyMoving,
    Opcode.TENSOR_TENSOR: TensorTensor,
    Opcode.TENSOR_SCALAR: TensorScalar,
    Opcode.TENSOR_REDUCE: TensorReduce,
    Opcode.TENSOR_COPY: TensorCopy,
    Opcode.MEMSET: Memset,
    Opcode.SCALAR_TENSOR_TENSOR: ScalarTensorTensor,
    Opcode.TENSOR_SCAN: TensorScan,
    Opcode.TENSOR_CUMULATIVE: TensorCumulative,
    Opcode.SELECT: Select,
    Opcode.INDEX_SELECT: IndexSelect,
    Opcode.IOTA: Iota,
    Opcode.READ_ACCUMULATOR: ReadAccumulator,
    Opcode.RNG: Rng,
    Opcode.SET_SEED: SetSeed,
    Opcode.DROPOUT: Dropout,
    Opcode.MAX8: Max8,
    Opcode.FIND_INDEX8: FindIndex8,
    Opcode.MATCH_REPLACE8: MatchReplace8,
    Opcode.TRANSPOSE: Transpose,
    Opcode.SHUFFLE: Shuffle,
    Opcode.ACTIVATE: Activate,
    Opcode.LOAD_TABLE: LoadTable,
    Opcode.ACTIVATE_READ: ActivateRead,
    Opcode.ACTIVATE_SEED: ActivateSeed,
}
"""Layout of each opcode."""
