"""Makes the logic of a module run only when it counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter

__all__ = ["GuardedBlock", "deferred", "guarded"]

_FUNCTION = "tn_guarded"
_CLOCKED = re.compile(r"^  always @\(posedge \w+\) begin\n.*?^  end\n", re.MULTILINE | re.DOTALL)
_PIN = re.compile(r"^    \.(\w+)\((.*)\),?$", re.MULTILINE)
_HEAD = re.compile(r"^module (\w+) \(\n(.*?)\n\);\n", re.DOTALL)
_PORT = re.compile(r"^  (input|output) ((?:\[\d+:\d+\] )?)(\w+);$", re.MULTILINE)
_WIRE = re.compile(r"^  wire ((?:\[\d+:\d+\] )?)(\w+);$", re.MULTILINE)
_ASSIGN = re.compile(r"^  assign (.+?) = (.+);$", re.MULTILINE)
_WORD = re.compile(r"(?<!['\w])[A-Za-z_]\w*")
"""An identifier, and not the digits of a number (``8'hff``)."""
_OPEN = ("clk", "rst")


@dataclass(frozen=True)
class GuardedBlock:
    """A module whose logic is a function, of ``arguments``, that is called while input ``enable``
    is high."""

    text: str
    function: tuple[str, ...]
    """Its lines, without what stands before its name."""
    enable: str
    arguments: tuple[str, ...]
    outputs: tuple[str, ...]


def guarded(text: str, enable: str) -> GuardedBlock:
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
    # The function may come to stand in a module that has nets of these names.
    local = {name: f"tn_{name}" for name in (*ports, *inside)}

    def renamed(code: str) -> str:
        return _WORD.sub(lambda word: local.get(word[0], word[0]), code)

    assigns = _ordered([(renamed(target), renamed(value)) for target, value in assigns])
    read = {word for _, value in assigns for word in _WORD.findall(value)}
    arguments = [port for port in inputs if local[port] in read]
    bits = sum(_bits(ports[port][1]) for port in outputs)
    function = (
        f"[{bits - 1}:0] {_FUNCTION};",
        *(f"    input {ports[port][1]}{local[port]};" for port in arguments),
        *(f"    reg {width}{local[wire]};" for wire, width in inside.items()),
        "    begin",
        *(f"      {target} = {value};" for target, value in assigns),
        f"      {_FUNCTION} = {_joined([local[port] for port in outputs])};",
        "    end",
        "  endfunction",
    )
    lines = [
        *(f"  {flow} {width}{port};" for port, (flow, width) in ports.items()),
        *(f"  reg {ports[port][1]}{port};" for port in outputs),
    ]
    block = GuardedBlock("", function, enable, tuple(arguments), tuple(outputs))
    return replace(block, text=head[0] + "\n".join([*lines, *_process(block, bits), ""]))


def _process(block: GuardedBlock, bits: int) -> list[str]:
    """The rest of the module: its function, and its call."""
    results = _joined([*block.outputs])
    return [
        # Automatic: a simulator keeps what is inside in registers of the processor.
        f"  function automatic {block.function[0]}",
        *block.function[1:],
        "  always @* begin",
        f"    {results} = {bits}'h0;",
        f"    if ({block.enable}) {results} = {_FUNCTION}({', '.join(block.arguments)});",
        "  end",
        "endmodule",
    ]


def deferred(text: str, blocks: Mapping[str, GuardedBlock]) -> str:
    """The module with those of its guarded blocks whose one output goes into one clocked process,
    as what a memory takes does, called in that process: no change of an input wakes them, only the
    clock's edge."""
    names = "|".join(map(re.escape, blocks)) or "(?!)"
    pattern = re.compile(rf"^  ({names}) (\w+) \(\n((?:    \..*\n)+)  \);\n", re.MULTILINE)
    for instance in list(pattern.finditer(text)):
        text = _deferred_instance(text, instance, blocks[instance[1]])
    return text


def _deferred_instance(text: str, instance: re.Match[str], block: GuardedBlock) -> str:
    pins = dict(_PIN.findall(instance[3]))
    wire, width = pins[block.outputs[0]], r"(?:\[\d+:\d+\] )?"
    declared = re.search(rf"^  wire ({width}{re.escape(wire)};\n)", text, re.MULTILINE)
    if len(block.outputs) > 1 or declared is None:
        return text
    plain = text
    for copy in re.findall(rf"^  assign (\w+) = {wire};$", text, re.MULTILINE):
        if _uses(text, copy) == 2:  # it is declared, and nobody reads it
            lines = rf"^  (?:wire {width}{copy}|assign {copy} = {wire});\n"
            plain = re.sub(lines, "", plain, flags=re.MULTILINE)
    users = [match[0] for match in _CLOCKED.finditer(plain) if _uses(match[0], wire)]
    # Beside that process: its declaration, and the pin.
    if len(users) != 1 or _uses(plain, wire) != 2 + _uses(users[0], wire):
        return text
    name = f"tn_{instance[2]}"
    function = "\n".join((f"  function automatic {block.function[0]}", *block.function[1:], ""))
    first, rest = users[0].split("\n", 1)
    call = f"{name}({', '.join(pins[pin] for pin in block.arguments)})"
    statement = (
        "    /* verilator lint_off BLKSEQ */\n"  # a value of this process alone
        f"    if ({pins[block.enable]})\n      {wire} = {call};\n"
        "    /* verilator lint_on BLKSEQ */\n"
    )
    return (
        plain.replace(instance[0], re.sub(rf"\b{_FUNCTION}\b", name, function), 1)
        .replace(users[0], f"{first}\n{statement}{rest}", 1)
        .replace(declared[0], f"  reg {declared[1]}", 1)
    )


def _uses(text: str, name: str) -> int:
    """How often a name stands in a module, not counting pins of that name."""
    return len(re.findall(rf"(?<!\.)\b{name}\b", text))


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
