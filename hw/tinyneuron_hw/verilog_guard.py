"""Makes the logic of a module run only when it counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
    local = {port: f"tn_{port}" for port in ports}

    def renamed(code: str) -> str:
        return _WORD.sub(lambda word: local.get(word[0], word[0]), code)

    assigns = _ordered([(renamed(target), renamed(value)) for target, value in assigns])
    read = {word for _, value in assigns for word in _WORD.findall(value)}
    arguments = [port for port in inputs if local[port] in read]
    bits = sum(_bits(ports[port][1]) for port in outputs)
    results = _joined(outputs)
    function = (
        *(f"    input {ports[port][1]}{local[port]};" for port in arguments),
        *(f"    reg {width}{local.get(wire, wire)};" for wire, width in inside.items()),
        "    begin",
        *(f"      {target} = {value};" for target, value in assigns),
        f"      {_FUNCTION} = {_joined([local[port] for port in outputs])};",
        "    end",
        "  endfunction",
    )
    lines = [
        *(f"  {flow} {width}{port};" for port, (flow, width) in ports.items()),
        *(f"  reg {ports[port][1]}{port};" for port in outputs),
        # Automatic: a simulator keeps what is inside in registers of the processor.
        f"  function automatic [{bits - 1}:0] {_FUNCTION};",
        *function,
        "  always @* begin",
        f"    {results} = {bits}'h0;",
        f"    if ({enable}) {results} = {_FUNCTION}({', '.join(arguments)});",
        "  end",
        "endmodule",
    ]
    return GuardedBlock(
        text=head[0] + "\n".join(lines) + "\n",
        function=(f"[{bits - 1}:0] {_FUNCTION};", *function),
        enable=enable,
        arguments=tuple(arguments),
        outputs=tuple(outputs),
    )


def deferred(text: str, blocks: Mapping[str, GuardedBlock]) -> str:
    """The module with those of its guarded blocks whose output goes into one clocked process
    called there, which nothing but the clock's edge wakes."""

    def call(instance: re.Match[str]) -> str:
        nonlocal text
        block = blocks[instance[1]]
        pins = dict(_PIN.findall(instance[3]))
        wire = pins[block.outputs[0]]
        for copy in re.findall(rf"^  assign (\w+) = {wire};$", text, re.MULTILINE):
            if _uses(text, copy) == 2:  # declared, and read by nobody
                text = re.sub(rf"^  (?:wire (?:\[\d+:\d+\] )?{copy}|assign {copy} = .*);\n", "",
                              text, flags=re.MULTILINE)  # fmt: skip
        users = [match for match in _CLOCKED.finditer(text) if _uses(match[0], wire)]
        # Declared, driven here, and used in that process alone.
        alone = len(users) == 1 and _uses(text, wire) == 2 + _uses(users[0][0], wire)
        declaration = re.compile(rf"^  wire ((?:\[\d+:\d+\] )?{wire};)$", re.MULTILINE)
        if len(block.outputs) > 1 or not alone or not declaration.search(text):
            return instance[0]
        name = f"tn_{instance[2]}"
        calls.append((users[0][0], (
            f"    if ({pins[block.enable]})\n"
            f"      {wire} = {name}({', '.join(pins[pin] for pin in block.arguments)});\n"
        ), declaration))  # fmt: skip
        lines = (f"  function automatic {block.function[0]}", *block.function[1:])
        return re.sub(rf"\b{_FUNCTION}\b", name, "\n".join(lines)) + "\n"

    calls: list[tuple[str, str, re.Pattern[str]]] = []
    instances = "|".join(map(re.escape, blocks)) or "(?!)"
    pattern = re.compile(rf"^  ({instances}) (\w+) \(\n((?:    \..*\n)+)  \);\n", re.MULTILINE)
    for instance in list(pattern.finditer(text)):
        new = call(instance)
        text = text.replace(instance[0], new, 1)
    for process, statement, declaration in calls:
        first, rest = process.split("\n", 1)
        text = text.replace(process, f"{first}\n{statement}{rest}", 1)
        text = declaration.sub(r"  reg \1", text)
    return text


def _uses(text: str, name: str) -> int:
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
