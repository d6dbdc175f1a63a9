"""The text of an emitted Verilog module, taken apart into what stands in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from .library import PACKAGE, Call, Library, words

__all__ = ["ModuleText", "Node"]

_WIDTH = r"(?:\[\d+:\d+\] )?"
_HEAD = re.compile(r"^module (\w+) \(\n.*?\n\);\n", re.DOTALL | re.MULTILINE)
_ITEM = re.compile(r"^  (?=\S)(?!end\b|\)|endfunction\b)", re.MULTILINE)
_PORT = re.compile(rf"  (input|output) ({_WIDTH})(\w+);\n")
_NET = re.compile(rf"  (?:wire|reg) ({_WIDTH})(\w+)(?: = [^;]*)?;\n")
_ASSIGN = re.compile(r"  assign (.+?) = (.+);\n")
_PROCESS = re.compile(r"  always @\* begin\n(.*)^  end\n", re.MULTILINE | re.DOTALL)
_CLOCKED = re.compile(r"  always @\(posedge (\w+)\)")
_INSTANCE = re.compile(r"  (\w+) (\w+) \(\n((?:    \.\w+\(.*\),?\n)+)  \);\n")
_PIN = re.compile(r"^    \.(\w+)\((.*)\),?$", re.MULTILINE)
_FUNCTION = re.compile(
    rf"  function automatic ({_WIDTH})(\w+);\n(.*)^  endfunction\n", re.MULTILINE | re.DOTALL
)
_TARGET = re.compile(r"^\s*(\w+)(?:\[[^\]]*\])? <?= ", re.MULTILINE)
_TRIGGER = (
    "  reg at_start;\n  /* verilator lint_off INITIALDLY */\n  initial at_start <= 0;\n"
    "  /* verilator lint_on INITIALDLY */\n"
)
_TRIGGERED = "    if (at_start) begin end\n"
"""What wakes a process of an event-driven simulator."""


@dataclass(eq=False)
class Node:
    """Logic that is one unit: an assignment, a process of assignments, or a call."""

    item: str
    """As it stands in a module."""
    lines: tuple[str, ...]
    """As it stands in a function."""
    targets: tuple[str, ...]
    reads: frozenset[str]


@dataclass
class ModuleText:
    """A module. Names are those of its nets; ``widths`` has their ranges."""

    file: str
    name: str
    head: str
    outputs: list[str] = field(default_factory=list)
    widths: dict[str, str] = field(default_factory=dict)
    clocks: dict[str, str] = field(default_factory=dict)
    """Register -> its clock."""
    nodes: list[Node] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """Items that are no logic: instances, registers, memories."""
    _ports: list[str] = field(default_factory=list)
    _nets: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, file: str, text: str) -> ModuleText | None:
        """Takes apart a module as :mod:`tinyneuron_hw.verilog` writes it; None for another."""
        head = _HEAD.search(text)
        if head is None:
            return None
        module = cls(file, head[1], text[: head.end()])
        body = text[head.end() :].replace(_TRIGGER, "").replace(_TRIGGERED, "")
        starts = [match.start() for match in _ITEM.finditer(body)]
        end = body.index("endmodule\n")
        for start, stop in zip(starts, [*starts[1:], end], strict=True):
            module._take(body[start:stop])
        return module

    def _take(self, item: str) -> None:
        if port := _PORT.fullmatch(item):
            self._ports.append(item)
            self.widths[port[3]] = port[2]
            if port[1] == "output":
                self.outputs.append(port[3])
        elif net := _NET.fullmatch(item):
            self._nets[net[2]] = item
            self.widths[net[2]] = net[1]
        elif assign := _ASSIGN.fullmatch(item):
            line = f"{assign[1]} = {assign[2]};"
            targets = tuple(dict.fromkeys(words(assign[1])))
            self.nodes.append(Node(item, (line,), targets, frozenset(words(assign[2]))))
        elif process := _PROCESS.fullmatch(item):
            targets = tuple(dict.fromkeys(_TARGET.findall(process[1])))
            reads = frozenset(words(process[1])) - {*targets}
            lines = tuple(process[1].splitlines())
            self.nodes.append(Node(item, lines, targets, reads))
        else:
            if clock := _CLOCKED.match(item):
                self.clocks |= dict.fromkeys(_TARGET.findall(item), clock[1])
            self.others.append(item)

    def instances(self) -> Iterator[re.Match[str]]:
        """Matches of the instances: module, name, pins."""
        return filter(None, map(_INSTANCE.fullmatch, self.others))

    def driven(self, outputs: Mapping[str, Sequence[str]]) -> set[str]:
        """The nets that instances drive; ``outputs`` are those of each module (of one that is not
        among them, all its ports)."""
        return {
            word
            for instance in self.instances()
            for port, pin in _PIN.findall(instance[3])
            if port in outputs.get(instance[1], (port,))
            for word in words(pin)
        }

    def text(self) -> str:
        """The module."""
        items = [*self._ports, *self._nets.values(), *self.others, *(n.item for n in self.nodes)]
        return f"{self.head}{''.join(items)}endmodule\n"

    def lift_functions(self, library: Library) -> None:
        """Moves the module's own functions into the library."""
        for item in [item for item in self.others if item.startswith("  function ")]:
            function = _FUNCTION.fullmatch(item)
            assert function is not None, item[:80]
            name = library.add_function(
                f"{self.name}_{function[2]}", function[1].strip(), function[2], function[3]
            )
            self.others.remove(item)
            self._call_lifted(function[2], name)

    def _call_lifted(self, old: str, name: str) -> None:
        pattern, new = re.compile(rf"\b{old}\("), f"{PACKAGE}::{name}("
        self.others = [pattern.sub(new, item) for item in self.others]
        self.nodes = [
            Node(pattern.sub(new, node.item), tuple(pattern.sub(new, line) for line in node.lines),
                 node.targets, node.reads - {old})
            for node in self.nodes
        ]  # fmt: skip

    def call(self, whole: Mapping[str, Call], widths: Mapping[str, Mapping[str, str]]) -> None:
        """Puts calls in place of instances of modules that are functions now; ``widths`` are those
        of these modules' ports."""
        for instance in list(self.instances()):
            if instance[1] not in whole:
                continue
            call = whole[instance[1]]
            pins = dict(_PIN.findall(instance[3]))
            self.others.remove(instance[0])
            for port in call.outputs:
                pins[port] = self._variable(
                    pins.get(port, ""), f"{instance[2]}__{port}", widths[instance[1]][port]
                )
            self._add_call(call, pins)

    def _variable(self, pin: str, name: str, width: str) -> str:
        """What a call's output goes into, so that ``pin`` has it."""
        if re.fullmatch(r"\w+", pin) and pin not in self.clocks:
            self._as_variable(pin)
            return pin
        while name in self.widths:
            name += "_"
        self.widths[name] = width
        self._nets[name] = f"  reg {width}{name};\n"
        if pin:
            targets = tuple(dict.fromkeys(words(pin)))
            self.nodes.append(
                Node(f"  assign {pin} = {name};\n", (f"{pin} = {name};",), targets,
                     frozenset({name}))
            )  # fmt: skip
        return name

    def _as_variable(self, name: str) -> None:
        self._nets[name] = re.sub(r"^  wire ", "  reg ", self._nets[name])

    def _add_call(self, call: Call, pins: Mapping[str, str]) -> None:
        text = call.text(pins)
        reads = frozenset(word for port in call.inputs for word in words(pins[port]))
        targets = tuple(pins[port] for port in call.outputs)
        self.nodes.append(Node(f"  always @* {text}\n", (text,), targets, reads))

    def drop_unread(self) -> None:
        """Removes logic that nothing reads, as the names of a structure's unused fields."""
        while True:
            read = {*self.outputs} | self._read_by_others()
            read.update(*(node.reads for node in self.nodes))
            used = [node for node in self.nodes if not read.isdisjoint(node.targets)]
            if len(used) == len(self.nodes):
                return
            kept = {name for node in used for name in (*node.targets, *node.reads)} | read
            for node in self.nodes:
                for name in set(node.targets) - kept:
                    self._nets.pop(name, None)
            self.nodes = used

    def replace(self, nodes: Iterable[Node], call: Call) -> None:
        """Puts a call in place of some of the logic; what only that logic knew goes."""
        gone = {id(node) for node in nodes}
        inside = {target for node in nodes for target in node.targets} - {*call.outputs}
        self.nodes = [node for node in self.nodes if id(node) not in gone]
        for name in inside:
            del self._nets[name], self.widths[name]
        for name in call.outputs:
            self._as_variable(name)
        self._add_call(call, {name: name for name in (*call.inputs, *call.outputs)})

    def read_outside(self, nodes: Sequence[Node]) -> list[str]:
        """What some of the logic makes for the rest of the module, and for the outputs."""
        inside = {id(node) for node in nodes}
        read = {*self.outputs} | self._read_by_others()
        read.update(*(node.reads for node in self.nodes if id(node) not in inside))
        return [name for name in dict.fromkeys(t for n in nodes for t in n.targets) if name in read]

    def _read_by_others(self) -> set[str]:
        return {word for item in self.others for word in words(item)}

    def supports(self, driven: Collection[str]) -> dict[str, frozenset[str] | None]:
        """What each net depends on: inputs, outputs of instances, clocks of registers. None where
        that is not one set: different logic makes parts of it, or reads what is not a net.
        ``driven`` are the nets that instances drive."""
        supports: dict[str, frozenset[str] | None] = {}
        made = {name for node in self.nodes for name in node.targets}
        for name in self.widths:
            if name not in made:
                clock = self.clocks.get(name)
                supports[name] = frozenset({name if clock is None else f"posedge {clock}"})
        for node in self.in_order(self.nodes):
            read = [supports.get(name) for name in node.reads]
            known = [support for support in read if support is not None]
            whole = frozenset[str]().union(*known) if len(known) == len(read) else None
            for name in node.targets:
                mixed = name in driven or name in self.clocks or name not in self.widths
                other = name in supports and supports[name] != whole
                supports[name] = None if mixed or other else whole
        return supports

    def in_order(self, nodes: Sequence[Node]) -> list[Node]:
        """The logic in an order in which each follows what it reads; without what is in a loop."""
        makers: dict[str, list[int]] = defaultdict(list)
        for number, node in enumerate(nodes):
            for name in node.targets:
                makers[name].append(number)
        needs = {
            number: {maker for name in node.reads for maker in makers.get(name, ())
                     if maker != number}
            for number, node in enumerate(nodes)
        }  # fmt: skip
        while True:
            try:
                return [nodes[number] for number in TopologicalSorter(needs).static_order()]
            except CycleError as error:
                loop = set(error.args[1])
                needs = {n: others - loop for n, others in needs.items() if n not in loop}
