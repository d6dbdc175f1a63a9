"""Reads moving operands, feeds them to the array and says where their sums go."""

from typing import Any

from amaranth.hdl import Module, Mux, Shape, Signal, unsigned
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..formats import DType
from ..memory.address import AddressGenerator
from ..memory.beat import has_size, lane_mask
from ..memory.ports import LineReadPort, PsumAccumulatePort
from ..memory.reader import OperandReader
from .commands import MultiplyCommand, element_dtype, is_split, turn_bits
from .operand import OperandControl
from .scoreboard import Scoreboard

__all__ = ["MovingWaits", "MultiplyUnit"]

_LAST_PASS = 3


class MovingWaits(data.Struct):
    """Why the next element of an instruction that has begun does not enter the array."""

    operand: unsigned(1)
    """It is not yet read."""
    matrix: unsigned(1)
    """Its stationary matrix is not yet there."""
    sum: unsigned(1)
    """An addition to the same word of PSUM is under way."""


class _Pass(data.StructLayout):
    """One way of an instruction through the array. FP32 makes four: bit 0 of ``number`` is set when
    the moving half is the high one, bit 1 when the stationary half is."""

    def __init__(self, config: CoreConfig):
        super().__init__({"command": MultiplyCommand(config), "number": 2, "split": 1})


