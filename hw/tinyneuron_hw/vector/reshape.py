"""Moves elements across the partitions of a quadrant."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..isa.rules_reshape import MASK_ENTRY_BITS

__all__ = ["Reshape", "ReshapeUnit", "unit_signature"]


def _row_bits(quadrant: int) -> int:
    """Of a number below ``quadrant``; at least 1, because no signal is empty in Verilog."""
    return max(1, quadrant.bit_length() - 1)


class _Move(data.StructLayout):
    """What every quadrant does in a cycle.

    Partition b of the quadrant's crossbar takes lane ``select[b]``. With ``write`` that goes to row
    ``write_row`` of bank b. With ``from_store`` the output is the stored column ``column``,
    else the crossbar's. Each has the half of the banks that it is in.
    """

    def __init__(self, quadrant: int):
        bits = _row_bits(quadrant)
        super().__init__({
            "select": data.ArrayLayout(unsigned(bits), quadrant),
            "write": 1, "write_row": bits, "write_half": 1,
            "from_store": 1, "column": bits, "column_half": 1,
        })  # fmt: skip


def unit_signature(quadrant: int) -> wiring.Signature:
    """Of a :class:`ReshapeUnit`, from the engine's side."""
    lanes = data.ArrayLayout(unsigned(32), quadrant)
    return wiring.Signature({
        "move": Out(_Move(quadrant)), "lanes": Out(lanes), "result": In(lanes),
    })  # fmt: skip


class ReshapeUnit(wiring.Component):
    """The data of one quadrant: a crossbar, and room for two blocks of quadrant x quadrant.

    Element i of lane j is stored in bank (i + j) mod quadrant, in row i; so a row (the elements i
    of all lanes) and a column (all elements of lane j) each lie in different banks. Every
    register moves in every cycle: the engine stops the unit's clock.

    Members
    -------
    move: see :class:`_Move`.
    lanes: raw elements.
    result: raw elements, 1 cycle later.
    """

    def __init__(self, quadrant: int):
        self._quadrant = quadrant
        super().__init__(unit_signature(quadrant).flip())

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        quadrant, move = self._quadrant, self.move
        crossed = [
            Cat(self.lanes).word_select(move.select[b], 32) if quadrant > 1 else self.lanes[0]
            for b in range(quadrant)
        ]
        stored: list[Value] = []
        for b in range(quadrant):
            bank = memory.Memory(shape=32, depth=2 << len(move.column), init=[])
            m.submodules[f"bank{b}"] = bank
            write, read = bank.write_port(), bank.read_port(domain="comb")
            row = (b - move.column)[: len(move.column)]
            m.d.comb += [
                write.en.eq(move.write),
                write.addr.eq(Cat(move.write_row, move.write_half)),
                write.data.eq(crossed[b]),
                read.addr.eq(Cat(row, move.column_half)),
            ]
            stored.append(read.data)
        # Lane i's element of the column is in bank (i + column) mod quadrant.
        for bit in range(len(move.column)):
            turned = stored[1 << bit :] + stored[: 1 << bit]
            stored = [
                Mux(move.column[bit], there, here)
                for there, here in zip(turned, stored, strict=True)
            ]
        m.d.sync += [
            self.result[b].eq(Mux(move.from_store, stored[b], crossed[b])) for b in range(quadrant)
        ]
        return m


