"""Scalar registers of the sequencers: values that are known only when the program runs.

Arithmetic on them is recorded, not evaluated. Every result is a new register; only what
``register_alloc`` made can be set again. Each has bounds, from which views are checked.
"""

from __future__ import annotations

import operator
from typing import Any, Never

from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp

from ..lower.ir import OWN_NUMBER, Extent, Instr, Operand, Register
from .trace import KernelError, current, source_line

__all__ = ["VirtualRegister", "as_operand", "bounded", "must_be_settable", "register_alloc",
           "register_move", "size_of"]  # fmt: skip

_LOW, _HIGH = -(1 << 31), (1 << 31) - 1


class VirtualRegister(Register):
    """A 32-bit signed number in a register. ``+ - * & | ^ << >>``, comparisons (1 or 0),
    ``minimum``, ``maximum``, and ``//`` and ``%`` of what is at least 0 by a positive constant give
    new registers. As ``if`` or ``while`` condition, or where a number must be known, it is an
    error."""

    def __init__(self, low: int = _LOW, high: int = _HIGH, *, settable: bool = False):
        trace = current()
        super().__init__(trace.module.registers, source_line()[1], trace.region, low, high)
        trace.module.registers += 1
        self.trace = trace
        self.settable = settable
        self.is_set = not settable
        self.sums: dict[int, int] = {}
        """Index of another register -> what its sum with this one does not exceed."""
        self.origin: Operand | None = None
        """What it was loaded from."""
        self.sum: tuple[VirtualRegister, int] = self, 0
        """Another register and a number that make it together."""

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"register of line {self.line}"

    def _unknown(self, *_: Any) -> Never:
        raise KernelError(f"{self!r}: its value is known only when the program runs: take "
                          "nl.dynamic_range, nl.fori_loop, nl.while_loop or nl.cond, or a view "
                          "with nl.ds")  # fmt: skip

    __bool__ = __index__ = __int__ = __float__ = __iter__ = __len__ = __round__ = _unknown

    def __add__(self, other: Any) -> VirtualRegister:
        low, high = _bounds(other)
        result = _made(RegisterOp.ADD, self, other, self.low + low, self.high + high)
        known = low == high and not self.settable and self.high + high <= _HIGH
        if known and not isinstance(other, VirtualRegister) and self.low + low >= _LOW:
            result.sum = self.sum[0], self.sum[1] + low
        return result

    def __sub__(self, other: Any) -> VirtualRegister:
        low, high = _bounds(other)
        return _difference(self, other, self.low - high, self.high - low)

    def __rsub__(self, other: Any) -> VirtualRegister:
        low, high = _bounds(other)
        return _difference(other, self, low - self.high, high - self.low)

    def __mul__(self, other: Any) -> VirtualRegister:
        if type(other) is int and other == 1 and not self.settable:
            return self
        corners = [a * b for a in (self.low, self.high) for b in _bounds(other)]
        return _made(RegisterOp.MULTIPLY, self, other, min(corners), max(corners))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> VirtualRegister:
        return 0 - self

    def minimum(self, other: Any) -> VirtualRegister:
        """The smaller one."""
        low, high = _bounds(other)
        result = _made(RegisterOp.MIN_SIGNED, self, other, min(self.low, low), min(self.high, high))
        result.sums = dict(self.sums)
        return result

    def maximum(self, other: Any) -> VirtualRegister:
        """The larger one."""
        low, high = _bounds(other)
        return _made(RegisterOp.MAX_SIGNED, self, other, max(self.low, low), max(self.high, high))

    def __floordiv__(self, divisor: int) -> VirtualRegister:
        by = _known("//", divisor)
        if by < 1 or self.low < 0:
            raise KernelError(f"{self!r}: // takes a register known to be at least 0, not "
                              f"{self.low}, and a positive constant, not {by}")  # fmt: skip
        base, rest = self.sum
        if rest and rest % by == 0 and base.low >= 0:
            return base // by + rest // by
        shift = (by - 1).bit_length()
        if by == 1 << shift:
            return self >> shift
        # Below 2**31 the upper half of the product with a rounded-up reciprocal is exact.
        product = _made(RegisterOp.MULTIPLY_HIGH_UNSIGNED, self, -(-(1 << 31 + shift) // by))
        return _made(RegisterOp.SHIFT_RIGHT, product, shift - 1, self.low // by, self.high // by)

    def __mod__(self, divisor: int) -> VirtualRegister:
        rest = self - self // divisor * divisor
        rest.low, rest.high = 0, min(self.high, _known("%", divisor) - 1)
        return rest

    def __and__(self, other: Any) -> VirtualRegister:
        low, high = _bounds(other)
        tops = [top for bottom, top in ((self.low, self.high), (low, high)) if bottom >= 0]
        return _made(RegisterOp.AND, self, other, 0 if tops else _LOW, min(tops, default=_HIGH))

    def __or__(self, other: Any) -> VirtualRegister:
        return _made(RegisterOp.OR, self, other)

    def __xor__(self, other: Any) -> VirtualRegister:
        return _made(RegisterOp.XOR, self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __lshift__(self, other: Any) -> VirtualRegister:
        if isinstance(other, VirtualRegister):
            return _made(RegisterOp.SHIFT_LEFT, self, other)
        by = _known("<<", other) & 31
        return _made(RegisterOp.SHIFT_LEFT, self, by, self.low << by, self.high << by)

    def __rshift__(self, other: Any) -> VirtualRegister:
        if isinstance(other, VirtualRegister):
            return _made(RegisterOp.SHIFT_RIGHT_ARITHMETIC, self, other)
        by = _known(">>", other) & 31
        return _made(RegisterOp.SHIFT_RIGHT_ARITHMETIC, self, by, self.low >> by, self.high >> by)

    def __lt__(self, other: Any) -> VirtualRegister:
        low, high = _bounds(other)
        return _made(RegisterOp.LESS_SIGNED, self, other, self.high < low, self.low < high)

    def __gt__(self, other: Any) -> VirtualRegister:
        low, high = _bounds(other)
        return _made(RegisterOp.LESS_SIGNED, other, self, self.low > high, self.high > low)

    def __ge__(self, other: Any) -> VirtualRegister:
        low, high = _bounds(other)
        return _made(RegisterOp.GREATER_EQUAL_SIGNED, self, other, self.low >= high,
                     self.high >= low)  # fmt: skip

    def __le__(self, other: Any) -> VirtualRegister:
        low, high = _bounds(other)
        return _made(RegisterOp.GREATER_EQUAL_SIGNED, other, self, self.high <= low,
                     self.low <= high)  # fmt: skip

    def __eq__(self, other: Any) -> Any:
        return _made(RegisterOp.EQUAL, self, other, 0, 1)

    def __ne__(self, other: Any) -> Any:
        return _made(RegisterOp.NOT_EQUAL, self, other, 0, 1)


def register_alloc(x: int | VirtualRegister | None = None) -> VirtualRegister:
    """A register that can be set again and again; ``x`` (a number or another register) is what it
    holds first."""
    register = VirtualRegister(settable=True)
    if x is not None:
        register_move(register, x)
    return register


def register_move(dst: VirtualRegister, src: int | VirtualRegister) -> None:
    """``dst = src``, a number of 32 bits or another register."""
    must_be_settable("register_move", dst)
    _emit_op(RegisterOp.ADD, dst, src, 0)
    dst.is_set = True


def bounded(register: VirtualRegister, low: int, high: int) -> VirtualRegister:
    """The register's value, which must be from ``low`` to ``high``: as a size or an offset it is
    known to be. When the program runs, another value is a trap (BAD_OPERAND) that says so.

    Raises
    ------
    KernelError
        The bounds are no numbers of 31 bits, or the wrong way round.
    """
    least, most = _known("bounded: low", low), _known("bounded: high", high)
    if not _LOW < least <= most < _HIGH:
        raise KernelError(f"bounded: low and high must be in order and of 31 bits, not {least} and "
                          f"{most}")  # fmt: skip
    file, line = source_line()
    inside = _made(RegisterOp.LESS_UNSIGNED, register - least, most - least + 1, 0, 1)
    # A barrier of this stream alone, or a trap: its mask must have the stream's own bit.
    mask = _made(RegisterOp.SHIFT_LEFT, inside, OWN_NUMBER)
    result = VirtualRegister(least, most)
    current().emit(Instr(Opcode.BARRIER, {}, {}, line, {"streams": mask}, file=file,
                         guards=result, bounds=(least, most, register.origin)))  # fmt: skip
    _emit_op(RegisterOp.ADD, result, register, 0)
    return result


def as_operand(value: Any) -> int | VirtualRegister:
    """A number of 32 bits, or a register that may be read here.

    Raises
    ------
    KernelError
        It is neither, was never set, or was made in a loop or branch that has ended.
    """
    if not isinstance(value, VirtualRegister):
        number = _known("a register's operand", value)
        if not _LOW <= number < 1 << 32:
            raise KernelError(f"a register has 32 bits: {number} does not fit")
        return number
    trace = current()
    if value.trace is not trace:
        raise KernelError(f"{value!r} is another kernel's")
    if not value.is_set:
        raise KernelError(f"{value!r} is read before it was set")
    if not _is_visible(value):
        raise KernelError(f"{value!r} was made in a loop or branch that has ended")
    return value


def _is_visible(register: Register) -> bool:
    """Whether it was made here, or around the loops and branches that are open, and not in the
    other half of a branch."""
    region, home = current().region, register.region
    if home is None or region is None:
        return home is None
    return region.inside(home) and register.index >= home.second_half


def size_of(value: Any) -> int:
    """A size of a tensor: a number, or an :class:`Extent` for a register whose bounds are known."""
    if isinstance(value, Extent):
        value = value.register
    if not isinstance(value, VirtualRegister):
        return operator.index(value)
    as_operand(value)
    if value.settable:
        raise KernelError(f"{value!r}: a size must be bounded: nl.bounded(register, low, high)")
    return Extent(value)


def _made(op: RegisterOp, a: Any, b: Any, low: int = _LOW, high: int = _HIGH) -> VirtualRegister:
    if low < _LOW or high > _HIGH:
        low, high = _LOW, _HIGH
    idle = op in (RegisterOp.ADD, RegisterOp.SUBTRACT, RegisterOp.SHIFT_LEFT,
                  RegisterOp.SHIFT_RIGHT_ARITHMETIC)  # fmt: skip
    if idle and type(b) is int and b == 0 and not a.settable:
        return a
    operands = [x if x is OWN_NUMBER else as_operand(x) for x in (a, b)]
    key = (op, *((x.index,) if isinstance(x, VirtualRegister) else x for x in operands))
    stays = not any(isinstance(x, VirtualRegister) and x.settable for x in operands)
    known = current().results.get(key) if stays else None
    if isinstance(known, VirtualRegister) and _is_visible(known):
        return known
    result = VirtualRegister(int(low), int(high))
    _emit_op(op, result, a, b)
    if stays:
        current().results[key] = result
    return result


def _difference(a: Any, b: Any, low: int, high: int) -> VirtualRegister:
    result = _made(RegisterOp.SUBTRACT, a, b, low, high)
    # With no overflow, difference and subtrahend make at most what the minuend can be.
    if isinstance(b, VirtualRegister) and not b.settable and low >= _LOW and high <= _HIGH:
        result.sums[b.index] = _bounds(a)[1]
    return result


def _emit_op(op: RegisterOp, dst: Register, a: Any, b: Any) -> None:
    file, line = source_line()
    fields: dict[str, Any] = {"op": op, "dst": dst}
    for path, value in (("a", a), ("b", b)):
        fields[path] = value if value is OWN_NUMBER else as_operand(value)
        if isinstance(fields[path], int):
            fields[path] &= 0xFFFF_FFFF
    current().emit(Instr(Opcode.REGISTER, {}, {}, line, fields, file=file))


def _bounds(value: Any) -> tuple[int, int]:
    if isinstance(value, VirtualRegister):
        return value.low, value.high
    number = _known("a register's operand", value)
    return number, number


def _known(what: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise KernelError(f"{what} must be an integer, not {value!r}") from None


def must_be_settable(call: str, dst: Any) -> None:
    """Raises a KernelError when ``dst`` does not come from ``register_alloc``."""
    if not isinstance(dst, VirtualRegister) or not dst.settable:
        raise KernelError(f"{call}: dst must come from nisa.register_alloc, not {dst!r}")