class _Target(data.StructLayout):
    """Where a vector of sums goes, and how."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "word": PsumAccumulatePort(config).members["word"].shape,
                "accumulate": 1,
                "integer": 1,
                "size": 2,
                "byte": 2,
                "mask": config.columns,
                "last": 1,
            }
        )


class MultiplyUnit(wiring.Component):
    """Executes MULTIPLY_MOVING, one element each cycle.

    Reading starts at once. An element enters the array when the stationary matrix it needs has
    entered and when no sum for its PSUM word was sent off so lately that the addition there would
    miss it. Where its sum goes waits in a queue until the sum leaves the array. An instruction on
    FP32 streams four times, the small halves first.

    Parameters
    ----------
    config:
        Core sizes; ``queue_depth`` commands wait.
    array_latency:
        Cycles from an element to its sums.
    accumulate_latency:
        Cycles from a PSUM request to the readable word.

    Members
    -------
    commands: In(stream of MultiplyCommand).
    loads_entered: In, count of stationary matrices that may be swapped in.
    sbuf: Out(LineReadPort).
    valid, lanes, control, swap: Out, an element for :class:`PeArray`.
    sums, sums_valid: In, from :class:`PeArray`.
    psum: Out(PsumAccumulatePort).
    started: Out(1), pulse when the unit begins to read an instruction.
    multiplies_started: Out, count of multiplies whose first element has entered.
    done: Out(1), pulse when an instruction's last PSUM word is readable.

    Latency and throughput
    ----------------------
    Instructions follow each other without a gap.
    """

    def __init__(self, config: CoreConfig, *, array_latency: int, accumulate_latency: int):
        self._config = config
        self._array_latency = array_latency
        self._accumulate_latency = accumulate_latency
        super().__init__(
            {
                "commands": In(stream.Signature(MultiplyCommand(config))),
                "loads_entered": In(turn_bits(config)),
                "sbuf": Out(LineReadPort(config)),
                "valid": Out(1),
                "lanes": Out(data.ArrayLayout(unsigned(32), config.partitions)),
                "control": Out(OperandControl, init={"dtype": DType.BF16}),
                "swap": Out(1),
                "sums": In(data.ArrayLayout(unsigned(32), config.columns)),
                "sums_valid": In(1),
                "psum": Out(PsumAccumulatePort(config)),
                "started": Out(1),
                "multiplies_started": Out(turn_bits(config)),
                "done": Out(1),
                "waits": Out(MovingWaits),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        layout = MultiplyCommand(config)
        width = Shape.cast(layout).width
        m.submodules.queue = queue = fifo.SyncFIFOBuffered(width=width, depth=config.queue_depth)
        # Reading runs ahead of the elements by the reader's latency, so that one instruction can
        # follow the other without a gap.
        passes = _Pass(config)
        m.submodules.reading = reading = fifo.SyncFIFO(width=passes.size, depth=2)
        m.submodules.reader = reader = OperandReader(config, psum=False, rotate=False)
        m.submodules.address = address = AddressGenerator(config)
        wiring.connect(m, reader.sbuf, wiring.flipped(self.sbuf))
        command, following = data.View(layout, queue.r_data), data.View(passes, reading.r_data)
        new = data.View(passes, reading.w_data)
        number, starts = Signal(2), Signal()
        with m.If(starts):
            m.d.sync += number.eq(Mux(new.split, number + 1, 0))
        m.d.comb += [
            queue.w_data.eq(self.commands.payload),
            queue.w_en.eq(self.commands.valid),
            self.commands.ready.eq(queue.w_rdy),
            reader.start.payload.eq(command.src),
            reader.start.payload.dtype.eq(element_dtype(command)),
            reader.start.valid.eq(queue.r_rdy & reading.w_rdy),
            starts.eq(reader.start.valid & reader.start.ready),
            self.started.eq(starts & (number == 0)),
            queue.r_en.eq(starts & (~new.split | (number == _LAST_PASS))),
            new.command.eq(command),
            new.number.eq(number),
            new.split.eq(is_split(command)),
            reading.w_en.eq(starts),
            address.start.payload.eq(following.command.dst),
            address.start.valid.eq(reading.r_rdy),
            reading.r_en.eq(address.start.ready),
        ]
        self._elaborate_issue(m, reader, address, following)
        self._elaborate_sums(m, address)
        return m

    def _elaborate_issue(self, m: Module, reader, address, following) -> None:
        """Lets elements enter; ``following`` becomes the current pass when its first address is
        generated."""
        config = self._config
        word = address.output.payload.offset >> 2
        m.submodules.scoreboard = scoreboard = Scoreboard(
            len(self.psum.word), self._accumulate_latency - 1
        )
        loads, loads_used = Signal.like(self.loads_entered), Signal.like(self.loads_entered)
        first = Signal()
        self._target = target = Signal(_Target(config))
        control: Any = Signal.like(self.control)
        with m.If(self.valid):
            m.d.sync += first.eq(0)
            with m.If(first):
                m.d.sync += [
                    loads_used.eq(loads),
                    self.multiplies_started.eq(self.multiplies_started + 1),
                ]
        with m.If(address.start.valid & address.start.ready):
            command, number = following.command, following.number
            dst, begins = command.dst, number == 0
            m.d.sync += [
                first.eq(begins),
                loads.eq(command.loads),
                control.dtype.eq(command.src.dtype),
                control.exponent_bias.eq(command.exponent_bias),
                control.transpose.eq(command.transpose),
                control.low.eq(following.split & ~number[0]),
                control.low_stationary.eq(following.split & ~number[1]),
                target.accumulate.eq(command.accumulate | ~begins),
                target.integer.eq(dst.dtype == DType.INT32),
                target.size.eq(Mux(has_size(dst.dtype, 4), 2, has_size(dst.dtype, 2))),
                target.mask.eq(lane_mask(config.columns, dst.start_partition, dst.num_partitions)),
                target.last.eq(~following.split | (number == _LAST_PASS)),
            ]
        may_enter, has_matrix = Signal(), Signal()
        m.d.comb += [
            has_matrix.eq(~first | (loads == self.loads_entered)),
            may_enter.eq(address.output.valid & has_matrix & ~scoreboard.blocked),
            self.waits.operand.eq(may_enter & ~reader.output.valid),
            self.waits.matrix.eq(address.output.valid & ~has_matrix),
            self.waits.sum.eq(address.output.valid & has_matrix & scoreboard.blocked),
            self.valid.eq(reader.output.valid & may_enter),
            reader.output.ready.eq(may_enter),
            address.output.ready.eq(self.valid),
            scoreboard.word.eq(word),
            scoreboard.accumulate.eq(target.accumulate),
            scoreboard.issue.eq(self.valid),
            self.lanes.eq(reader.output.payload.lanes),
            self.control.eq(control),
            self.swap.eq(first & (loads != loads_used)),
        ]

    def _elaborate_sums(self, m: Module, address) -> None:
        """Queues where each sum goes, and sends the sums there."""
        layout = _Target(self._config)
        m.submodules.targets = targets = fifo.SyncFIFOBuffered(
            width=layout.size, depth=1 << (self._array_latency + 1).bit_length()
        )
        new, target = data.View(layout, targets.w_data), data.View(layout, targets.r_data)
        offset = address.output.payload.offset
        m.d.comb += [
            targets.w_en.eq(self.valid),
            new.eq(self._target),
            new.word.eq(offset >> 2),
            new.byte.eq(offset),
            new.last.eq(self._target.last & address.output.payload.last),
            targets.r_en.eq(self.sums_valid),
            self.psum.valid.eq(self.sums_valid),
            self.psum.word.eq(target.word),
            self.psum.accumulate.eq(target.accumulate),
            self.psum.integer.eq(target.integer),
            self.psum.partition_mask.eq(target.mask),
        ]
        # A pattern of one or two bytes goes to every place of its size; the mask picks one.
        ones = Mux(target.size[1], 0b1111, Mux(target.size[0], 0b11, 0b1))
        m.d.comb += self.psum.byte_mask.eq((ones << target.byte)[:4])
        for column in range(self._config.columns):
            total = self.sums[column]
            narrow = Mux(target.size[0], total[:16].replicate(2), total[:8].replicate(4))
            m.d.comb += self.psum.data[column].eq(Mux(target.size[1], total, narrow))
        writing = Signal(self._accumulate_latency)
        m.d.sync += writing.eq(writing << 1 | (self.sums_valid & target.last))
        m.d.comb += self.done.eq(writing[-1])