class Reshape(wiring.Component):
    """TRANSPOSE and SHUFFLE, in front of the lanes: elements in one order go out in another.

    Parameters
    ----------
    config:
        Core sizes; one unit for each quadrant.

    Members
    -------
    advance: everything moves in this cycle: what is in ``result`` goes on.
    element, last: there is an element, the last of its instruction.
    lanes: the element, raw, of each lane.
    transposes: the instruction is TRANSPOSE, otherwise SHUFFLE.
    rows: elements that a block gives: partitions of ``in0``, at most a quadrant.
    mask: the mask of a SHUFFLE, as far as a quadrant goes.
    ready: the element is taken when everything moves.
    busy: elements of an earlier instruction are still to come; its successor must wait.
    valid, result, result_last: what goes to the lanes, and whether it is the instruction's last.

    Latency and throughput
    ----------------------
    SHUFFLE: 1 cycle, an element in every cycle. TRANSPOSE: the first result 1 cycle after a
    block's last element; an element in every cycle, because a block is filled while the one
    before it leaves.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        lanes = data.ArrayLayout(unsigned(32), config.partitions)
        super().__init__({
            "advance": In(1), "element": In(1), "last": In(1), "lanes": In(lanes),
            "transposes": In(1), "rows": In(range(config.quadrant + 1)),
            "mask": In(MASK_ENTRY_BITS * config.quadrant),
            "ready": Out(1), "busy": Out(1),
            "valid": Out(1), "result": Out(lanes), "result_last": Out(1),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        quadrant = self._config.quadrant
        move: Any = Signal(_Move(quadrant))
        full, taken, given = Signal(2), Signal(), Signal()
        m.d.comb += [
            self.ready.eq(Mux(self.transposes, ~full.bit_select(move.write_half, 1), ~full.any())),
            self.busy.eq(full.any() | self.valid),
            taken.eq(self.advance & self.element & self.ready),
            given.eq(self.advance & move.from_store),
        ]
        self._elaborate_select(m, move)
        filled, emptied, ends = Signal(), Signal(), Signal()
        self._elaborate_fill(m, move, taken, filled)
        self._elaborate_drain(m, move, given, filled, emptied, ends, full)
        with m.If(filled):
            m.d.sync += full.bit_select(move.write_half, 1).eq(1)
        with m.If(emptied):
            m.d.sync += full.bit_select(move.column_half, 1).eq(0)
        with m.If(self.advance):
            passes = self.element & ~self.transposes & self.ready
            m.d.sync += [
                self.valid.eq(move.from_store | passes),
                self.result_last.eq(Mux(move.from_store, ends, self.last)),
            ]

        units = Module()
        for q in range(4):
            units.submodules[f"unit{q}"] = unit = Repeated(
                "tn_vector_reshape", lambda: ReshapeUnit(quadrant), unit_signature(quadrant).flip()
            )
            for i in range(quadrant):
                m.d.comb += unit.lanes[i].eq(self.lanes[q * quadrant + i])
                m.d.comb += self.result[q * quadrant + i].eq(unit.result[i])
            m.d.comb += Value.cast(unit.move).eq(Value.cast(move))
        m.submodules.units = Gated(units, taken | given, name="vector_reshape")
        return m

    def _elaborate_select(self, m: Module, move: Any) -> None:
        for b in range(self._config.quadrant):
            source = self.mask.word_select(b, MASK_ENTRY_BITS)
            skewed = (b - move.write_row)[: len(move.write_row)]
            m.d.comb += move.select[b].eq(Mux(self.transposes, skewed, source))

    def _elaborate_fill(self, m: Module, move: Any, taken: Value, filled: Signal) -> None:
        end = move.write_row == self._config.quadrant - 1
        stores = taken & self.transposes
        m.d.comb += [move.write.eq(stores), filled.eq(stores & (end | self.last))]
        row, half = (Signal.like(Value.cast(x), name=n) for x, n in
                     ((move.write_row, "row"), (move.write_half, "half")))  # fmt: skip
        m.d.comb += [move.write_row.eq(row), move.write_half.eq(half)]
        with m.If(stores):
            m.d.sync += [row.eq(Mux(filled, 0, row + 1)), half.eq(half ^ filled)]

    def _elaborate_drain(self, m, move, given, filled, emptied, ends, full) -> None:
        """A full half leaves column by column; how many there are, and whether the instruction
        ends with it, was noted when it was filled."""
        column, half = Signal.like(Value.cast(move.column)), Signal()
        columns = [Signal.like(self.rows, name=f"columns{k}") for k in range(2)]
        closing = Signal(2)
        at_end = (column + 1) == Mux(half, columns[1], columns[0])
        m.d.comb += [
            move.column.eq(column),
            move.column_half.eq(half),
            move.from_store.eq(full.bit_select(half, 1)),
            emptied.eq(given & at_end),
            ends.eq(at_end & closing.bit_select(half, 1)),
        ]
        with m.If(given):
            m.d.sync += [column.eq(Mux(at_end, 0, column + 1)), half.eq(half ^ at_end)]
        for k in range(2):
            with m.If(filled & (move.write_half == k)):
                m.d.sync += [columns[k].eq(self.rows), closing[k].eq(self.last)]
