"""Checks DMA instructions and normalises their patterns."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..formats import DType
from ..host.windows import Windows
from ..isa.csr import Trap
from ..isa.opcodes import Accumulate, RoundMode
from ..isa.rules import DMA_CAST_DTYPES
from ..isa.rules_indexed import INDEX_TENSOR_DTYPES
from ..sequencer.ports import DmaIssue, TrapPort
from .descriptors import CheckedDescriptor
from .front_input import FrontInput
from .front_work import COUNT_BITS, Work
from .multiply import SequentialMultiplier
from .pattern import PatternSelect
from .transfer import LEVELS, Transfer
from .window_check import window_allows

__all__ = ["FrontEnd"]


def _is_cast(dtype: Any) -> Value:
    return Value.cast(dtype).matches(*DMA_CAST_DTYPES)


class FrontEnd(wiring.Component):
    """Takes one DMA instruction at a time, checks it as ``isa.rules`` does and hands it on.

    Dimension by dimension it multiplies out the element count and the reach, and merges the
    innermost dimensions that continue a contiguous run. Descriptors of rings and instructions take
    turns; an instruction whose queue is full lets them pass.

    Members
    -------
    issue: In(DmaIssue())
        An instruction is taken when its engine's queue has it.
    descriptor: In(stream of CheckedDescriptor)
        Taken when its queue has it. Its faults and those found here go with the transfer.
    transfer: Out(stream of Transfer), queue: Out(4)
        To the queue of engine ``queue``.
    of_ring: Out(1), fault: Out(1), cause: Out(Trap)
        With ``transfer``: it is a descriptor; see :class:`Descriptor`.
    trap: Out(TrapPort())
        BAD_OPERAND or OUT_OF_RANGE; nothing more is taken until a reset.
    windows: In(Windows)
    stop: In(1)
        Level: nothing is handed on or trapped; whoever raises it also resets this block.
    working: Out(1)
        Something is in work: the clock must run while this or a ``valid`` at the input is high.
    waiting: Out(1)
        It is ready and its queue is full: the clock need not run.

    Latency: 10 cycles and 6 more for each dimension larger than 1; with an index tensor 5 cycles
    more and 6 for each of its dimensions. Its rows are checked by the engine.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "issue": In(DmaIssue()),
                "descriptor": In(stream.Signature(CheckedDescriptor)),
                "of_ring": Out(1),
                "fault": Out(1),
                "cause": Out(Trap),
                "transfer": Out(stream.Signature(Transfer)),
                "queue": Out(4),
                "trap": Out(TrapPort()),
                "windows": In(Windows),
                "stop": In(1),
                "working": Out(1),
                "waiting": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.inputs = self._inputs = inputs = FrontInput()
        connect(m, flipped(self.issue), inputs.issue)
        connect(m, flipped(self.descriptor), inputs.descriptor)
        m.submodules.operand = self._operand = PatternSelect()
        m.submodules.multiply = self._multiply = SequentialMultiplier()
        work = self._work = Work()
        self._elaborate_result(m)
        with m.FSM(name="phase") as fsm:
            m.d.comb += self.working.eq(~fsm.ongoing("IDLE"))
            m.d.comb += inputs.idle.eq(fsm.ongoing("IDLE"))
            with m.State("IDLE"):
                m.d.sync += [work.is_dst.eq(0), work.checking_dst.eq(0)]
                m.d.sync += work.is_index.eq(self._operand.indexed)
                self._take_up(m)
            self._begin_operand(m)
            self._multiply_dimensions(m)
            self._multiply_partitions(m)
            self._end_operand(m)
            self._check_windows(m)
            with m.State("HAND_ON"):
                m.d.comb += self.transfer.valid.eq(~self.stop)
                m.d.comb += self.waiting.eq(~self.transfer.ready & ~inputs.passes)
                with m.If(self.transfer.ready & ~self.stop):
                    m.d.comb += inputs.done.eq(1)
                    m.next = "IDLE"
                with m.Elif(inputs.passes):
                    m.next = "IDLE"
            with m.State("TRAPPED"):
                pass
        return m

    def _take_up(self, m: Module) -> None:
        """IDLE: an instruction or a descriptor comes; of one that traps only that goes on."""
        work, inputs, given = self._work, self._inputs, self.descriptor.payload
        with m.If(inputs.valid & ~self.stop):
            m.d.comb += inputs.start.eq(1)
            m.d.sync += work.fault.eq(inputs.of_ring & given.fault)
            m.next = "SETUP"
            with m.If(inputs.of_ring & given.fault):
                m.d.sync += work.cause.eq(given.cause)
                m.d.sync += work.source.address.eq(given.fault_address)
                m.next = "HAND_ON"

    def _elaborate_result(self, m: Module) -> None:
        """What leaves, and what goes to the operand's selection and the multiplier by default."""
        work, operand, multiply = self._work, self._operand, self._multiply
        command, transfer = self._inputs.command, self.transfer.payload
        self._accumulates = operand.accumulate != Accumulate.NONE
        self._unit_mask = (1 << operand.shift) - 1
        m.d.comb += [
            operand.raw.eq(command.raw),
            operand.is_dst.eq(work.is_dst),
            operand.is_index.eq(work.is_index),
            operand.dim.eq(work.step),
            multiply.a.eq(work.count),
            multiply.b.eq(operand.size),
            self.queue.eq(Mux(self.of_ring, self.descriptor.payload.queue, operand.queue)),
            self.of_ring.eq(self._inputs.of_ring),
            self.fault.eq(work.fault),
            self.cause.eq(work.cause),
            self.trap.stream.eq(command.stream),
            self.trap.pc.eq(command.pc),
            transfer.src.eq(work.source),
            transfer.dst.eq(work.side),
            transfer.ring.eq(operand.ring),
            transfer.indexed.eq(operand.indexed),
            transfer.indices.eq(work.indices),
            transfer.cast.eq(
                Mux(
                    self._accumulates,
                    (work.src_dtype != DType.FP32) & ~transfer.integer,
                    work.src_dtype != operand.dtype,
                )
            ),
            transfer.accumulate.eq(operand.accumulate),
            transfer.integer.eq((work.src_dtype == DType.INT32) & (operand.dtype == DType.INT32)),
            transfer.transpose.eq(operand.transpose),
            transfer.src_dtype.eq(work.src_dtype),
            transfer.dst_dtype.eq(operand.dtype),
            transfer.update_mode.eq(operand.header.update.mode),
            transfer.update_semaphore.eq(operand.header.update.semaphore),
            transfer.update_value.eq(operand.header.update.value),
            transfer.stream.eq(command.stream),
            transfer.pc.eq(command.pc),
        ]

    def _bad(self, m: Module) -> None:
        self._trap(m, Trap.BAD_OPERAND, self._inputs.command.instruction_address)

    def _trap(self, m: Module, cause: Trap, address: Any) -> None:
        """That of a descriptor comes when those before it are done."""
        with m.If(self.of_ring):
            m.d.sync += [self._work.fault.eq(1), self._work.cause.eq(cause)]
            m.d.sync += self._work.source.address.eq(address)
            m.next = "HAND_ON"
        with m.Else():
            m.d.comb += [self.trap.valid.eq(~self.stop), self.trap.cause.eq(cause),
                         self.trap.address.eq(address)]  # fmt: skip
            m.next = "TRAPPED"

    def _next_step(self, m: Module) -> None:
        step = self._work.step
        m.d.sync += step.eq(step + 1)
        with m.If(step == LEVELS - 3):
            self._begin_rows(m)
        with m.If(step == LEVELS - 2):
            m.next = "PARTITIONS"
        with m.Else():
            m.next = "DIM"

    def _begin_rows(self, m: Module) -> None:
        """The outermost free dimension of an operand on chip is not part of a row."""
        work, operand = self._work, self._operand
        with m.If(operand.indexed & ~operand.device & ~work.is_index):
            m.d.sync += [work.block.eq(work.count), work.travel.eq(0), work.merging.eq(0)]

    def _begin_operand(self, m: Module) -> None:
        """SETUP, and ADDRESS for one that a register is part of."""
        work, operand, multiply = self._work, self._operand, self._multiply
        command = self._inputs.command
        offset = Mux(work.is_dst, command.dst_register, command.src_register).as_signed()
        with m.State("SETUP"):
            m.d.sync += [
                work.side.eq(0),
                work.side.device.eq(operand.device),
                work.side.list.eq(operand.list),
                work.side.partition.eq(Mux(operand.device, 0, operand.start_partition)),
                work.side.run.eq(1 << operand.shift),
                work.count.eq(1), work.start.eq(operand.address), work.step.eq(0),
                work.low.eq(0), work.high.eq(1 << operand.shift),
                work.travel.eq(0), work.merging.eq(~operand.transpose & ~work.is_index),
                work.misaligned.eq(0),
            ]  # fmt: skip
            m.d.comb += [multiply.a.eq(offset), multiply.b.eq(operand.scale)]
            m.d.comb += multiply.start.eq(operand.uses_register)
            with m.If(self._bad_operand(work.is_dst, work.src_dtype)):
                self._bad(m)
            with m.Elif(operand.uses_register):
                m.next = "ADDRESS"
            with m.Else():
                m.next = "DIM"
        with m.State("ADDRESS"):
            m.d.comb += [multiply.a.eq(offset), multiply.b.eq(operand.scale)]
            with m.If(multiply.done):
                m.d.sync += work.start.eq(work.start + multiply.product)
                m.next = "DIM"

    def _multiply_dimensions(self, m: Module) -> None:
        """DIM, COUNT, MEASURE and REACH: a dimension's elements and how far it goes."""
        work, operand, multiply = self._work, self._operand, self._multiply
        with m.State("DIM"):
            with m.If(operand.size == 0):
                self._bad(m)
            with m.Elif(operand.size == 1):
                self._next_step(m)
            with m.Else():
                m.d.comb += multiply.start.eq(1)
                m.next = "COUNT"
        with m.State("COUNT"):
            with m.If(multiply.done):
                m.d.sync += work.count.eq(multiply.product)
                with m.If(multiply.product[COUNT_BITS:].any()):
                    self._bad(m)
                with m.Else():
                    m.next = "MEASURE"
        with m.State("MEASURE"):
            m.d.comb += [multiply.a.eq(operand.stride), multiply.b.eq(operand.size - 1)]
            m.d.comb += multiply.start.eq(1)
            m.next = "REACH"
        with m.State("REACH"):
            reach = multiply.product
            m.d.comb += [multiply.a.eq(operand.stride), multiply.b.eq(operand.size - 1)]
            with m.If(multiply.done):
                with m.If((operand.stride.as_unsigned() & self._unit_mask).any()):
                    m.d.sync += work.misaligned.eq(1)
                with m.If(operand.stride < 0):
                    m.d.sync += work.low.eq(work.low + reach)
                with m.Else():
                    m.d.sync += work.high.eq(work.high + reach)
                with m.If(work.merging & (operand.stride == work.side.run)):
                    m.d.sync += work.side.run.eq(work.count << operand.shift)
                with m.Else():
                    level = work.side.levels[work.step]
                    m.d.sync += work.merging.eq(0)
                    with m.If(~operand.transpose):
                        m.d.sync += work.travel.eq(work.travel + reach)
                    m.d.sync += level.last.eq(operand.size - 1)
                    m.d.sync += level.jump.eq(operand.stride - work.travel)
                self._next_step(m)

    def _multiply_partitions(self, m: Module) -> None:
        """PARTITIONS and PARTITION_COUNT: the outermost dimension of an operand on chip."""
        work, operand, multiply = self._work, self._operand, self._multiply
        with m.State("PARTITIONS"):
            m.d.sync += work.side.address.eq(work.start)
            m.d.comb += multiply.b.eq(operand.num_partitions)
            with m.If(operand.device):
                m.next = "SIDE_DONE"
            with m.Else():
                m.d.sync += work.side.levels[LEVELS - 1].last.eq(operand.num_partitions - 1)
                m.d.sync += work.side.levels[LEVELS - 1].jump.eq(-work.travel)
                with m.If(operand.num_partitions == 0):
                    self._bad(m)
                with m.Else():
                    m.d.comb += multiply.start.eq(1)
                    m.next = "PARTITION_COUNT"
        with m.State("PARTITION_COUNT"):
            m.d.comb += multiply.b.eq(operand.num_partitions)
            with m.If(multiply.done):
                m.d.sync += work.count.eq(multiply.product)
                with m.If(operand.indexed):
                    m.d.sync += work.count.eq(Mux(work.is_index, work.count, work.block))
                m.next = "SIDE_DONE"

    def _end_operand(self, m: Module) -> None:
        """SIDE_DONE: after the source comes the destination, after that the windows."""
        work = self._work
        listed = self._operand.list | work.source.list
        uneven = work.misaligned | (work.start.as_unsigned() & self._unit_mask).any()
        with m.State("SIDE_DONE"):
            with m.If(work.is_index):
                work.keep_indices(m, self._inputs.command.raw)
                m.next = "SETUP"
            with m.Elif(self._operand.ring):
                work.keep_ring(m, self._operand, self._inputs.command.raw)
                m.next = "RANGE"
                with m.If(uneven):
                    self._bad(m)
            with m.Elif(self._wants_other_rows() | (self._operand.list & uneven)):
                self._bad(m)
            with m.Elif(~work.is_dst):
                work.keep_source(m, self._operand)
                m.d.sync += work.is_dst.eq(1)
                m.next = "SETUP"
            with m.Elif((work.differs & ~listed) | (self._accumulates & uneven)):
                self._bad(m)
            with m.Else():
                work.keep_total(m, self._operand)
                m.next = "RANGE"

    def _wants_other_rows(self) -> Value:
        """The operand on chip has another number of rows than there are indices."""
        operand, rows = self._operand, self._work.side.levels[LEVELS - 2].last + 1
        return operand.indexed & ~operand.device & (rows != self._work.rows)

    def _check_windows(self, m: Module) -> None:
        """RANGE and WINDOW, for the source and then for the destination."""
        work = self._work
        with m.State("RANGE"):
            with m.If(work.checking_dst):
                m.d.sync += work.check_low.eq(work.start + work.low)
                m.d.sync += work.check_high.eq(work.start + work.high)
            with m.Else():
                m.d.sync += work.check_low.eq(work.source_start + work.source_low)
                m.d.sync += work.check_high.eq(work.source_start + work.source_high)
            m.next = "WINDOW"
        with m.State("WINDOW"):
            in_device = Mux(work.checking_dst, work.side.device, work.source.device)
            is_write = work.checking_dst & ~work.side.list
            # Compared in this state only: the windows come from an ungated clock.
            allowed = Signal()
            m.d.comb += allowed.eq(
                window_allows(
                    self.windows, work.check_low, work.check_high,
                    ~is_write | self._accumulates, is_write,
                )
            )  # fmt: skip
            with m.If(self._operand.indexed):
                with m.If(in_device):
                    m.d.sync += work.indices.low.eq(work.check_low)
                    m.d.sync += work.indices.high.eq(work.check_high)
            with m.If(in_device & ~allowed & ~self._operand.indexed):
                place = Mux(work.checking_dst, work.start, work.source_start)
                self._trap(m, Trap.OUT_OF_RANGE, place)
            with m.Else():
                m.d.sync += work.checking_dst.eq(1)
                m.next = "RANGE"
                with m.If(work.checking_dst):
                    m.next = "HAND_ON"

    def _bad_operand(self, is_dst: Signal, src_dtype: Any) -> Any:
        operand = self._operand
        types = _is_cast(operand.dtype) & _is_cast(src_dtype)
        index_dtype = Value.cast(operand.dtype).matches(*INDEX_TENSOR_DTYPES)
        return (
            (operand.queue >= self.config.dma_engines)
            | (operand.round_mode != RoundMode.NEAREST_EVEN)
            | ~operand.dtype_ok
            | (self._work.is_index & ~index_dtype)
            | (is_dst & (operand.dtype != src_dtype) & ~types)
        )
