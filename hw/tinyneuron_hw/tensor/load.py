"""Reads stationary matrices and feeds them to the array's shadow."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, Value, unsigned
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..formats import DType
from ..isa.operands import AccessPattern
from ..memory.beat import has_size
from ..memory.ports import LineReadPort
from ..memory.reader import OperandReader
from .commands import LoadCommand, element_dtype, is_split, turn_bits
from .edge import STATIONARY_LANES
from .operand import OperandControl

__all__ = ["LoadUnit"]


class LoadUnit(wiring.Component):
    """Executes LOAD_STATIONARY, four columns each cycle where four elements stand side by side in
    memory, else one.

    Reading starts at once; the first element waits until the multiplies before the instruction
    have started, because they still use what is in the shadow. FP32 elements enter twice, high and
    low half.

    Elements are taken in groups of four when the innermost stride is 1, every group starts at a
    multiple of four elements, and only the last group of the whole pattern is not full.

    Parameters
    ----------
    config:
        Core sizes; ``queue_depth`` commands wait.

    Members
    -------
    commands: In(stream of LoadCommand).
    multiplies_started: In, count of multiplies whose first element has entered.
    sbuf: Out(LineReadPort).
    valid, lanes, control, column, count, first: Out, elements for :class:`PeArray`.
    started: Out(1), pulse when the unit begins to read an instruction.
    entered: Out(1), pulse in the cycle in which an instruction's last element enters.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "commands": In(stream.Signature(LoadCommand(config))),
                "multiplies_started": In(turn_bits(config)),
                "sbuf": Out(LineReadPort(config)),
                "valid": Out(1),
                "lanes": Out(
                    data.ArrayLayout(
                        data.ArrayLayout(unsigned(32), STATIONARY_LANES), config.partitions
                    )
                ),
                "control": Out(OperandControl, init={"dtype": DType.BF16}),
                "column": Out(range(config.columns)),
                "count": Out(range(STATIONARY_LANES + 1)),
                "first": Out(1),
                "started": Out(1),
                "entered": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        layout = LoadCommand(config)
        m.submodules.queue = queue = fifo.SyncFIFOBuffered(
            width=Shape.cast(layout).width, depth=config.queue_depth
        )
        m.submodules.reader = reader = OperandReader(config, psum=False, rotate=False, groups=True)
        wiring.connect(m, reader.sbuf, wiring.flipped(self.sbuf))

        context_layout = data.StructLayout(
            {
                "dtype": unsigned(4),
                "transpose": 1,
                "exponent_bias": 6,
                "split": 1,
                "column": unsigned(8),
                "grouped": 1,
                "tail": range(STATIONARY_LANES),
                "multiplies": turn_bits(config),
            }
        )
        m.submodules.contexts = contexts = fifo.SyncFIFO(width=context_layout.size, depth=2)
        command = data.View(layout, queue.r_data)
        new = data.View(context_layout, contexts.w_data)
        m.d.comb += [
            queue.w_data.eq(self.commands.payload),
            queue.w_en.eq(self.commands.valid),
            self.commands.ready.eq(queue.w_rdy),
            reader.start.valid.eq(queue.r_rdy & contexts.w_rdy),
            self.started.eq(reader.start.valid & reader.start.ready),
            queue.r_en.eq(self.started),
            contexts.w_en.eq(self.started),
            new.dtype.eq(command.src.dtype),
            new.transpose.eq(command.transpose),
            new.exponent_bias.eq(command.exponent_bias),
            new.split.eq(is_split(command)),
            new.column.eq(command.column),
            new.tail.eq(command.src.dims[0].size),
            new.multiplies.eq(command.multiplies),
        ]
        pattern: Any = Signal(AccessPattern)
        m.d.comb += [
            pattern.eq(command.src),
            pattern.dtype.eq(element_dtype(command)),
            new.grouped.eq(self._is_grouped(pattern)),
            reader.start.payload.eq(pattern),
        ]
        inner = command.src.dims[0]
        with m.If(new.grouped):
            m.d.comb += [
                reader.start.payload.dims[0].stride.eq(STATIONARY_LANES),
                reader.start.payload.dims[0].size.eq((inner.size + STATIONARY_LANES - 1) >> 2),
            ]
        self._elaborate_entering(m, reader, contexts, data.View(context_layout, contexts.r_data))
        return m

    @staticmethod
    def _is_grouped(pattern: data.View) -> Value:
        """Whether the pattern can be read in groups of four elements."""
        inner, outer = pattern.dims[0], [pattern.dims[k] for k in range(1, 4)]
        size_mask = Mux(has_size(pattern.dtype, 4), 0b1111,
                        Mux(has_size(pattern.dtype, 2), 0b0111, 0b0011))  # fmt: skip
        single = [dim.size == 1 for dim in outer]
        steps = [one | ~dim.stride[:2].any() for one, dim in zip(single, outer, strict=True)]
        full = ~inner.size[:2].any() | Cat(single).all()
        return (inner.stride == 1) & ~(pattern.offset & size_mask).any() & Cat(steps).all() & full

    def _elaborate_entering(self, m: Module, reader, contexts, context) -> None:
        """Lets elements enter, each in the lane of its column."""
        config = self._config
        beat = reader.output.payload
        index = Signal(range(config.columns))
        high, low = Signal(), Signal()
        may_enter, leaves = Signal(), Signal()
        tail = Mux(context.tail == 0, STATIONARY_LANES, context.tail)
        m.d.comb += [
            # The low half of a split element comes in the cycle after the high one.
            high.eq(context.split & ~low),
            self.first.eq((index == 0) & ~low),
            may_enter.eq(
                contexts.r_rdy & (~self.first | (self.multiplies_started == context.multiplies))
            ),
            self.valid.eq(reader.output.valid & may_enter),
            leaves.eq(self.valid & ~high),
            reader.output.ready.eq(may_enter & ~high),
            self.control.dtype.eq(context.dtype),
            self.control.transpose.eq(context.transpose),
            self.control.exponent_bias.eq(context.exponent_bias),
            self.control.low.eq(low),
            self.column.eq(context.column + index),
            self.count.eq(
                Mux(context.grouped, Mux(beat.last, tail, STATIONARY_LANES), 1)
            ),
            self.entered.eq(leaves & beat.last),
            contexts.r_en.eq(self.entered),
        ]  # fmt: skip
        with m.If(self.valid):
            m.d.sync += low.eq(high)
        with m.If(leaves):
            m.d.sync += index.eq(index + Mux(context.grouped, STATIONARY_LANES, 1))
        with m.If(self.entered):
            m.d.sync += index.eq(0)
        for row in range(config.partitions):
            for lane in range(STATIONARY_LANES):
                number = (lane - self.column)[:2]
                element = Value.cast(beat.lanes[row]).word_select(number, 32)
                m.d.comb += self.lanes[row][lane].eq(element)
