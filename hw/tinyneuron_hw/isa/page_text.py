"""Prose of docs/isa.md: what the layouts cannot say by themselves."""

__all__ = ["ACCUMULATORS", "FOOTNOTES", "INTRODUCTION", "LISTS", "MOVES", "NOTIFICATIONS",
           "NUMBERS", "OPERAND_RULES", "RINGS", "SEMAPHORES", "TRANSFERS"]  # fmt: skip

INTRODUCTION = """\
# Instruction set

<!-- Generated: `make docs`. Change the code, not this. -->

Instructions are 128 bytes, little-endian; bit 0 is the lowest bit of the first byte. Five streams
run side by side, each in order, each with 32 scalar registers of 32 bits and up to 8 nested
hardware loops. Streams are ordered against each other only by 64 counting semaphores - every
instruction can wait for one before it starts and update one when it is done - and by barriers.

An unknown opcode, an opcode of another stream and a reserved bit that is not 0 are BAD_OPCODE
traps. A code that its enumeration does not have is a BAD_OPERAND trap.

Which stream runs what:"""

SEMAPHORES = """\
* Comparisons are unsigned; updates are modulo 2^32. A wait that subtracts checks and subtracts in
  one step.
* An update comes after the instruction's last byte is readable by every engine; a DMA
  instruction's, after the transfer's last write response.
* A DMA instruction is done for its stream when the DMA front end has taken it: only its semaphore
  says that the transfer is over. Transfers of one queue run one after another, in the order taken.
* A trap found while an instruction is prepared is raised after its semaphore condition holds and
  everything before it in its stream is done.
* Instructions of one stream behave as if executed one after another. Two accesses of different
  streams or transfers, one of them a write, to the same byte need a semaphore or a barrier between
  them. A BARRIER orders what each of its streams did before with what all of them do afterwards;
  transfers that were only issued are not done."""

OPERAND_RULES = """\
Checked before the first access; BAD_OPERAND rules of every operand first, then ranges, on-chip
operand by on-chip operand in slot order; for DMA then the element counts of both sides and the
alignment of what is accumulated in (BAD_OPERAND), and the device patterns. `rules.check` is the
reference.

* A register's value must be representable in the field it stands for.
* Every size is at least 1, `num_partitions` is at least 1. `round_mode` of a DMA instruction is
  NEAREST_EVEN.
* `lane` operands (Vector, Scalar): at most `partitions` partitions; the start partition is a
  multiple of all partitions when more than half are used, of half when more than a quarter, else
  of a quarter. `row` operands may start at any PE row, `column` operands at any PE column, `dma`
  operands at any partition.
* Engine operands start at a multiple of their element size. DMA takes any byte alignment, but for a
  destination that is accumulated in.
* All operands of a Vector or Scalar instruction have the same number of partitions and, but for
  TENSOR_REDUCE, of elements. Operands of every type mix. READ_ACCUMULATOR writes one element.
* TENSOR_SCALAR with LOAD_REDUCE has BYPASS as `op1`. `keep` excludes accumulating.
* MAX8 and FIND_INDEX8 have 8 to 16384 elements in `in0` and 8 in `dst`; FIND_INDEX8 and
  MATCH_REPLACE8 have 8 in `in1`. Indices are UINT16 or UINT32.
* TRANSPOSE and SHUFFLE move elements of one type, of every type. The operands of a TRANSPOSE both
  have the same multiple of a quarter of the lanes as partitions and the same multiple of it as
  elements; or neither exceeds one quarter, and the partitions of each are the elements of the
  other. Those of a SHUFFLE have as many elements, in any numbers of partitions; entries of its mask
  name partitions of a quarter, and are 0 beyond the last of them.
* An image of LOAD_TABLE is of UINT32 in 4 partitions; slot s takes up to 256 - 32 s segments.
  ACTIVATE_READ writes, ACTIVATE_SEED reads (UINT32) one element in each partition.
* A matmul's source and destination have the same number of elements, within one PSUM bank. Its
  kind is that of the stationary matrix it finds (a MULTIPLY_MOVING of another kind is BAD_OPERAND);
  `exponent_bias` is 0 but for FP8; a transpose does not accumulate.
* In LOAD_STATIONARY and MULTIPLY_MOVING an element of INT8 or UINT8 is a pair of adjacent bytes:
  strides, sizes and alignment count pairs.
* Source and destination of a DMA instruction have the same number of elements over all
  partitions; equal types move bytes, of every type, but where they accumulate.
* OUT_OF_RANGE: a byte outside SBUF, PSUM, or the device-memory windows the runtime opened.
* Within one instruction all reads of element n come before its write; a destination element must
  not overlap a source element that is read later. MAX8 and FIND_INDEX8 read everything before they
  write, MATCH_REPLACE8 all of `in1`, TRANSPOSE all of a block. Of destination elements that
  overlap each other, the later one stays.
"""

