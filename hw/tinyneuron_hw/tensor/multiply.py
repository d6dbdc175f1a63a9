"""Reads moving operands, feeds them to the array and says where their sums go."""

from typing import Any

from amaranth.hdl import Module, Shape, Signal, unsigned
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..formats import DType
from ..memory.address import AddressGenerator
from ..memory.beat import lane_mask
from ..memory.ports import LineReadPort, PsumAccumulatePort
from ..memory.reader import OperandReader
from .commands import MultiplyCommand, turn_bits
from .scoreboard import Scoreboard

__all__ = ["MultiplyUnit"]


class MultiplyUnit(wiring.Component):
    """Executes MULTIPLY_MOVING, one element each cycle.

    Reading starts at once. An element enters the array when the stationary matrix it needs has
    entered and when no sum for its PSUM word was sent off so lately that the addition there would
    miss it. Where its sum goes waits in a queue until the sum leaves the array.

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
    valid, lanes, dtype, swap: Out, an element for :class:`PeArray`.
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
                "dtype": Out(DType, init=DType.BF16),
                "swap": Out(1),
                "sums": In(data.ArrayLayout(unsigned(32), config.columns)),
                "sums_valid": In(1),
                "psum": Out(PsumAccumulatePort(config)),
                "started": Out(1),
                "multiplies_started": Out(turn_bits(config)),
                "done": Out(1),
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
        m.submodules.reading = reading = fifo.SyncFIFO(width=width, depth=2)
        m.submodules.reader = reader = OperandReader(config, psum=False, rotate=False)
        m.submodules.address = address = AddressGenerator(config)
        wiring.connect(m, reader.sbuf, wiring.flipped(self.sbuf))
        command, following = data.View(layout, queue.r_data), data.View(layout, reading.r_data)
        m.d.comb += [
            queue.w_data.eq(self.commands.payload),
            queue.w_en.eq(self.commands.valid),
            self.commands.ready.eq(queue.w_rdy),
            reader.start.payload.eq(command.src),
            reader.start.valid.eq(queue.r_rdy & reading.w_rdy),
            self.started.eq(reader.start.valid & reader.start.ready),
            queue.r_en.eq(self.started),
            reading.w_data.eq(queue.r_data),
            reading.w_en.eq(self.started),
            address.start.payload.eq(following.dst),
            address.start.valid.eq(reading.r_rdy),
            reading.r_en.eq(address.start.ready),
        ]
        self._elaborate_issue(m, reader, address, following)
        self._elaborate_sums(m, address)
        return m

    def _elaborate_issue(self, m: Module, reader, address, following) -> None:
        """Lets elements enter; ``following`` becomes the current instruction when its first
        address is generated."""
        config = self._config
        word = address.output.payload.offset >> 2
        m.submodules.scoreboard = scoreboard = Scoreboard(
            len(self.psum.word), self._accumulate_latency - 1
        )
        loads, loads_used = Signal.like(self.loads_entered), Signal.like(self.loads_entered)
        first = Signal()
        self._accumulate = Signal()
        self._mask = Signal(config.columns)
        dtype = Signal(DType, init=DType.BF16)
        with m.If(self.valid):
            m.d.sync += first.eq(0)
            with m.If(first):
                m.d.sync += [
                    loads_used.eq(loads),
                    self.multiplies_started.eq(self.multiplies_started + 1),
                ]
        with m.If(address.start.valid & address.start.ready):
            dst = following.dst
            m.d.sync += [
                first.eq(1),
                loads.eq(following.loads),
                dtype.eq(following.src.dtype),
                self._accumulate.eq(following.accumulate),
                self._mask.eq(lane_mask(config.columns, dst.start_partition, dst.num_partitions)),
            ]
        may_enter = Signal()
        m.d.comb += [
            may_enter.eq(
                address.output.valid
                & (~first | (loads == self.loads_entered))
                & ~scoreboard.blocked
            ),
            self.valid.eq(reader.output.valid & may_enter),
            reader.output.ready.eq(may_enter),
            address.output.ready.eq(self.valid),
            scoreboard.word.eq(word),
            scoreboard.issue.eq(self.valid),
            self.lanes.eq(reader.output.payload.lanes),
            self.dtype.eq(dtype),
            self.swap.eq(first & (loads != loads_used)),
        ]

    def _elaborate_sums(self, m: Module, address) -> None:
        """Queues where each sum goes, and sends the sums there."""
        target_layout = data.StructLayout(
            {
                "word": len(self.psum.word),
                "accumulate": 1,
                "mask": self._config.columns,
                "last": 1,
            }
        )
        m.submodules.targets = targets = fifo.SyncFIFOBuffered(
            width=target_layout.size, depth=1 << (self._array_latency + 1).bit_length()
        )
        new = data.View(target_layout, targets.w_data)
        target = data.View(target_layout, targets.r_data)
        m.d.comb += [
            targets.w_en.eq(self.valid),
            new.word.eq(address.output.payload.offset >> 2),
            new.accumulate.eq(self._accumulate),
            new.mask.eq(self._mask),
            new.last.eq(address.output.payload.last),
            targets.r_en.eq(self.sums_valid),
            self.psum.valid.eq(self.sums_valid),
            self.psum.word.eq(target.word),
            self.psum.accumulate.eq(target.accumulate),
            self.psum.partition_mask.eq(target.mask),
            self.psum.data.eq(self.sums),
        ]
        writing = Signal(self._accumulate_latency)
        m.d.sync += writing.eq(writing << 1 | (self.sums_valid & target.last))
        m.d.comb += self.done.eq(writing[-1])
