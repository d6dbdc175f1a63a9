"""Reads stationary matrices and feeds them to the array's shadow."""

from typing import Any

from amaranth.hdl import Module, Shape, Signal, unsigned
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..formats import DType
from ..memory.ports import LineReadPort
from ..memory.reader import OperandReader
from .commands import LoadCommand, turn_bits

__all__ = ["LoadUnit"]


class LoadUnit(wiring.Component):
    """Executes LOAD_STATIONARY, one column each cycle.

    Reading starts at once; the first element waits until the multiplies before the instruction
    have started, because they still use what is in the shadow.

    Parameters
    ----------
    config:
        Core sizes; ``queue_depth`` commands wait.

    Members
    -------
    commands: In(stream of LoadCommand).
    multiplies_started: In, count of multiplies whose first element has entered.
    sbuf: Out(LineReadPort).
    valid, lanes, dtype, column, first: Out, an element for :class:`PeArray`.
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
                "lanes": Out(data.ArrayLayout(unsigned(32), config.partitions)),
                "dtype": Out(DType, init=DType.BF16),
                "column": Out(range(config.columns)),
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
        m.submodules.reader = reader = OperandReader(config, psum=False, rotate=False)
        wiring.connect(m, reader.sbuf, wiring.flipped(self.sbuf))

        context_layout = data.StructLayout(
            {
                "dtype": unsigned(4),
                "column": unsigned(8),
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
            reader.start.payload.eq(command.src),
            reader.start.valid.eq(queue.r_rdy & contexts.w_rdy),
            self.started.eq(reader.start.valid & reader.start.ready),
            queue.r_en.eq(self.started),
            contexts.w_en.eq(self.started),
            new.dtype.eq(command.src.dtype),
            new.column.eq(command.column),
            new.multiplies.eq(command.multiplies),
        ]

        context = data.View(context_layout, contexts.r_data)
        element = reader.output.payload
        index = Signal(range(config.columns))
        may_enter = Signal()
        m.d.comb += [
            self.first.eq(index == 0),
            may_enter.eq(
                contexts.r_rdy & (~self.first | (self.multiplies_started == context.multiplies))
            ),
            reader.output.ready.eq(may_enter),
            self.valid.eq(reader.output.valid & may_enter),
            self.lanes.eq(element.lanes),
            self.dtype.eq(context.dtype),
            self.column.eq(context.column + index),
            self.entered.eq(self.valid & element.last),
            contexts.r_en.eq(self.entered),
        ]
        with m.If(self.valid):
            m.d.sync += index.eq(index + 1)
        with m.If(self.entered):
            m.d.sync += index.eq(0)
        return m