TRANSFERS = """\
A transfer with `accumulate` makes element n of the destination
`cast(destination[n] op source[n])`. Both are cast to FP32, and the result is rounded to the
destination's type, to nearest even. Two INT32 are not cast: ADD is modulo 2^32, MAX compares with
sign. NaN, infinities and zeros are as in ADD and MAX of a lane.

* Elements come in order: an element of the destination that comes again, by a stride of 0 or by
  dimensions that meet, takes what the one before it left. So do transfers of one queue.
* Types are those that DMA converts, equal or not. Addresses, offsets and strides of the
  destination are multiples of its element (a stride of a dimension of size 1 does not count), or
  the transfer is a BAD_OPERAND.
* The destination is read: in SBUF it must have been written, in device memory one window allows
  reading it and one (the same or another) writing it.

A transfer with `transpose` takes matrices apart: element (row r, column c) of each matrix of the
source becomes element (row c, column r) of the same matrix of the destination.

* Columns are the innermost dimension. Rows are the partitions of an operand on chip, in device
  memory the second dimension. The other dimensions count matrices, in order, innermost fastest.
* Elements are of one type, of 2 or 4 bytes. Rows of one side are as many as the columns of the
  other. No byte is in both source and destination, and none twice in the
  destination. A transpose does not accumulate.
* Any strides are legal. It is as fast as a copy when columns are contiguous on both sides, element
  by element otherwise."""

LISTS = """\
A device operand of DMA_LOAD, DMA_STORE or DMA_COPY with `list` names buffers that stand in a list
in device memory. An entry has 16 bytes: the address of a buffer, then its size in bytes, 64 bits
each. The buffers' bytes, in the order of the list, are the elements of the operand; a buffer may
begin and end anywhere in an element.

```text
list, dims[0].size = 3         buffers            the operand: 25 bytes
+----------+------+
| 0x1003   |    9 |  ------->  0x1003 .. 0x100b   bytes  0 ..  8
+----------+------+
| 0x8000   |    1 |  ------->  0x8000             byte   9
+----------+------+
| 0x2ff0   |   15 |  ------->  0x2ff0 .. 0x2ffe   bytes 10 .. 24
+----------+------+
```

* The other operand has its own pattern and as many elements as the buffers have bytes for. Types
  may differ: elements are cast as ever.
* The list is at a multiple of 16; one window allows reading all of it (otherwise OUT_OF_RANGE).
  Strides of the operand are 0, sizes but `dims[0].size` are 1. Only one operand is a list; such a
  transfer has no indices, does not accumulate and does not transpose (otherwise BAD_OPERAND).
* Before anything is moved the whole list is checked, entry by entry. A size of 0, one that is more
  than what is left, and at the last entry one that is less trap with BAD_OPERAND and the address of
  the entry; a buffer outside the windows traps with OUT_OF_RANGE and its own address. For BUS_ERROR
  and ECC_ERROR of the list's bytes the address is the place of the error.
* No byte is in both source and destination, nor does a transfer write its own list. Of buffers of a
  destination that overlap the later one stays. The counters of bytes do not count the list."""

