"""Writes the instances of a small clocked module as one loop, in a function.

Verilator copies a module into every instance. An array of PEs is then hundreds of kilobytes of code
that run once in a cycle, more than the processor's caches hold. As a loop over arrays that hold the
registers, the logic stands once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .library import PACKAGE, Library, renamed, words
from .module_text import ModuleText

__all__ = ["loop_instances"]

_LEAST = 8
"""Instances in one module from which on they are a loop."""
_UPDATE = re.compile(r"^(\s*(?:if \(.*\) |else )?)(\w+)(\[[^\]]*\])? <= ", re.MULTILINE)
"""What stands before a register that is set; the register; its bits."""


def loop_instances(modules: Mapping[str, ModuleText], library: Library) -> set[str]:
    """Puts a loop in place of instances, among ``modules``, of a module that is assignments and
    registers of one clock, all of its outputs registers, where a module has many of them. Returns
    the names of modules that have no instance any more."""
    left: set[str] = set()
    for parent in modules.values():
        groups: dict[str, list[re.Match[str]]] = defaultdict(list)
        for instance in parent.instances():
            groups[instance[1]].append(instance)
        for name, instances in groups.items():
            if len(instances) >= _LEAST and name in modules:
                body = _Body.of(modules[name])
                if body and _loop(parent, body, instances, library):
                    left.add(name)
    return left - {instance[1] for module in modules.values() for instance in module.instances()}


@dataclass(frozen=True)
class _Body:
    """What stands in the loop."""

    module: ModuleText
    clock: str
    registers: tuple[str, ...]
    logic: tuple[str, ...]
    """Statements, each behind what it reads."""
    updates: tuple[str, ...]
    """Statements that set the registers."""

    @classmethod
    def of(cls, module: ModuleText) -> _Body | None:
        """None for a module that cannot be in a loop."""
        processes = module.processes()
        clocks = {process[1] for process in processes or ()}
        updates = tuple(process[2].strip() for process in processes or ())
        registers = {update[2] for code in updates for update in _UPDATE.finditer(code)}
        if len(clocks) != 1 or not registers >= {*module.outputs}:
            return None
        module.drop_unread()
        nodes = module.in_order(module.nodes)
        logic = tuple(line for node in nodes for line in node.lines)
        body = cls(module, clocks.pop(), tuple(sorted(registers)), logic, updates)
        made = registers.union(module.inputs, *(node.targets for node in nodes))
        return body if body.names() <= made else None

    def names(self) -> set[str]:
        """Of the nets in it."""
        return {word for code in (*self.logic, *self.updates) for word in words(code)}


def _loop(
    parent: ModuleText, body: _Body, instances: Sequence[re.Match[str]], library: Library
) -> bool:
    """Puts the loop in place of the instances, unless they are not connected alike."""
    pins = [parent.pins(instance) for instance in instances]
    clocks = {pin.get(body.clock, "") for pin in pins}
    if len(clocks) > 1 or any(pin.keys() != pins[0].keys() for pin in pins):
        return False
    module, clock, names = body.module, clocks.pop(), body.names()
    for instance in instances:
        parent.others.remove(instance[0])
    outputs = {
        port: [parent.variable(pin.get(port, ""), f"{instance[2]}__{port}", module.widths[port])
               for instance, pin in zip(instances, pins, strict=True)]
        for port in module.outputs
    }  # fmt: skip
    inputs = {port: [pin[port] for pin in pins] for port in pins[0]
              if port in names and port not in outputs}  # fmt: skip
    lines = _Lines(body, len(instances), inputs, outputs)
    targets = [target for values in outputs.values() for target in values]
    function = library.add_void(f"{module.name}_loop", _text(lines.ports()), _text(lines.rest()))
    parent.add_process(_text(lines.process(clock, function)), clock, targets)
    return True


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class _Lines:
    """The text of a loop. A net of the module is named ``one``, its values of all instances
    ``every``, and a register's value after the clock's edge ``following`` (each with the net's
    name)."""

    body: _Body
    count: int
    inputs: Mapping[str, Sequence[str]]
    """Port -> the parent's expression for each instance."""
    outputs: Mapping[str, Sequence[str]]
    """Port -> the parent's variable for each instance."""

    @property
    def shared(self) -> list[str]:
        """Ports that all instances connect alike."""
        return [port for port, values in self.inputs.items() if len({*values}) == 1]

    @property
    def own(self) -> list[str]:
        return [port for port in self.inputs if port not in self.shared]

    @property
    def arrays(self) -> list[str]:
        """Nets with a value for each instance."""
        return [*self.own, *self.body.registers]

    @property
    def one(self) -> str:
        return f"{self.body.module.name}__"

    @property
    def every(self) -> str:
        return f"{self.body.module.name}_every__"

    @property
    def following(self) -> str:
        return f"{self.body.module.name}_next__"

    def process(self, clock: str, function: str) -> Iterator[str]:
        """The arrays that hold the registers, and the process, which calls the function."""
        last, every = self.count - 1, self.every
        for name in self.arrays:
            yield f"  {self._declared(every, name)} [0:{last}];"
        for name in self.body.registers:
            if initial := self.body.module.initial(name):
                yield f"  initial for (int i = 0; i <= {last}; i++) {every}{name}[i] = {initial};"
        yield f"  always @(posedge {clock}) begin"
        for port in self.own:
            for i, value in enumerate(self.inputs[port]):
                yield f"    {every}{port}[{i}] = {value};"
        actual = [*(self.inputs[port][0] for port in self.shared),
                  *(every + name for name in self.arrays)]  # fmt: skip
        yield f"    {PACKAGE}::{function}({', '.join(actual)});"
        for port, targets in self.outputs.items():
            yield from (f"    {name} <= {every}{port}[{i}];" for i, name in enumerate(targets))
        yield "  end"

    def ports(self) -> Iterator[str]:
        """Of the function: what all instances share, and the arrays."""
        widths = self.body.module.widths
        yield from (f"    input {widths[port]}{self.one}{port};" for port in self.shared)
        for name in self.arrays:
            yield f"    ref {self._declared(self.every, name)} [0:{self.count - 1}];"

    def rest(self) -> Iterator[str]:
        """Variables and statements of the function."""
        last, one, every = self.count - 1, self.one, self.every
        for name in sorted(self.body.names().difference(self.shared)):
            yield f"    {self._declared(one, name)};"
        for name in self.body.registers:
            yield f"    {self._declared(self.following, name)};"
        yield "    reg [31:0] i;"
        yield "    begin"
        yield "      /* verilator unroll_disable */"
        yield f"      for (i = 0; i <= {last}; i = i + 1) begin"
        yield from (f"        {one}{name} = {every}{name}[i];" for name in self.arrays)
        yield from (f"        {line}" for line in self._iteration())
        yield "      end"
        yield "    end"

    def _declared(self, prefix: str, net: str) -> str:
        return f"reg {self.body.module.widths[net]}{prefix}{net}"

    def _iteration(self) -> Iterator[str]:
        registers = self.body.registers
        yield from (renamed(line, self.one) for line in self.body.logic)
        yield from (f"{self.following}{name} = {self.one}{name};" for name in registers)
        for code in self.body.updates:
            text = _UPDATE.sub(self._following, renamed(code, self.one))
            yield from text.splitlines()
        yield from (f"{self.every}{name}[i] = {self.following}{name};" for name in registers)

    def _following(self, update: re.Match[str]) -> str:
        name = self.following + update[2].removeprefix(self.one)
        return f"{update[1]}{name}{update[3] or ''} = "
