"""Tidies the Verilog text that Yosys writes. Nothing here changes what a module does."""

from __future__ import annotations

import re

__all__ = ["tidy"]

_MODULE = re.compile(r"^module (\S+) ?\(.*?^endmodule\n", re.MULTILINE | re.DOTALL)
_ESCAPED = re.compile(r"\\(\S+) ")
_WORD = re.compile(r"[A-Za-z_]\w*")
_TRIGGER = re.compile(r"\\\$auto\$verilog_backend\S+ ")
_INSTANCE = re.compile(r"^  \S+ +(\S+) \(\n((?:    \.\w+\(.*\),?\n)+)  \);", re.MULTILINE)
_CONNECTION = re.compile(r"\.(\w+)\(\\(\S*\$\d+) \)")
_CELL = re.compile(r"^  (\S+) +\S+ \(\n(?:    \..*\n)+  \);", re.MULTILINE)
_PIN = re.compile(r"\.\\(\S+) \(")
_PORTS = re.compile(r"^module (\w+) ?\(([^)]*)\);")
_RESET_EDGE = re.compile(r"(always @\(posedge [^,)]+), posedge [^)]+\)")
_ATTRIBUTE = re.compile(r"^ *\(\* .* \*\)\n", re.MULTILINE)
_SIMPLE_PROCESS = re.compile(r"^  always @\*\n    (\S.* = .*;)\n", re.MULTILINE)
_TRIGGER_REGISTER = "  reg at_start = 0;\n"
_LATE_TRIGGER = """\
  reg at_start;
  /* verilator lint_off INITIALDLY */
  initial at_start <= 0;
  /* verilator lint_on INITIALDLY */
"""
_EMPTY = re.compile(r"^  (?:wire|reg) \[-1:0\] (\\\S+ |\w+);\n", re.MULTILINE)
_COPY = re.compile(r"\\([^\s$]\S*\$\d+(?:\.\S+)?) ")
# Words of 32 bits are written in decimal.
_ZERO_BLOCK = re.compile(r"  initial begin\n(?:    \w+\[\d+\] = \d+'[hd]0+;\n)+  end\n")
_ZERO_WORD = re.compile(r"    (\w+)\[(\d+)\] = (\d+'[hd]0+);\n")


def tidy(text: str) -> dict[str, str]:
    """Splits the text into modules and cleans each; module name -> text."""
    modules = {match[1]: match[0] for match in _MODULE.finditer(text)}
    names = _module_names(modules)
    ports = {name: _escaped_ports(body) for name, body in modules.items()}
    return {
        names[name]: _tidy_module(_plain_pins(body, ports), names, ports[name])
        for name, body in modules.items()
    }


def _escaped_ports(text: str) -> dict[str, str]:
    """Plain identifier of each port whose name is escaped (``trap__valid$5``: another signal of
    the module has the plain one)."""
    taken = set(_WORD.findall(text))
    ports = text[text.index("(") : text.index(");")]
    return {name: _plain_name(name, taken) for name in _ESCAPED.findall(ports + " ")}


def _plain_pins(text: str, ports: dict[str, dict[str, str]]) -> str:
    """Renames the pins of instances as their modules' ports are."""

    def instance(match: re.Match[str]) -> str:
        renamed = ports.get(match[1], {})
        if not renamed:
            return match[0]
        return _PIN.sub(lambda pin: f".{renamed.get(pin[1], pin[1])}(", match[0])

    return _CELL.sub(instance, text)


def _module_names(modules: dict[str, str]) -> dict[str, str]:
    """Plain identifier of each module, unique. A name that is plain already keeps its text."""
    names = {name: name for name in modules if not name.startswith("\\")}
    taken = set(names)
    for name in modules:
        if name in names:
            continue
        base = re.sub(r"\W", "_", name[1:])
        plain, number = base, 1
        while plain in taken:
            number += 1
            plain = f"{base}_{number}"
        names[name] = plain
        taken.add(plain)
    return names


