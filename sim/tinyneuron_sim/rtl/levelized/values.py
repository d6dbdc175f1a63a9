"""Python expressions of Amaranth values.

Every expression evaluates to exactly the number its value stands for, so nothing needs to be masked
again where it is used. An expression of one bit may be a ``bool``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .internals import Const, Signal, ValueVisitor

__all__ = ["HELPERS", "Emitter", "Expressions", "chosen_bit", "fitted", "matches"]

_SPLIT = 1000
"""Characters of an expression from which it gets a name: Python's parser has a stack to keep."""
_CHAIN = 8
"""Cases that one conditional expression may have."""
_TABLE_BITS = 10
"""Bits of a test that may index a table of all outcomes."""

HELPERS: dict[str, Callable[[int, int], int]] = {
    "zdiv": lambda dividend, divisor: dividend // divisor if divisor else 0,
    "zmod": lambda dividend, divisor: dividend % divisor if divisor else 0,
}
"""Functions that expressions call."""


class Emitter:
    """Lines of Python, with indentation and fresh names."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.indent = 0
        self._names = 0

    def line(self, text: str) -> None:
        self.lines.append(" " * self.indent + text)

    def name(self, expression: str) -> str:
        """A new name for the value of an expression."""
        self._names += 1
        name = f"t{self._names}"
        self.line(f"{name} = {expression}")
        return name


def fitted(code: str, source: Any, width: int, signed: bool) -> str:
    """An exact expression of shape ``source`` as a number of another shape, as an assignment
    does."""
    if not signed:
        if not source.signed and source.width <= width:
            return code
        return f"({code} & {(1 << width) - 1:#x})"
    if source.width + (not source.signed) <= width:
        return code
    half = 1 << (width - 1) if width else 0
    return f"((({code} & {(1 << width) - 1:#x}) ^ {half:#x}) - {half:#x})"


def matches(test: str, patterns: tuple[str, ...] | None) -> str:
    """The condition under which a test has one of the patterns."""
    if patterns is None:
        return "True"
    conditions: list[str] = []
    for pattern in patterns:
        value = int(pattern.replace("-", "0") or "0", 2)
        if "-" in pattern:
            mask = int("".join("0" if bit == "-" else "1" for bit in pattern), 2)
            conditions.append(f"({test} & {mask:#x}) == {value:#x}")
        else:
            conditions.append(f"{test} == {value:#x}")
    return " or ".join(conditions) or "False"


def chosen_bit(patterns: tuple[str, ...] | None) -> int | None:
    """The bit of a test that alone decides a case, by being set; None if there is no such bit."""
    if patterns is None or len(patterns) != 1:
        return None
    pattern = patterns[0]
    if pattern.count("1") != 1 or pattern.count("-") != len(pattern) - 1:
        return None
    return len(pattern) - 1 - pattern.index("1")


class Expressions(ValueVisitor):
    """Writes values as expressions over ``V``, the list of all signals' values.

    Parameters
    ----------
    index:
        Place of a signal in ``V``.
    emitter:
        Takes the lines that an expression needs before it.
    inputs:
        Receives the places that are read.
    choices:
        Writes what chooses between values, tests and offsets, if this does not.
    """

    def __init__(self, index: Callable[[Any], int], emitter: Emitter, inputs: set[int],
                 choices: Expressions | None = None):  # fmt: skip
        self._index = index
        self._emitter = emitter
        self._inputs = inputs
        self._choices = choices or self

    def on_value(self, value: Any) -> str:
        if len(value) > 2**16:
            raise OverflowError(
                f"a value of {len(value)} bits, made at {value.src_loc}, is too wide to simulate"
            )
        code = super().on_value(value)
        return self._emitter.name(code) if len(code) > _SPLIT else code

    def unsigned(self, value: Any) -> str:
        """The bits of a value as an unsigned number."""
        return fitted(self(value), value.shape(), len(value), False)

    def integer(self, value: Any) -> str:
        """An expression that is an ``int`` and never a ``bool``."""
        return f"+{self(value)}" if len(value) == 1 and type(value) is not Signal else self(value)

    def on_Const(self, value: Any) -> str:
        return f"({value.value})" if value.value < 0 else f"{value.value}"

    def on_Signal(self, value: Any) -> str:
        place = self._index(value)
        self._inputs.add(place)
        return f"V[{place}]"

    def on_Operator(self, value: Any) -> str:
        if len(value.operands) == 1:
            return self._unary(value.operator, value.operands[0])
        return self._binary(value.operator, *value.operands)

    def _unary(self, operator: str, operand: Any) -> str:
        signed, width = operand.shape().signed, len(operand)
        if operator == "~":
            return f"(~{self(operand)})" if signed else f"({self(operand)} ^ {(1 << width) - 1:#x})"
        if operator == "-":
            return f"(-{self(operand)})"
        if operator in ("b", "r|"):
            is_bit = width == 1 and not signed
            return self(operand) if is_bit else f"({self(operand)} != 0)"
        if operator == "r&":
            return f"({self.unsigned(operand)} == {(1 << width) - 1:#x})"
        if operator == "r^":
            return f"(({self.unsigned(operand)}).bit_count() & 1)"
        if operator == "u":
            return self.unsigned(operand)
        if operator == "s":
            return fitted(self(operand), operand.shape(), width, True)
        raise NotImplementedError(f"operator {operator!r} cannot be simulated")

    def _binary(self, operator: str, left: Any, right: Any) -> str:
        a, b = self(left), self(right)
        if operator in ("//", "%"):
            return f"{'zdiv' if operator == '//' else 'zmod'}({a}, {b})"
        if operator in ("+", "-", "*", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">="):
            return f"({a} {operator} {b})"
        raise NotImplementedError(f"operator {operator!r} cannot be simulated")

    def on_Slice(self, value: Any) -> str:
        inner = value.value
        code = self(inner)
        if value.start:
            code = f"{code} >> {value.start}"
        if value.stop == len(inner) and not inner.shape().signed:
            return f"({code})" if value.start else code
        return f"({code} & {(1 << len(value)) - 1:#x})"

    def on_Part(self, value: Any) -> str:
        shift = self.offset(value)
        return f"({self(value.value)} >> {shift} & {(1 << value.width) - 1:#x})"

    def offset(self, value: Any) -> str:
        """By how many bits a part is shifted."""
        offset = self._choices.unsigned(value.offset)
        return offset if value.stride == 1 else f"({offset} * {value.stride})"

    def on_Concat(self, value: Any) -> str:
        terms: list[str] = []
        start = 0
        for part, count in _runs(value.parts):
            width = len(part)
            if not (isinstance(part, Const) and part.value == 0):
                term = self.unsigned(part)
                if count > 1:
                    term = f"{term} * {sum(1 << width * i for i in range(count)):#x}"
                terms.append(f"({term}) << {start}" if start else f"({term})")
            start += width * count
        return f"({' | '.join(terms)})" if terms else "0"

    def on_SwitchValue(self, value: Any) -> str:
        if (table := self._table(value)) is not None:
            return table
        test = self._choices.unsigned(value.test)
        cases = list(value.cases)
        if len(value.test) == 1 and [patterns for patterns, _ in cases] == [("0",), None]:
            no, yes = (self(case) for _, case in cases)
            return f"({yes} if {test} else {no})"
        test = self._emitter.name(test)
        if len(cases) <= _CHAIN:
            code = "0"
            for patterns, case in reversed(cases):
                chosen = self(case)
                code = chosen if patterns is None else (
                    f"({chosen} if {matches(test, patterns)} else {code})"
                )  # fmt: skip
            return code
        result = self._emitter.name("0")
        word = "if"
        for patterns, case in cases:
            code = self(case)
            self._emitter.line(f"{word} {matches(test, patterns)}: {result} = {code}")
            word = "elif"
        return result

    def _table(self, value: Any) -> str | None:
        """A look-up, for a choice between constants or between signals."""
        width = len(value.test)
        if width > _TABLE_BITS or len(value.cases) <= 2:
            return None
        kinds = {type(case) for _, case in value.cases}
        if kinds not in ({Const}, {Signal}):
            return None
        outcomes: list[Any] = [None] * (1 << width)
        for patterns, case in value.cases:
            for number in _numbers(patterns, width):
                if outcomes[number] is None:
                    outcomes[number] = case
        test = self._choices.unsigned(value.test)
        if kinds == {Const}:
            numbers = tuple(case.value if case is not None else 0 for case in outcomes)
            return f"{numbers}[{test}]"
        if any(case is None for case in outcomes):
            return None
        return self.signal_of(outcomes, test)

    def signal_of(self, signals: list[Any], test: str) -> str | None:
        """The signal with the number ``test``; None where signals are not in a list."""
        places = tuple(self._index(signal) for signal in signals)
        self._inputs.update(places)
        return f"V[{places}[{test}]]"

    def _never(self, value: Any) -> str:
        raise NotImplementedError(f"{value!r} cannot be simulated")

    on_ClockSignal = on_ResetSignal = on_AnyValue = on_Initial = _never


def _runs(parts: Any) -> Iterator[tuple[Any, int]]:
    """Parts that follow themselves, as a replicated value's do, with how often they do."""
    last, count = None, 0
    for part in parts:
        if part is last:
            count += 1
            continue
        if count:
            yield last, count
        last, count = part, 1
    if count:
        yield last, count


def _numbers(patterns: tuple[str, ...] | None, width: int) -> Iterator[int]:
    """The numbers that a case is for."""
    if patterns is None:
        yield from range(1 << width)
    for pattern in patterns or ():
        free = [i for i, bit in enumerate(reversed(pattern)) if bit == "-"]
        value = int(pattern.replace("-", "0") or "0", 2)
        for choice in range(1 << len(free)):
            yield value | sum((choice >> i & 1) << bit for i, bit in enumerate(free))
