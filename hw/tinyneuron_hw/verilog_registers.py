"""Moves the logic of a register's next value into the process that clocks the register."""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["clocked"]

_REGISTER = re.compile(
    r"^  always @\(posedge (?P<clock>\w+)\)\n"
    r"(?:    if \((?P<reset>\w+)\) (?P<first>\w+) <= (?P<initial>.*);\n    else )?"
    r" *(?P<register>\w+) <= (?P<next>\w+);\n",
    re.MULTILINE,
)
_PROCESS = re.compile(
    r"^  always @\* begin\n    if \(at_start\) begin end\n    (\w+) = (\w+);\n(.*?)^  end\n",
    re.MULTILINE | re.DOTALL,
)
_TARGET = re.compile(r"^(\s*)(\w+)((?:\[[^\]]*\])?) = ", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z_]\w*")


def clocked(text: str) -> str:
    """The module with registers that keep their value unless a condition holds written as one
    process each.

    Such a register comes as two: one computes its next value, which begins as the present one, and
    one takes it at the clock's edge. A simulator that is cycle-based runs the first whenever
    anything in it has changed, also where the clock is gated off, and copies twice.
    """
    counts = Counter(_WORD.findall(text))
    processes = {match[1]: match for match in _PROCESS.finditer(text)}
    changes: list[tuple[tuple[int, int], str]] = []
    for register in _REGISTER.finditer(text):
        name, following = register["register"], register["next"]
        process = processes.get(following)
        if process is None or process[2] != name:
            continue
        targets = _TARGET.findall(process[3])
        # Beside its assignments: a declaration, the first value, and the register's.
        alone = counts[following] == len(targets) + 3
        if not alone or any(target != following for _, target, _ in targets):
            continue
        body = _TARGET.sub(rf"  \1{name}\3 <= ", process[3])
        head = f"  always @(posedge {register['clock']})\n"
        if register["reset"]:
            head += f"    if ({register['reset']}) {name} <= {register['initial']};\n    else"
        else:
            head += "   "
        changes += [
            (register.span(), f"{head} begin\n{body}    end\n"),
            (process.span(), ""),
            (_declaration(text, following), ""),
        ]
    for (start, end), new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _declaration(text: str, name: str) -> tuple[int, int]:
    match = re.search(rf"^  reg (?:\[\d+:\d+\] )?{name};\n", text, re.MULTILINE)
    assert match is not None, name
    return match.span()
