"""The operand rules of lane instructions whose element counts are not simply equal."""

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.opcodes import Opcode
from ..isa.rules_eight import EIGHT_OPCODES, SEARCH_ELEMENTS, SEARCHED_OPCODES, eight_paths
from ..isa.rules_scalar import most_rows
from ..isa.scalar import LoadTable
from ..isa.table import HEADER_ROWS, SLOT_ROWS
from ..isa.vector_moves import Transpose
from .links import OPCODES, is_any

__all__ = ["CountRules"]

_OF_EIGHT = {path: tuple(code for code in EIGHT_OPCODES if path in eight_paths(code))
             for path in ("in1", "dst")}  # fmt: skip


class CountRules(wiring.Component):
    """Combinational: whether an operand of MAX8, FIND_INDEX8, MATCH_REPLACE8, TRANSPOSE,
    SET_SEED, LOAD_TABLE, ACTIVATE_READ or ACTIVATE_SEED has a wrong number of elements.

    Members
    -------
    raw, select: resolved instruction and its one-hot opcode.
    is_first, is_second, is_last: the operand is ``in0``, ``in1`` or ``dst``.
    count: its elements.
    first: elements of ``in0``, unless it is the operand.
    applies: the operand's count is judged here and nowhere else.
    bad: a rule is broken.
    """

    def __init__(self, config: CoreConfig, count_bits: int):
        self._quadrant = config.quadrant
        super().__init__({
            "raw": In(INSTRUCTION_BITS), "select": In(len(OPCODES)),
            "is_first": In(1), "is_second": In(1), "is_last": In(1),
            "count": In(count_bits), "first": In(count_bits),
            "applies": Out(1), "bad": Out(1),
        })  # fmt: skip

    def elaborate(self, platform):
        m = Module()
        low, high = SEARCH_ELEMENTS
        searches = self.is_first & is_any(self.select, SEARCHED_OPCODES)
        has_eight, reads = Signal(), Signal()
        loads = self.is_first & is_any(self.select, [Opcode.LOAD_TABLE])
        rows = most_rows(0) - LoadTable(self.raw).slot * SLOT_ROWS
        transposes = is_any(self.select, [Opcode.TRANSPOSE])
        m.d.comb += [
            has_eight.eq(
                (self.is_second & is_any(self.select, _OF_EIGHT["in1"]))
                | (self.is_last & is_any(self.select, _OF_EIGHT["dst"]))
            ),
            reads.eq(
                (self.is_last & is_any(self.select, [Opcode.ACTIVATE_READ]))
                | (self.is_first & is_any(self.select, [Opcode.ACTIVATE_SEED]))
            ),
            self.applies.eq(has_eight | transposes | reads),
            self.bad.eq(
                (searches & ((self.count < low) | (self.count > high)))
                | (has_eight & (self.count != 8))
                | (is_any(self.select, [Opcode.SET_SEED]) & self.is_first & (self.count != 1))
                | (transposes & self.is_last & ~self._is_transpose(m))
                | (reads & (self.count != 1))
                | (loads & ((self.count <= HEADER_ROWS) | (self.count > rows)))
            ),
        ]
        return m

    def _is_transpose(self, m: Module) -> Value:
        quadrant, fields = self._quadrant, Transpose(self.raw)
        read, written = fields.in0.num_partitions, fields.dst.num_partitions
        blocks, corner = Signal(), Signal()
        whole = ~((read | self.count) & (quadrant - 1)).any()
        m.d.comb += [
            blocks.eq(whole & (read == written) & (self.first == self.count)),
            corner.eq(
                (read == self.count) & (written == self.first)
                & (Mux(read > written, read, written) <= quadrant)
            ),
        ]  # fmt: skip
        return blocks | corner
