"""Python statements of Amaranth statements: assignments to the variables of one process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .internals import Property, Shape, StatementVisitor, ValueVisitor, value_to_string
from .values import Emitter, Expressions, chosen_bit, fitted, matches

__all__ = ["HELPERS", "Statements"]


def _fail(kind: str, message: str, location: Any) -> None:
    where = f"{location[0]}:{location[1]}: " if location else ""
    raise AssertionError(f"{where}{kind} violated{message}")


HELPERS: dict[str, Callable[..., Any]] = {"value_to_string": value_to_string, "fail": _fail}
"""Functions that statements call."""


class Statements(StatementVisitor):
    """Writes statements; a signal that they drive is the variable ``n<place>``.

    Parameters
    ----------
    index, emitter, inputs:
        As of :class:`~.values.Expressions`.
    """

    def __init__(self, index: Callable[[Any], int], emitter: Emitter, inputs: set[int]):
        self.values = Expressions(index, emitter, inputs)
        self._emitter = emitter
        self._targets = _Targets(index, emitter, inputs, self.values)

    def assign(self, target: Any, code: str, shape: Any) -> None:
        """Assigns an exact expression of a shape."""
        self._targets.assign(target, code, shape)

    def on_statements(self, stmts: Any) -> None:
        for statement in stmts:
            self(statement)
        if not stmts:
            self._emitter.line("pass")

    def on_Assign(self, stmt: Any) -> None:
        self.assign(stmt.lhs, self.values.integer(stmt.rhs), stmt.rhs.shape())

    def on_Switch(self, stmt: Any) -> None:
        bits = [chosen_bit(patterns) for patterns, _, _ in stmt.cases]
        parts = getattr(stmt.test, "parts", [stmt.test])
        by_bit = all(len(part) == 1 for part in parts) and all(
            bit is not None or patterns is None
            for bit, (patterns, _, _) in zip(bits, stmt.cases, strict=True)
        )
        if by_bit:
            conditions = ["True" if bit is None else self.values(parts[bit]) for bit in bits]
        else:
            test = self._emitter.name(self.values.unsigned(stmt.test))
            conditions = [matches(test, patterns) for patterns, _, _ in stmt.cases]
        word = "if"
        for condition, (_, body, _) in zip(conditions, stmt.cases, strict=True):
            if condition == "True":
                self._emitter.line("else:" if word == "elif" else "if True:")
            else:
                self._emitter.line(f"{word} {condition}:")
            self._emitter.indent += 1
            self(body)
            self._emitter.indent -= 1
            word = "elif"
            if condition == "True":
                break

    def on_Print(self, stmt: Any) -> None:
        self._emitter.line(f"print({self._text(stmt.message)}, end='')")

    def on_Property(self, stmt: Any) -> None:
        message = "''" if stmt.message is None else f"': ' + {self._text(stmt.message)}"
        test = self.values(stmt.test)
        if stmt.kind is Property.Kind.Cover:
            if stmt.message is not None:
                where = ":".join(map(str, stmt.src_loc))
                self._emitter.line(f"if {test}: print('Coverage hit at {where}' + {message})")
            return
        kind = "Assertion" if stmt.kind is Property.Kind.Assert else "Assumption"
        self._emitter.line(f"if not {test}: fail({kind!r}, {message}, {stmt.src_loc!r})")

    def _text(self, message: Any) -> str:
        """The expression of a format's text."""
        template: list[str] = []
        arguments: list[str] = []
        for chunk in message._chunks:
            if isinstance(chunk, str):
                template.append(chunk.replace("{", "{{").replace("}", "}}"))
                continue
            value, spec = chunk
            code = self.values.integer(value)
            if spec.endswith("s"):
                spec, code = spec[:-1], f"value_to_string({code})"
            template.append(f"{{:{spec}}}")
            arguments.append(code)
        return f"{''.join(template)!r}.format({', '.join(arguments)})"


class _Variables(Expressions):
    """Values as they are within the process, after what it has assigned so far."""

    def on_Signal(self, value: Any) -> str:
        return f"n{self._index(value)}"

    def signal_of(self, signals: list[Any], test: str) -> None:
        return None


class _Targets(ValueVisitor):
    """Writes the assignment to a value; ``self(target)`` gives what does it, of an expression and
    its shape."""

    def __init__(self, index: Callable[[Any], int], emitter: Emitter, inputs: set[int],
                 values: Expressions):  # fmt: skip
        self._index = index
        self._emitter = emitter
        self._values = values
        self._old = _Variables(index, emitter, inputs, values)

    def assign(self, target: Any, code: str, shape: Any) -> None:
        self(target)(code, shape)

    def on_Signal(self, value: Any) -> Callable[[str, Any], None]:
        def assign(code: str, shape: Any) -> None:
            fit = fitted(code, shape, len(value), value.shape().signed)
            self._emitter.line(f"n{self._index(value)} = {fit}")

        return assign

    def on_Operator(self, value: Any) -> Callable[[str, Any], None]:
        if value.operator not in ("u", "s"):
            raise TypeError(f"{value!r} cannot be assigned")
        return self(value.operands[0])

    def on_Slice(self, value: Any) -> Callable[[str, Any], None]:
        hole = f"{~((1 << len(value)) - 1 << value.start):#x}"
        return self._merge(value, str(value.start), hole, Shape(len(value.value)))

    def on_Part(self, value: Any) -> Callable[[str, Any], None]:
        shift = self._emitter.name(self._values.offset(value))
        hole = f"~({(1 << len(value)) - 1:#x} << {shift})"
        # One bit more than there is: what is shifted beyond the end has to go.
        return self._merge(value, shift, hole, Shape(len(value.value) + 1))

    def _merge(self, value: Any, shift: str, hole: str, shape: Any) -> Callable[[str, Any], None]:
        """Assigns those bits of ``value.value`` that ``hole`` leaves out, from bit ``shift`` on;
        the result is of ``shape``."""

        def assign(code: str, source: Any) -> None:
            old = self._old.unsigned(value.value)
            new = fitted(code, source, len(value), False)
            self(value.value)(f"({old} & {hole} | {new} << {shift})", shape)

        return assign

    def on_Concat(self, value: Any) -> Callable[[str, Any], None]:
        def assign(code: str, shape: Any) -> None:
            whole = self._emitter.name(fitted(code, shape, len(value), False))
            start = 0
            for part in value.parts:
                width = len(part)
                bits = f"{whole} >> {start}" if start else whole
                self(part)(f"({bits} & {(1 << width) - 1:#x})", Shape(width))
                start += width

        return assign

    def on_SwitchValue(self, value: Any) -> Callable[[str, Any], None]:
        def assign(code: str, shape: Any) -> None:
            test = self._emitter.name(self._values.unsigned(value.test))
            word = "if"
            for patterns, case in value.cases:
                self._emitter.line(f"{word} {matches(test, patterns)}:")
                self._emitter.indent += 1
                self(case)(code, shape)
                self._emitter.indent -= 1
                word = "elif"

        return assign

    def _never(self, value: Any) -> Any:
        raise TypeError(f"{value!r} cannot be assigned")

    on_Const = on_ClockSignal = on_ResetSignal = on_AnyValue = on_Initial = _never
