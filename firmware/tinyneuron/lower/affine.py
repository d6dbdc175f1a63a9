"""What registers hold in terms of loop counters, and which accesses that tells apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp

from .ir import Edge, Instr, Operand, Region, Register, TileRef, enclosing
from .regions import Box, box_of
from .sums import signed

__all__ = ["Form", "Forms", "forms_of"]


@dataclass(frozen=True, eq=False)
class Form:
    """``constant`` and a multiple of each of some registers, added up."""

    constant: int
    terms: tuple[tuple[Register, int], ...] = ()

    def plus(self, other: Form) -> Form:
        """The sum."""
        terms = dict(self.terms)
        for register, factor in other.terms:
            terms[register] = terms.get(register, 0) + factor
        kept = sorted((item for item in terms.items() if item[1]), key=lambda item: item[0].index)
        return Form(self.constant + other.constant, tuple(kept))

    def times(self, factor: int) -> Form:
        """A multiple."""
        return Form(self.constant * factor, tuple((r, f * factor) for r, f in self.terms if factor))

    def is_moved_like(self, other: Form) -> bool:
        """Whether the two differ by a number only."""
        # Registers of the kernel language have an == of their own.
        one, two = ([(r.index, f) for r, f in form.terms] for form in (self, other))
        return one == two

    @property
    def lowest(self) -> int:
        """The least that it can be."""
        return self.constant + sum(f * (r.low if f > 0 else r.high) for r, f in self.terms)


@dataclass(frozen=True)
class Forms:
    """The registers of a module that are set in one place."""

    known: dict[Register, Form]
    varying: frozenset[Register]
    """Those that are set in several."""

    def start(self, ref: Operand) -> Form | None:
        """The first element of an operand, if registers that are set once say it."""
        if ref.shift is None:
            return Form(ref.offset)
        register = ref.shift.register
        form = self.known.get(register, Form(0, ((register, 1),)))
        if any(item in self.varying for item, _ in form.terms):
            return None
        return form.times(ref.shift.scale).plus(Form(ref.offset))

    def meet_in_a_pass(self, one: Operand, other: Operand, region: Region) -> bool:
        """Whether two operands in one tensor may share an element in the same pass of ``region``
        and of all loops around it."""
        first, second = self.start(one), self.start(other)
        if first is None or second is None or not first.is_moved_like(second):
            return box_of(one).overlaps(box_of(other))
        if not all(region.inside(register.region) for register, _ in first.terms):
            return box_of(one).overlaps(box_of(other))
        return _fixed(one, first).overlaps(_fixed(other, second))

    def meet_in_others(
        self, one: Operand, other: Operand, region: Region, outermost: Region
    ) -> bool:
        """Whether two operands in one tensor may share an element in different passes of
        ``region``, of the loops around it to ``outermost``, or both."""
        first, second = self.start(one), self.start(other)
        if not box_of(one).overlaps(box_of(other)):
            return False
        if first is None or second is None or not first.is_moved_like(second):
            return True
        return not self._apart(one, other, first, second, _loops(region, outermost))

    def _apart(
        self, one: Operand, other: Operand, first: Form, second: Form, loops: list[Region]
    ) -> bool:
        """Every loop moves both along an axis of its own, from pass to pass by at least what the
        two reach over."""
        counters = {loop.counter: loop for loop in loops if loop.counter is not None}
        terms = dict(first.terms)
        # Anything else that moves them could carry from axis to axis.
        if any(register not in counters for register in terms):
            return False
        boxes = _fixed(one, first), _fixed(other, second)
        on_chip = isinstance(one, TileRef)
        shape = one.base.shape[1:] if on_chip else one.base.shape
        used: set[int] = set()
        for loop in loops:
            if isinstance(loop.count, int) and loop.count < 2:
                continue
            if loop.counter is None or loop.counter not in terms:
                return False
            stride = abs(terms[loop.counter])
            found = _axis(stride, shape)
            if found is None:
                return False
            axis, unit = found
            at = axis + on_chip
            low = min(box.low[at] for box in boxes)
            high = max(box.high[at] for box in boxes)
            reach = unit * (loop.counter.high - loop.counter.low)
            if axis in used or high - low > unit * loop.step or high + reach > shape[axis]:
                return False
            used.add(axis)
        return True


def _fixed(ref: Operand, form: Form) -> Box:
    return box_of(replace(ref, offset=form.lowest, shift=None))


def _loops(region: Region, outermost: Region) -> list[Region]:
    """The region and those around it to ``outermost``."""
    found = []
    for item in enclosing(region):
        found.append(item)
        if item is outermost:
            break
    return found


def _axis(stride: int, shape: tuple[int, ...]) -> tuple[int, int] | None:
    """The axis that ``stride`` elements move along, and by how many indices."""
    step = 1
    for axis in reversed(range(len(shape))):
        digit, rest = divmod(stride, step)
        if rest:
            return None
        if 0 < digit < shape[axis]:
            return axis, digit
        step *= shape[axis]
    return None


def forms_of(instructions: Iterable[Instr]) -> Forms:
    """Forms of the registers of traced instructions, before streams get copies of them."""
    definitions: dict[Register, list[Instr | None]] = {}
    for instr in instructions:
        if instr.edge is Edge.BEGIN and instr.region is not None:
            if instr.region.counter is not None:
                definitions.setdefault(instr.region.counter, []).append(None)
        elif instr.defines is not None and instr.guards is None:
            definitions.setdefault(instr.defines, []).append(instr)
    varying = frozenset(register for register, found in definitions.items() if len(found) > 1)
    known: dict[Register, Form] = {}
    for register, found in definitions.items():
        form = None if register in varying or found[0] is None else _form(found[0], known)
        known[register] = form or Form(0, ((register, 1),))
    return Forms(known, varying)


def _form(instr: Instr, known: dict[Register, Form]) -> Form | None:
    """What an instruction on registers computes, from what its operands are."""
    if instr.opcode is not Opcode.REGISTER:
        return None
    sides = []
    for path in ("a", "b"):
        value = instr.fields[path]
        if isinstance(value, Register):
            sides.append(known.get(value, Form(0, ((value, 1),))))
        elif isinstance(value, int):
            sides.append(Form(signed(value)))
        else:
            return None
    a, b = sides
    op = instr.fields["op"]
    if op is RegisterOp.ADD:
        return a.plus(b)
    if op is RegisterOp.SUBTRACT:
        return a.plus(b.times(-1))
    if op is RegisterOp.MULTIPLY and not (a.terms and b.terms):
        return a.times(b.constant) if not b.terms else b.times(a.constant)
    if op is RegisterOp.SHIFT_LEFT and not b.terms and 0 <= b.constant < 32:
        return a.times(1 << b.constant)
    return None
