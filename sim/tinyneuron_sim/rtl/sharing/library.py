"""A package of Verilog functions, of which those that are the same but for names stand once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

__all__ = ["PACKAGE", "Call", "Library", "renamed", "words"]

PACKAGE = "tn_functions"
_WORD = re.compile(r"(?<!['\w.$:])[A-Za-z_]\w*\b(?!::)")
"""An identifier, and not the digits of a number (``8'hff``) nor what a package holds."""
_KEYWORDS = frozenset(
    ("begin", "case", "casez", "default", "else", "end", "endcase", "endfunction", "for", "if",
     "input", "output", "ref", "reg")
)  # fmt: skip
_NOT_INLINED = "    /* verilator no_inline_task */\n"


def words(code: str) -> list[str]:
    """The names in a piece of code, in order, each as often as it stands there."""
    return [word for word in _WORD.findall(code) if word not in _KEYWORDS]


def renamed(code: str, prefix: str) -> str:
    """The code with a prefix before every name."""
    return _WORD.sub(lambda word: word[0] if word[0] in _KEYWORDS else prefix + word[0], code)


class Call(NamedTuple):
    """A function, and the caller's names for what goes in and comes out, in the order of its
    ports."""

    function: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def text(self, pins: Mapping[str, str] | None = None) -> str:
        """The call, with what ``pins`` has in place of a name."""
        names = (*self.inputs, *self.outputs)
        actual = names if pins is None else [pins[name] for name in names]
        return f"{PACKAGE}::{self.function}({', '.join(actual)});"


class Library:
    """The functions."""

    def __init__(self) -> None:
        self._functions: dict[str, str] = {}
        """The text with numbers in place of names -> name of the function."""
        self._texts: dict[str, str] = {}

    def add_logic(
        self, name: str, lines: Sequence[str], *, widths: Mapping[str, str],
        inputs: Collection[str], outputs: Collection[str],
    ) -> Call:  # fmt: skip
        """A function of statements, which read what is made before; ``widths`` has all names in
        them: the range, or nothing for one bit."""
        names = list(dict.fromkeys(words("\n".join(lines))))
        kinds = dict.fromkeys(names, "reg")
        kinds |= dict.fromkeys(inputs, "input") | dict.fromkeys(outputs, "output")
        declared = [name for kind in ("input", "output", "reg") for name in names
                    if kinds[name] == kind]  # fmt: skip
        ports = "".join(f"    {kinds[name]} {widths[name]}{name};\n" for name in declared
                        if kinds[name] != "reg")  # fmt: skip
        inside = "".join(f"    reg {widths[name]}{name};\n" for name in declared
                         if kinds[name] == "reg")  # fmt: skip
        body = "".join(f"      {line.strip()}\n" for line in lines)
        function = self.add_void(name, ports, f"{inside}    begin\n{body}    end\n")
        return Call(
            function,
            tuple(name for name in declared if kinds[name] == "input"),
            tuple(name for name in declared if kinds[name] == "output"),
        )

    def add_function(self, name: str, result: str, own_name: str, body: str) -> str:
        """A function with a result, taken as it stands in a module; ``body`` is what follows its
        first line, and ``own_name`` is what it calls its result. Returns its name."""
        body = body.replace("    begin\n", f"{_NOT_INLINED}    begin\n", 1)
        return self._add(name, result, body, own_name)

    def add_void(self, name: str, ports: str, body: str) -> str:
        """A function without a result: declarations of its ports, and the rest. Returns its
        name."""
        return self._add(name, "void", f"{ports}{_NOT_INLINED}{body}")

    def _add(self, name: str, result: str, body: str, own_name: str = "") -> str:
        numbers: dict[str, str] = {own_name: "result"}

        def number(match: re.Match[str]) -> str:
            word = match[0]
            return word if word in _KEYWORDS else numbers.setdefault(word, f"n{len(numbers)}")

        body = body.replace(f"{PACKAGE}::", "")
        calls = re.compile(rf"\b({'|'.join(map(re.escape, self._texts)) or '(?!)'})\(")
        key = _WORD.sub(number, calls.sub(r"$\1(", body))
        while name in self._texts:
            name += "_"
        function = self._functions.setdefault(f"{result} {key}", name)
        if function not in self._texts:
            body = re.sub(rf"\b{own_name}\b", name, body) if own_name else body
            self._texts[name] = f"  function automatic {result} {name};\n{body}  endfunction\n"
        return function

    def text(self) -> str:
        """The package."""
        return f"package {PACKAGE};\n{''.join(self._texts.values())}endpackage\n"
