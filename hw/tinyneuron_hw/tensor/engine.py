"""The Tensor engine: LOAD_STATIONARY and MULTIPLY_MOVING."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated
from ..config import CoreConfig
from ..isa.instructions import INSTRUCTIONS
from ..isa.opcodes import Opcode
from ..memory.ports import LineReadPort, PsumAccumulatePort
from ..sequencer.ports import EnginePort, instructions_in_flight
from .array import PeArray
from .commands import turn_bits
from .load import LoadUnit
from .multiply import MovingWaits, MultiplyUnit
from .order import ProgramOrder, Unit

__all__ = ["TensorEngine"]


class TensorEngine(wiring.Component):
    """Executes matrix instructions as if one after another, overlapped as far as that allows.

    A load fills the array's shadow while the multiply before it streams; a multiply starts
    entering right behind the last element of the one before it. Two counters keep them apart: a
    multiply waits until the loads before it have entered, a load until the multiplies before it
    have started.

    Parameters
    ----------
    config:
        Core sizes.
    accumulate_latency:
        Cycles from a request on ``psum`` to the readable word, at least 1.

    Members
    -------
    port: In(EnginePort). A load is done when its last element has been read from SBUF and has
        entered the array; a multiply when its last PSUM word is readable.
    moving, stationary: Out(LineReadPort), SBUF.
    psum: Out(PsumAccumulatePort).
    moving_active: Out(1), a moving element enters the array in this cycle.
    waits: Out(MovingWaits), why none does although there is one to come.

    Latency and throughput
    ----------------------
    One moving element each cycle, in ``PeArray.latency`` cycles to PSUM.
    """

    def __init__(self, config: CoreConfig, accumulate_latency: int):
        if accumulate_latency < 1:
            raise ValueError(f"accumulate_latency must be at least 1, not {accumulate_latency!r}")
        self._config = config
        self._accumulate_latency = accumulate_latency
        super().__init__(
            {
                "port": In(EnginePort()),
                "moving": Out(LineReadPort(config)),
                "stationary": Out(LineReadPort(config)),
                "psum": Out(PsumAccumulatePort(config)),
                "moving_active": Out(1),
                "waits": Out(MovingWaits),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        array = PeArray(config)
        m.submodules.load = load = LoadUnit(config)
        m.submodules.multiply = multiply = MultiplyUnit(
            config,
            array_latency=array.latency,
            accumulate_latency=self._accumulate_latency,
        )
        m.submodules.order = order = ProgramOrder(instructions_in_flight(config))
        wiring.connect(m, load.sbuf, wiring.flipped(self.stationary))
        wiring.connect(m, multiply.sbuf, wiring.flipped(self.moving))
        wiring.connect(m, multiply.psum, wiring.flipped(self.psum))
        m.d.comb += [
            order.unit_started.eq(self._per_unit(load.started, multiply.started)),
            order.unit_done.eq(self._per_unit(load.entered, multiply.done)),
            self.port.started.eq(order.started),
            self.port.done.eq(order.done),
            self.port.busy.eq(order.busy),
            self.moving_active.eq(multiply.valid),
            self.waits.eq(multiply.waits),
        ]
        self._elaborate_dispatch(m, load, multiply, order)

        # A matrix moves on through the rows after its load is done.
        draining = Signal(range(array.latency + 1))
        with m.If(load.valid):
            m.d.sync += draining.eq(array.latency)
        with m.Elif(draining != 0):
            m.d.sync += draining.eq(draining - 1)
        m.submodules.array = Gated(array, order.busy | (draining != 0), name="tensor_array")
        m.d.comb += [
            array.moving.eq(multiply.lanes),
            array.moving_control.eq(multiply.control),
            array.moving_valid.eq(multiply.valid),
            array.swap.eq(multiply.swap),
            array.stationary.eq(load.lanes),
            array.stationary_control.eq(load.control),
            array.stationary_valid.eq(load.valid),
            array.column.eq(load.column),
            array.count.eq(load.count),
            array.first.eq(load.first),
            multiply.sums.eq(array.sums),
            multiply.sums_valid.eq(array.sums_valid),
        ]
        return m

    @staticmethod
    def _per_unit(load, multiply) -> Any:
        return (load << Unit.LOAD.value) | (multiply << Unit.MULTIPLY.value)

    def _elaborate_dispatch(self, m: Module, load, multiply, order) -> None:
        """Hands each instruction to its unit with its turn: how many of the other unit's
        instructions come before it."""
        issue = self.port.issue
        raw = issue.payload.raw
        loading = INSTRUCTIONS[Opcode.LOAD_STATIONARY](raw)
        multiplying = INSTRUCTIONS[Opcode.MULTIPLY_MOVING](raw)
        loads, multiplies = (
            Signal(turn_bits(self._config), name=name) for name in ("loads", "multiplies")
        )
        is_load = Signal()
        m.d.comb += [
            is_load.eq(loading.header.opcode == Opcode.LOAD_STATIONARY),
            issue.ready.eq(
                order.ready & Mux(is_load, load.commands.ready, multiply.commands.ready)
            ),
            order.push.eq(issue.valid & issue.ready),
            order.push_unit.eq(Mux(is_load, Unit.LOAD, Unit.MULTIPLY)),
            load.commands.valid.eq(issue.valid & order.ready & is_load),
            load.commands.payload.src.eq(loading.src),
            load.commands.payload.column.eq(loading.column_start),
            load.commands.payload.transpose.eq(loading.transpose),
            load.commands.payload.exponent_bias.eq(loading.exponent_bias),
            load.commands.payload.multiplies.eq(multiplies),
            multiply.commands.valid.eq(issue.valid & order.ready & ~is_load),
            multiply.commands.payload.src.eq(multiplying.src),
            multiply.commands.payload.dst.eq(multiplying.dst),
            multiply.commands.payload.accumulate.eq(multiplying.accumulate),
            multiply.commands.payload.transpose.eq(multiplying.transpose),
            multiply.commands.payload.exponent_bias.eq(multiplying.exponent_bias),
            multiply.commands.payload.loads.eq(loads),
            load.multiplies_started.eq(multiply.multiplies_started),
        ]
        with m.If(order.push):
            m.d.sync += [loads.eq(loads + is_load), multiplies.eq(multiplies + ~is_load)]
        # The counter shows a load `PeArray.load_to_swap` cycles after its last element.
        entered = Signal()
        m.d.sync += entered.eq(load.entered)
        with m.If(entered):
            m.d.sync += multiply.loads_entered.eq(multiply.loads_entered + 1)
        return
