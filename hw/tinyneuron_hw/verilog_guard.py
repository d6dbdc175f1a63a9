"""Makes the logic of a module run only when it counts."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter

__all__ = ["guarded"]

_HEAD = re.compile(r"^module (\w+) \(\n(.*?)\n\);\n", re.DOTALL)
_PORT = re.compile(r"^  (input|output) ((?:\[\d+:\d+\] )?)(\w+);$", re.MULTILINE)
_WIRE = re.compile(r"^  wire ((?:\[\d+:\d+\] )?)(\w+);$", re.MULTILINE)
_ASSIGN = re.compile(r"^  assign (.+?) = (.+);$", re.MULTILINE)
_WORD = re.compile(r"(?<!['\w])[A-Za-z_]\w*")
"""An identifier, and not the digits of a number (``8'hff``)."""
_OPEN = ("clk", "rst")


def guarded(text: str, enable: str) -> str:
    """The module with its logic as a function that a simulator calls while input ``enable`` is
    high; its outputs are 0 otherwise.

    A simulator that is cycle-based computes an assignment in every cycle, and skips what stands
    under an ``if``.

    Raises
    ------
    ValueError
        The module is more than assignments of its inputs to its outputs.
    """
    head = _HEAD.match(text)
    assert head is not None, text[:200]
    name, body = head[1], text[head.end() :]
    ports = {match[3]: (match[1], match[2]) for match in _PORT.finditer(body)}
    widths = {match[2]: match[1] for match in _WIRE.finditer(body)}
    assigns = _ASSIGN.findall(body)
    rest = _ASSIGN.sub("", _WIRE.sub("", _PORT.sub("", body))).split()
    if rest != ["endmodule"]:
        raise ValueError(f"module {name} has more than assignments: {' '.join(rest)[:80]}")
    inputs = [port for port, (flow, _) in ports.items() if flow == "input" and port not in _OPEN]
    outputs = [port for port, (flow, _) in ports.items() if flow == "output"]
    if enable not in inputs:
        raise ValueError(f"module {name} has no input {enable!r}")
    inside = {wire: width for wire, width in widths.items() if wire not in (*inputs, *_OPEN)}
    local = {port: f"tn_{port}" for port in ports}

    def renamed(code: str) -> str:
        return _WORD.sub(lambda word: local.get(word[0], word[0]), code)

    assigns = _ordered([(renamed(target), renamed(value)) for target, value in assigns])
    read = {word for _, value in assigns for word in _WORD.findall(value)}
    arguments = [port for port in inputs if local[port] in read]
    bits = sum(_bits(ports[port][1]) for port in outputs)
    results = _joined(outputs)
    lines = [
        *(f"  {flow} {width}{port};" for port, (flow, width) in ports.items()),
        *(f"  reg {ports[port][1]}{port};" for port in outputs),
        f"  function [{bits - 1}:0] tn_guarded;",
        *(f"    input {ports[port][1]}{local[port]};" for port in arguments),
        *(f"    reg {width}{local.get(wire, wire)};" for wire, width in inside.items()),
        "    begin",
        *(f"      {target} = {value};" for target, value in assigns),
        f"      tn_guarded = {_joined([local[port] for port in outputs])};",
        "    end",
        "  endfunction",
        "  always @* begin",
        f"    {results} = {bits}'h0;",
        f"    if ({enable}) {results} = tn_guarded({', '.join(arguments)});",
        "  end",
        "endmodule",
    ]
    return head[0] + "\n".join(lines) + "\n"


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{{ {', '.join(names)} }}"


def _bits(width: str) -> int:
    return int(width[1:].split(":")[0]) + 1 if width else 1


def _ordered(assigns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The assignments in an order in which each follows what it reads."""
    makers: dict[str, list[int]] = {}
    for i, (target, _) in enumerate(assigns):
        for word in _WORD.findall(target):
            makers.setdefault(word, []).append(i)
    needs = {
        i: [maker for word in _WORD.findall(value)
            for maker in makers.get(word, ()) if maker != i]
        for i, (_, value) in enumerate(assigns)
    }  # fmt: skip
    return [assigns[i] for i in TopologicalSorter(needs).static_order()]