MOVES = """\
REGISTER_LOAD and REGISTER_STORE move up to 8 scalar registers that follow each other from and to
device memory, REGISTER_LOAD_SBUF and REGISTER_STORE_SBUF from and to one partition of SBUF. A
register is a word of 4 bytes, lowest first. `dims[0]` of the operand says how many words there are
and how far apart, in bytes in device memory, in words in SBUF; sizes of the other dimensions are 1.

* A move starts when everything before it in the stream is done. The instruction behind it finds
  the registers loaded, and the words stored and readable by all. It is an access of its stream
  like that of an engine's instruction: between it and another stream's or a transfer's there must
  be a semaphore or a barrier.
* BAD_OPERAND: a type that has not 4 bytes, more than 8 words, a register above 31, a `list`, more
  than one partition; an address or a stride in device memory, or an offset in SBUF, that is not a
  multiple of 4.
* OUT_OF_RANGE: words outside SBUF or outside the windows; the trap comes before the first access.
  BUS_ERROR and ECC_ERROR tell of the first word that failed. Words before it are loaded, those
  behind it are not; of a store any may be in memory.
* Moves of all streams share one unit, which serves the streams in turn."""

NOTIFICATIONS = """\
NOTIFY puts its value and its stream into a queue of 64 entries that the host reads from
NOTIFY_COUNT, NOTIFY_STREAM and NOTIFY_VALUE and shortens by NOTIFY_POP, while the core runs or
afterwards. Each raises bit 2 of INTERRUPT_STATUS. Notifications of one stream are in its order. One
that finds the queue full is lost and counted in NOTIFY_LOST; no stream waits for the host. START
empties the queue and zeroes the count; a trap leaves both."""

RINGS = """\
DMA_RING runs transfers that are described in device memory: a ring of `entries` descriptors of 128
bytes. It takes `count` of them in order, from number `first` on; behind the last entry comes entry
0.

```text
address                                        entries = 6, first = 4, count = 4
  |
  v
  +-------+-------+-------+-------+-------+-------+
  | 0     | 1     | 2     | 3     | 4     | 5     |   128 bytes each
  +-------+-------+-------+-------+-------+-------+
    third   fourth                  first   second
```

* A descriptor is the encoding of a DMA_LOAD, DMA_STORE, DMA_COPY, DMA_LOCAL, DMA_GATHER or
  DMA_SCATTER (any other opcode is BAD_OPCODE) with a header that is 0 behind the opcode, `queue` 0
  and no field named by a register (otherwise BAD_OPERAND). What holds for the instruction holds for
  the descriptor.
* The address is a multiple of 128, `first` is below `entries`, `count` is from 1 to `entries`
  (otherwise BAD_OPERAND). One window allows reading the whole ring (otherwise OUT_OF_RANGE).
* The transfers run one after another on the queue, behind those that were in it before; what other
  streams put there later comes behind the whole ring. The stream goes on as after any DMA
  instruction. The ring's own update comes when the last transfer is done. Trace events of the
  transfers name the ring's instruction.
* Descriptors are fetched when the ring's turn in its queue has come, so transfers before it in the
  queue may have written them; from then on they may be fetched and checked ahead of their turn. No
  other access may write a descriptor that is meant until the ring is done, nor may the ring's own
  transfers. The counters of bytes do not count descriptors.
* What is wrong with a descriptor traps in its turn: the transfers before it are done, it and those
  after it move nothing. The trap names the ring's stream and program counter. Its address is that
  of the descriptor where an instruction's trap would have the instruction's; for BUS_ERROR and
  ECC_ERROR of the descriptor's own bytes it is the place of the error."""

ACCUMULATORS = """\
Each lane of the Vector engine keeps 8 partial results in FP32, from instruction to instruction and
from program to program until a reset, after which they are empty. An instruction whose
`reduce_cmd` says so accumulates its results, before they are cast for `dst`: element j of a
partition (row-major over all free dimensions) goes to partial result j mod 8 as
`p = p reduce_op element`, in order of j. An empty one counts as the identity of the operation that
uses it: +0 (ADD, SUBTRACT), 1 (MULTIPLY), -inf (MAX), +inf (MIN).

* Lane i has partition number i of the operands. After an instruction that accumulates, the lanes it
  has no partitions for hold nothing that may be read, until the partial results are emptied.
* READ_ACCUMULATOR combines the partial results as TENSOR_REDUCE does.
* TENSOR_CUMULATIVE keeps what it has so far in partial result 0. TENSOR_REDUCE has partial results
  of its own.
* Nothing is accumulated where `keep` is set, which would accumulate what is not written."""

