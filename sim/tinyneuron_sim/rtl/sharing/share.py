"""Writes logic that stands in many instances once, as functions that all of them call.

Verilator copies the logic of a module into every instance; the compiler, and the processor's
instruction cache, then see every copy. Here the assignments of a repeated module are gathered into
functions of a package; those that are the same but for names, in whatever module, are one function.
Only the place of the logic changes: each value is computed from the values it was computed from.

Assignments are gathered by what they depend on (inputs, outputs of instances, clocks of registers):
all outputs of a function depend on the same, so no loop arises that the assignments had not.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from graphlib import TopologicalSorter

from tinyneuron_hw.verilog import VerilogDesign

from .library import PACKAGE, Call, Library
from .loops import loop_instances
from .module_text import ModuleText, Node

__all__ = ["share_logic"]

_LEAST = 300
_LEAST_PER_PORT = 40
"""Characters of logic, and for each of a function's ports, below which a call costs more than it
saves."""


def share_logic(design: VerilogDesign) -> VerilogDesign:
    """The design with its repeated logic in a package, whose file comes first. Its text is
    SystemVerilog; what :mod:`tinyneuron_hw.verilog` has not written stays as it is."""
    modules: dict[str, ModuleText] = {}
    others: dict[str, str] = {}
    for file, text in design.files.items():
        module = ModuleText.parse(file, text)
        if module is None:
            others[file] = text
        else:
            modules[module.name] = module
    library = Library()
    for name in loop_instances(modules, library):
        del modules[name]
    counts = _counts(modules)
    whole: dict[str, Call] = {}
    for name in _leaves_first(modules):
        module = modules[name]
        module.lift_functions(library)
        module.call(whole, modules)
        if counts[name] == 1:
            continue
        module.drop_unread()
        supports = module.supports(modules)
        call = _as_function(module, supports, library)
        if call is None:
            _share(module, supports, library)
        else:
            whole[name] = call
    texts = {module.file: module.text() for name, module in modules.items() if name not in whole}
    return dataclasses.replace(design, files={f"{PACKAGE}.sv": library.text(), **others, **texts})


def _leaves_first(modules: dict[str, ModuleText]) -> list[str]:
    needs = {name: [match[1] for match in module.instances() if match[1] in modules]
             for name, module in modules.items()}  # fmt: skip
    return list(TopologicalSorter(needs).static_order())


def _counts(modules: dict[str, ModuleText]) -> Counter[str]:
    """How many instances of each module the design has."""
    counts: Counter[str] = Counter()
    for name in reversed(_leaves_first(modules)):
        counts[name] = max(counts[name], 1)  # that no module instantiates is below the top
        for instance in modules[name].instances():
            counts[instance[1]] += counts[name]
    return counts


_Supports = dict[str, frozenset[str] | None]


def _as_function(module: ModuleText, supports: _Supports, library: Library) -> Call | None:
    """A function in place of the module: when it is assignments only, and each output depends on
    all that any output depends on."""
    found = {supports.get(port) for port in module.outputs}
    if module.others or len(found) != 1 or None in found:
        return None
    return _add(module, module.name, module.nodes, module.outputs, library)


def _share(module: ModuleText, supports: _Supports, library: Library) -> None:
    """Moves the module's logic into functions."""
    groups: dict[frozenset[str], list[Node]] = {}
    for node in module.nodes:
        found = {supports.get(name) for name in node.targets}
        support = found.pop() if len(found) == 1 else None
        if support:
            groups.setdefault(support, []).append(node)
    for number, nodes in enumerate(_merged(module, [*groups.values()])):
        made = module.read_outside(nodes)
        if _is_worth_a_call(nodes, made):
            call = _add(module, f"{module.name}_{number}", nodes, made, library)
            module.replace(nodes, call)


def _is_worth_a_call(nodes: list[Node], made: list[str]) -> bool:
    size = sum(len(line) for node in nodes for line in node.lines)
    read = {name for node in nodes for name in node.reads}
    ports = len(read.difference(*(node.targets for node in nodes))) + len(made)
    return size >= max(_LEAST, _LEAST_PER_PORT * ports)


def _add(
    module: ModuleText, name: str, nodes: list[Node], outputs: list[str], library: Library
) -> Call:
    made = {target for node in nodes for target in node.targets}
    lines = [line for node in module.in_order(nodes) for line in node.lines]
    inputs = {name for node in nodes for name in node.reads} - made
    return library.add_logic(name, lines, widths=module.widths, inputs=inputs, outputs=outputs)


def _merged(module: ModuleText, groups: list[list[Node]]) -> list[list[Node]]:
    """The groups; one that only one other group reads is part of that."""
    for small in sorted(groups, key=len):
        outputs = {*module.read_outside(small)}
        readers = [group for group in groups if group is not small
                   and any(outputs & node.reads for node in group)]  # fmt: skip
        if len(readers) == 1 and not outputs & {*module.read_outside([*small, *readers[0]])}:
            readers[0][:0] = small
            groups = [group for group in groups if group is not small]
    return groups
