"""Checks DMA instructions and normalises their patterns."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import MEMORY_WINDOWS, CoreConfig
from ..formats import DType
from ..host.windows import Windows
from ..isa.csr import Trap
from ..isa.opcodes import RoundMode
from ..isa.rules import DMA_CAST_DTYPES
from ..sequencer.ports import DmaIssue, TrapPort
from .multiply import SequentialMultiplier
from .pattern import PatternSelect
from .transfer import LEVELS, Side, Transfer

__all__ = ["FrontEnd"]

_COUNT_BITS = 32


def _is_cast(dtype: Any) -> Value:
    return Value.cast(dtype).matches(*DMA_CAST_DTYPES)


class FrontEnd(wiring.Component):
    """Takes one DMA instruction at a time, checks it as ``isa.rules`` does and hands it on.

    Dimension by dimension it multiplies out the element count and the reach, and merges the
    innermost dimensions that continue a contiguous run.

    Members
    -------
    issue: In(DmaIssue())
        An instruction is taken when its engine's queue has it.
    transfer: Out(stream of Transfer), queue: Out(4)
        To the queue of engine ``queue``.
    trap: Out(TrapPort())
        BAD_OPERAND or OUT_OF_RANGE; nothing more is taken until a reset.
    windows: In(Windows)
    stop: In(1)
        Level: nothing is handed on or trapped; whoever raises it also resets this block.
    working: Out(1)
        An instruction is in work: the clock must run while this or ``issue.issue.valid`` is high.
    waiting: Out(1)
        It is ready and its queue is full: the clock need not run.

    Latency: 10 cycles and 6 more for each dimension larger than 1.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "issue": In(DmaIssue()),
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
        m.submodules.operand = operand = PatternSelect()
        m.submodules.multiply = multiply = SequentialMultiplier()
        command = self.issue.issue.payload
        self._operand, self._multiply = operand, multiply

        # The operand in work, and the source's values once the destination is in work.
        is_dst = Signal()
        step = Signal(range(LEVELS + 1))
        side, count = Signal(Side), Signal(_COUNT_BITS, init=1)
        start, low, high = Signal(signed(64)), Signal(signed(64)), Signal(signed(64))
        source, source_count = Signal(Side), Signal(_COUNT_BITS)
        source_start, source_low, source_high = (
            Signal(signed(64), name=f"source_{name}") for name in ("start", "low", "high")
        )
        src_dtype = Signal(DType, init=DType.FP32)
        # Sum of the reaches of the dimensions that are walked, and whether all so far merged.
        travel, merging = Signal(signed(48)), Signal()
        checking_dst = Signal()
        check_low, check_high = Signal(signed(65)), Signal(signed(65))
        allowed = Signal()

        transfer = self.transfer.payload
        m.d.comb += [
            operand.raw.eq(command.raw),
            operand.is_dst.eq(is_dst),
            operand.dim.eq(step),
            multiply.a.eq(count),
            multiply.b.eq(operand.size),
            self.queue.eq(operand.queue),
            self.trap.stream.eq(command.stream),
            self.trap.pc.eq(command.pc),
            self.trap.address.eq(command.instruction_address),
            transfer.src.eq(source),
            transfer.dst.eq(side),
            transfer.cast.eq(src_dtype != operand.dtype),
            transfer.src_dtype.eq(src_dtype),
            transfer.dst_dtype.eq(operand.dtype),
            transfer.update_mode.eq(operand.header.update.mode),
            transfer.update_semaphore.eq(operand.header.update.semaphore),
            transfer.update_value.eq(operand.header.update.value),
            transfer.stream.eq(command.stream),
            transfer.pc.eq(command.pc),
        ]

        def bad() -> None:
            m.d.comb += [self.trap.valid.eq(~self.stop), self.trap.cause.eq(Trap.BAD_OPERAND)]
            m.next = "TRAPPED"

        def next_step() -> None:
            m.d.sync += step.eq(step + 1)
            with m.If(step == LEVELS - 2):
                m.next = "PARTITIONS"
            with m.Else():
                m.next = "DIM"

        with m.FSM(name="phase") as fsm:
            m.d.comb += self.working.eq(~fsm.ongoing("IDLE"))
            with m.State("IDLE"):
                m.d.sync += [is_dst.eq(0), checking_dst.eq(0)]
                with m.If(self.issue.issue.valid & ~self.stop):
                    m.next = "SETUP"

            with m.State("SETUP"):
                m.d.sync += [
                    side.eq(0),
                    side.device.eq(operand.device),
                    side.partition.eq(Mux(operand.device, 0, operand.start_partition)),
                    side.run.eq(1 << operand.shift),
                    count.eq(1), start.eq(operand.address), step.eq(0),
                    low.eq(0), high.eq(1 << operand.shift), travel.eq(0), merging.eq(1),
                ]  # fmt: skip
                m.d.comb += multiply.a.eq(
                    Mux(is_dst, command.dst_register, command.src_register).as_signed()
                )
                m.d.comb += [multiply.b.eq(operand.scale), multiply.start.eq(operand.uses_register)]
                with m.If(self._bad_operand(is_dst, src_dtype)):
                    bad()
                with m.Elif(operand.uses_register):
                    m.next = "ADDRESS"
                with m.Else():
                    m.next = "DIM"

            with m.State("ADDRESS"):
                m.d.comb += multiply.a.eq(
                    Mux(is_dst, command.dst_register, command.src_register).as_signed()
                )
                m.d.comb += multiply.b.eq(operand.scale)
                with m.If(multiply.done):
                    m.d.sync += start.eq(start + multiply.product)
                    m.next = "DIM"

            with m.State("DIM"):
                with m.If(operand.size == 0):
                    bad()
                with m.Elif(operand.size == 1):
                    next_step()
                with m.Else():
                    m.d.comb += multiply.start.eq(1)
                    m.next = "COUNT"

            with m.State("COUNT"):
                with m.If(multiply.done):
                    m.d.sync += count.eq(multiply.product)
                    with m.If(multiply.product[_COUNT_BITS:].any()):
                        bad()
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
                    with m.If(operand.stride < 0):
                        m.d.sync += low.eq(low + reach)
                    with m.Else():
                        m.d.sync += high.eq(high + reach)
                    with m.If(merging & (operand.stride == side.run)):
                        m.d.sync += side.run.eq(count << operand.shift)
                    with m.Else():
                        level = side.levels[step]
                        m.d.sync += [merging.eq(0), travel.eq(travel + reach)]
                        m.d.sync += level.last.eq(operand.size - 1)
                        m.d.sync += level.jump.eq(operand.stride - travel)
                    next_step()

            with m.State("PARTITIONS"):
                m.d.sync += side.address.eq(start)
                m.d.comb += multiply.b.eq(operand.num_partitions)
                with m.If(operand.device):
                    m.next = "SIDE_DONE"
                with m.Else():
                    m.d.sync += side.levels[LEVELS - 1].last.eq(operand.num_partitions - 1)
                    m.d.sync += side.levels[LEVELS - 1].jump.eq(-travel)
                    with m.If(operand.num_partitions == 0):
                        bad()
                    with m.Else():
                        m.d.comb += multiply.start.eq(1)
                        m.next = "PARTITION_COUNT"

            with m.State("PARTITION_COUNT"):
                m.d.comb += multiply.b.eq(operand.num_partitions)
                with m.If(multiply.done):
                    m.d.sync += count.eq(multiply.product)
                    m.next = "SIDE_DONE"

            with m.State("SIDE_DONE"):
                with m.If(~is_dst):
                    m.d.sync += [
                        is_dst.eq(1), source.eq(side), source_count.eq(count),
                        source_start.eq(start), source_low.eq(low), source_high.eq(high),
                        src_dtype.eq(operand.dtype),
                    ]  # fmt: skip
                    m.next = "SETUP"
                with m.Elif(count != source_count):
                    bad()
                with m.Else():
                    m.next = "RANGE"

            with m.State("RANGE"):
                with m.If(checking_dst):
                    m.d.sync += [check_low.eq(start + low), check_high.eq(start + high)]
                with m.Else():
                    m.d.sync += check_low.eq(source_start + source_low)
                    m.d.sync += check_high.eq(source_start + source_high)
                m.next = "WINDOW"

            with m.State("WINDOW"):
                in_device = Mux(checking_dst, side.device, source.device)
                # Compared in this state only: the windows come from an ungated clock.
                m.d.comb += allowed.eq(self._allowed(check_low, check_high, checking_dst))
                with m.If(in_device & ~allowed):
                    m.d.comb += [
                        self.trap.valid.eq(~self.stop),
                        self.trap.cause.eq(Trap.OUT_OF_RANGE),
                        self.trap.address.eq(Mux(checking_dst, start, source_start)),
                    ]
                    m.next = "TRAPPED"
                with m.Else():
                    m.d.sync += checking_dst.eq(1)
                    m.next = "RANGE"
                    with m.If(checking_dst):
                        m.next = "HAND_ON"

            with m.State("HAND_ON"):
                m.d.comb += self.transfer.valid.eq(~self.stop)
                m.d.comb += self.waiting.eq(~self.transfer.ready)
                with m.If(self.transfer.ready & ~self.stop):
                    m.d.comb += self.issue.issue.ready.eq(1)
                    m.next = "IDLE"

            with m.State("TRAPPED"):
                pass
        return m

    def _bad_operand(self, is_dst: Signal, src_dtype: Any) -> Any:
        operand = self._operand
        types = _is_cast(operand.dtype) & _is_cast(src_dtype)
        return (
            (operand.queue >= self.config.dma_engines)
            | (operand.round_mode != RoundMode.NEAREST_EVEN)
            | ~operand.dtype_ok
            | (is_dst & (operand.dtype != src_dtype) & ~types)
        )

    def _allowed(self, low: Any, high: Any, is_write: Any) -> Any:
        fits = []
        for i in range(MEMORY_WINDOWS):
            window = self.windows[i]
            inside = (low >= window.base) & (high <= window.base + window.size)
            fits.append(inside & Mux(is_write, window.write, window.read))
        return Cat(fits).any() & (high <= 1 << 48)