NUMBERS = """\
* Vector, Scalar and casts compute in FP32: every operand is first converted to FP32 (integers
  round to nearest even), each operation rounds once to nearest even, subnormals are kept, the
  result is converted to the destination's type.
* Any NaN result is the canonical NaN, 0x7FC00000 in FP32; a cast writes the type's own. Only moves
  (TENSOR_COPY and DMA of equal types, MEMSET) keep other NaN patterns.
* STOCHASTIC: a result goes up in magnitude when the part of it that the cast cuts off, as a
  fraction of 32 bits (anything below sets the last one), and the lane's random bits add up to 1 or
  more. What is written otherwise about casts holds: an exact result stays, floats overflow to
  infinity, integers saturate.
* Random bits: each lane of an engine has a xorshift generator of 32 bits (x ^= x << 13, x ^= x >>
  17, x ^= x << 5), whose state after a step is the random number, from 1 to 2^32 - 1. It steps once
  for each element that an instruction with STOCHASTIC writes, cast or not, that RNG writes or that
  DROPOUT writes, in order of the elements, in every lane, whether the instruction uses it or not.
  Lane p works on partition p of the operands, counted from their start. After reset the states
  are different and fixed.
* Casts to a smaller float: nearest even, overflow to infinity. Casts to an integer: nearest even,
  saturating, NaN becomes 0.
* MAX and MIN are IEEE 754-2019 maximum and minimum: NaN when either operand is NaN, and -0 is below
  +0. SUBTRACT is a + (-b). x - x and (+0) + (-0) are +0.
* Comparisons are IEEE's: zeros of both signs are equal; with a NaN all give 0.0 but NOT_EQUAL.
  Logical operations take every value but the two zeros as true, NaN too.
* ABS_MAX, ABS_MIN, ABS and RELU of a NaN are the canonical NaN; RELU of -0 is +0.
* DIVIDE, SQRT, RSQRT and RECIPROCAL are correctly rounded: 0 / 0 and infinity / infinity are NaN,
  another number / 0 is an infinity with the sign of the quotient. SQRT and RSQRT of a number below
  zero are NaN; SQRT(-0) is -0, RSQRT of a zero is an infinity with its sign.
* MOD is `a - b * floor(a / b)` rounded once, as Python's `%`: the result has the sign of b, a zero
  too. It is exact but where a has the other sign and is smaller than b, where it is `a + b`. An
  infinite a or a zero b gives NaN; a finite a with an infinite b gives a, or b when their signs
  differ.
* There is no power: it would not be exact enough in one operation of a lane.
* Operations on bits (BITWISE_*, SHIFT_*) take integers, all operands of one type: nothing is cast,
  an immediate counts with its low bits. A shift amount is unsigned; at the type's width or more,
  every bit is moved out. A chain is all arithmetic or all on bits; BYPASS goes with both.
* An operation of one operand takes the tensor's side, whatever `reverse` says. At most one
  operation of an instruction is of those that a lane's divider computes.
* TENSOR_SCALAR rounds after each of its two operations, ACTIVATE after the product and after the
  sum. A reduction always uses 8 interleaved partial results, whatever the hardware's latency.
* A column of the array computes `acc = fma(stationary, moving, acc)`, one rounding each, over all
  rows in order from row 0, from +0; rows outside the operands hold +0. PSUM then holds `acc`, or
  with `accumulate` the FP32 sum of its word and `acc`. A word that one instruction writes several
  times takes each in order.
* The low 13 bits of a TF32 element do not count. FP8 in the Tensor engine takes any exponent bias
  from 1 to 63.
* FP32 splits into high, the upper 12 bits of the significand, and low, the rest, both with the
  value's sign. One MULTIPLY_MOVING runs four passes over all its elements, low x low, low x
  high, high x low, high x high (stationary x moving), each from +0, and adds the last three to
  PSUM. Infinities and NaNs are high: their low half is 0, a moving one is 0 in the second pass
  too, and in the third a moving zero gives zero whatever it meets.
* INT8 and UINT8: products and sums are exact modulo 2^32, in the array and in PSUM.
* `transpose`: the sum of the selected patterns, modulo 2 to the bits of the destination's type."""

FOOTNOTES = """\
Device memory, SBUF and PSUM are little-endian. A window allows an access when the whole pattern
lies in it. The first trap stops the core; bytes that were ordered before it are written. Sizes that
differ from core to core are on the page of [configurations](reference/config.md)."""