def _tidy_module(text: str, module_names: dict[str, str], ports: dict[str, str]) -> str:
    text = _ATTRIBUTE.sub("", text)
    # Domains are converted with an asynchronous reset, which keeps the reset out of the logic that
    # computes a register's next value; without its edge it is the synchronous one that is meant.
    # A simulator then has nothing to do in a block whose clock is gated off.
    text = _RESET_EDGE.sub(r"\1)", text)
    text = _fold_zero_words(_drop_copies(text))
    text = _EMPTY.sub(lambda wire: wire[0] if _is_used(wire[1], text) else "", text)
    # An event-driven simulator runs `always @*` when an input changes, which may never happen.
    # Yosys has most processes read a register that is written once, at time zero. SystemVerilog
    # gives declared variables their value before processes wait for events; a non-blocking
    # assignment comes after, in any simulator.
    text = _TRIGGER.sub("at_start", text)
    text, count = _SIMPLE_PROCESS.subn(
        r"  always @* begin\n    if (at_start) begin end\n    \1\n  end\n", text
    )
    if count and _TRIGGER_REGISTER not in text:
        text = text.replace(");\n", f");\n{_TRIGGER_REGISTER}", 1)
    text = text.replace(_TRIGGER_REGISTER, _LATE_TRIGGER)
    taken = set(_WORD.findall(text)) | set(ports.values())
    wires = _instance_wires(text)
    renamed = dict(ports)

    def plain(match: re.Match[str]) -> str:
        name = match[1]
        if "\\" + name in module_names:
            return module_names["\\" + name]
        if name not in renamed:
            wire, dot, field = name.partition(".")
            renamed[name] = _plain_name(wires.get(wire, wire) + dot + field, taken)
        return renamed[name]

    return _PORTS.sub(_sort_ports, _ESCAPED.sub(plain, text), count=1)


def _is_used(name: str, text: str) -> bool:
    """Whether a signal stands anywhere but where it is declared."""
    return len(re.findall(rf"(?<![\w$.\\]){re.escape(name)}(?![\w$])", text)) > 1


def _sort_ports(match: re.Match[str]) -> str:
    ports = sorted(match[2].split(", "), key=lambda port: (port not in ("clk", "rst"), port))
    return f"module {match[1]} (\n  " + ",\n  ".join(ports) + "\n);"


def _instance_wires(text: str) -> dict[str, str]:
    """Numbered wire -> ``instance__port``, for wires connected to a port of an instance."""
    wires: dict[str, str] = {}
    for instance, connections in _INSTANCE.findall(text):
        for port, wire in _CONNECTION.findall(connections):
            wires.setdefault(wire, f"{instance.lstrip(chr(92))}__{port}")
    return wires


def _plain_name(name: str, taken: set[str]) -> str:
    """``$12`` -> ``n12``, ``data$3`` -> ``data_3``, ``payload.lanes[0]`` -> ``payload_lanes_0``."""
    base = re.sub(r"^\$(?=\d)", "n", name)
    base = re.sub(r"\W+", "_", base).strip("_") or "n"
    if base[0].isdigit():
        base = f"n{base}"
    result, number = base, 1
    while result in taken:
        number += 1
        result = f"{base}_{number}"
    taken.add(result)
    return result


def _drop_copies(text: str) -> str:
    """Removes wires that only copy a port of a submodule (``\\valid$12``) and are never read."""
    names = _COPY.findall(text)
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    lines = text.splitlines(keepends=True)
    assigned = {
        match[1] for line in lines if (match := re.match(r"  assign \\(\S+)  = [^\\]*;$", line))
    }
    dead = {name for name, count in counts.items() if count == 2 and name in assigned}

    def is_dead(line: str) -> bool:
        match = re.match(r"  (?:wire (?:\[\d+:\d+\] )?|assign )\\(\S+) ", line)
        return match is not None and match[1] in dead

    return "".join(line for line in lines if not is_dead(line))


def _fold_zero_words(text: str) -> str:
    """Turns an initial block that only writes a memory's zero words, one line each, into a loop."""

    def fold(match: re.Match[str]) -> str:
        words = _ZERO_WORD.findall(match[0])
        memory, _, zero = words[0]
        indices = [int(word[1]) for word in words if word[0] == memory]
        if len(words) < 4 or indices != list(range(len(words))):
            return match[0]
        return (
            f"  initial begin : clear_{memory}\n    integer tn_row;\n"
            f"    for (tn_row = 0; tn_row < {len(words)}; tn_row = tn_row + 1)\n"
            f"      {memory}[tn_row] = {zero};\n  end\n"
        )

    return _ZERO_BLOCK.sub(fold, text)
