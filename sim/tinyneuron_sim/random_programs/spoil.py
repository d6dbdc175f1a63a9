"""Instructions that break one rule of ``isa.rules``, found by trial.

The rules are the ``raise`` statements of that module and those beside it; a rule that is added
there is looked for here without a change. Those of lists and rings are left to random transfers.
"""

from __future__ import annotations

import ast
import functools
import inspect
import random
import re
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from tinyneuron_hw.isa import (
    rules,
    rules_accumulate,
    rules_eight,
    rules_indexed,
    rules_operations,
    rules_random,
    rules_registers,
    rules_reshape,
    rules_scalar,
    rules_transfer,
)
from tinyneuron_hw.isa.codec import Field, fields_of
from tinyneuron_hw.isa.opcodes import (
    INDEXED_OPCODES,
    RAW_OPS,
    REGISTER_MOVES,
    TRANSFER_OPCODES,
    AluOp,
    Opcode,
)
from tinyneuron_hw.isa.rules import OperandError
from tinyneuron_hw.isa.rules_operations import RAW_DTYPES

from .draw import Drawer, Fields
from .legal import is_flag_of_register
from .patterns import NoRoomError

__all__ = ["all_rules", "broken_rule", "rules_of", "spoil"]

_ATTEMPTS = 12000
_MODULES: dict[ModuleType, tuple[Opcode, ...]] = {
    rules: (),
    rules_accumulate: rules_accumulate.SUBJECTS,
    rules_eight: rules_eight.EIGHT_OPCODES,
    rules_indexed: INDEXED_OPCODES,
    rules_operations: (),
    rules_random: (Opcode.SET_SEED,),
    rules_registers: REGISTER_MOVES,
    rules_reshape: rules_reshape.RESHAPE_OPCODES,
    rules_transfer: TRANSFER_OPCODES,
    rules_scalar: (*rules_scalar.TABLE_OPCODES, Opcode.ACTIVATE),
}
"""Where the rules are, each with the opcodes that alone have them; none when many have."""
_FUNCTIONS: dict[str, tuple[Opcode, ...]] = {
    "_check_matmul": (Opcode.MULTIPLY_MOVING,),
    "_check_matmul_source": (Opcode.LOAD_STATIONARY, Opcode.MULTIPLY_MOVING),
    "_check_image": (Opcode.LOAD_TABLE,),
    "_check_queue": TRANSFER_OPCODES,
    "_check_dma": TRANSFER_OPCODES,
    "_check_dma_counts": TRANSFER_OPCODES,
}
"""The same for some functions of these modules."""


@functools.cache
def _rules() -> dict[tuple[str, int], tuple[str, str]]:
    """File and line -> function and words, of every statement that rejects an operand."""
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for module in _MODULES:
        assert module.__file__ is not None
        for function in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                        place = module.__file__, node.lineno
                        found[place] = function.name, _words(node.exc.args[0])
    return found


def _words(message: ast.expr) -> str:
    """A message's text, with ``_`` for the values in it."""
    if isinstance(message, ast.BinOp):
        return _words(message.left)
    parts = message.values if isinstance(message, ast.JoinedStr) else [message]
    words = [str(part.value) if isinstance(part, ast.Constant) else "_" for part in parts]
    return "".join(words).removeprefix("_: ").strip()


def all_rules() -> tuple[str, ...]:
    """Every rule, by the words of its message."""
    return tuple(dict.fromkeys(words for _, words in _rules().values()))


def rules_of(function: Callable[..., None]) -> tuple[str, ...]:
    """Those of one function of ``isa.rules``."""
    return tuple(words for name, words in _rules().values() if name == function.__name__)


def _subjects(rule: str, opcodes: Sequence[Opcode]) -> Sequence[Opcode]:
    """Those of ``opcodes`` that can break a rule, as far as that is known."""
    functions = {name for name, words in _rules().values() if words == rule}
    if functions <= set(_FUNCTIONS):
        known = {opcode for name in functions for opcode in _FUNCTIONS[name]}
        return [opcode for opcode in opcodes if opcode in known] or opcodes
    for module, subjects in _MODULES.items():
        files = {file for (file, _), (_, words) in _rules().items() if words == rule}
        if files == {module.__file__}:
            return [opcode for opcode in opcodes if opcode in subjects] or opcodes
    return opcodes


def broken_rule(error: Exception | None) -> str | None:
    """The rule that made an error; None when it was none of ``isa.rules``."""
    trace = error.__traceback__ if isinstance(error, OperandError) else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return None
    place = trace.tb_frame.f_code.co_filename, trace.tb_lineno
    return _rules().get(place, (None, None))[1]


def spoil(rng: random.Random, drawer: Drawer, opcodes: Sequence[Opcode], rule: str
          ) -> tuple[Opcode, Fields]:  # fmt: skip
    """An instruction that breaks ``rule``, or another one if that is not found."""
    fallback: tuple[Opcode, Fields] | None = None
    opcodes = _subjects(rule, opcodes)
    opcode, fields = opcodes[0], {}
    named = [opcode for opcode in opcodes if _mentions(rule) <= _names(opcode)]
    for attempt in range(_ATTEMPTS):
        if attempt % 6 == 0:
            opcode = rng.choice(named if named and rng.random() < 0.7 else opcodes)
            try:
                fields, _ = drawer.draw(opcode)
            except NoRoomError:
                continue
        changed = _change(rng, opcode, fields)
        prepared = drawer.prepare(opcode, changed)
        if prepared.error is None:
            continue
        fallback = fallback or (opcode, changed)
        if broken_rule(prepared.error) == rule:
            return opcode, changed
    assert fallback is not None, "no change of any instruction breaks a rule"
    return fallback


@functools.cache
def _names(opcode: Opcode) -> set[str]:
    """Every step of the paths of an opcode's fields."""
    return {step for field in fields_of(opcode) for step in field.path.split(".")}


def _mentions(rule: str) -> set[str]:
    """The names of fields in a rule's words."""
    return set(re.findall(r"\w+", rule)) & set().union(*map(_names, Opcode))


@functools.cache
def _changeable(opcode: Opcode) -> list[Field]:
    return [
        field
        for field in fields_of(opcode)
        if not field.is_reserved
        and not field.path.startswith("header.")
        and not is_flag_of_register(field)
        and not field.path.endswith((".address_uses_register", ".scale", ".register", ".list"))
    ]


def _change(rng: random.Random, opcode: Opcode, fields: Fields) -> Fields:
    """One or a few fields get other values, often extreme ones."""
    table = _changeable(opcode)
    changed = dict(fields)
    if rng.random() < 0.15:  # sizes of several operands together
        level, size = rng.randrange(4), rng.choice([17, 64, 300, 1023, 0xFFFF])
        for field in table:
            if field.path.endswith(f".dims.{level}.size"):
                changed[field.path] = size
            elif field.path.endswith(f".dims.{level}.stride") and rng.random() < 0.8:
                changed[field.path] = 0
        return changed
    own = [field for field in table if "." not in field.path]
    kinds = [field.enum for field in own if field.enum is not None]
    if kinds and rng.random() < 0.1:  # the fields of one kind together
        kind = rng.choice(kinds)
        value = rng.choice(list(kind))
        return changed | {field.path: value for field in own if field.enum is kind}
    codes = [field for field in table if field.enum is not None]
    types = [field for field in codes if field.path.endswith(".dtype")]
    if kinds and types and rng.random() < 0.12:  # one type for all operands, and a code
        dtype = rng.choice(list(types[0].enum or ()))
        field = rng.choice([field for field in own if field.enum is not None])
        value = rng.choice(list(field.enum or ()))
        if field.enum is AluOp and rng.random() < 0.5:  # on bits, as they are
            dtype, value = rng.choice(list(RAW_DTYPES)), rng.choice(list(RAW_OPS))
        return changed | {at.path: dtype for at in types} | {field.path: value}
    if codes and rng.random() < 0.15:
        field = rng.choice(codes)
        return changed | {field.path: rng.choice(list(field.enum or ()))}
    if own and rng.random() < 0.6:
        chosen = rng.choice(own)
    else:  # any name as often as another: most fields are sizes and strides
        names = [field.path.rpartition(".")[2] for field in table]
        name = rng.choice(list(dict.fromkeys(names)))
        chosen = rng.choice([field for field, own in zip(table, names, strict=True) if own == name])
    prefix = chosen.path.split(".")[0]
    group = [field for field in table if field.path.split(".")[0] == prefix]
    group = own if group == [chosen] else group
    for field in [chosen, *rng.sample(group, rng.choice([0, 0, 0, min(2, len(group))]))]:
        low, high = field.bounds
        values: list[Any] = (
            list(field.enum) if field.enum is not None else
            [0, low, high, _near(changed, field.path, low, high, rng), rng.randint(low, high)]
        )  # fmt: skip
        changed[field.path] = rng.choice(values)
    return changed


def _near(fields: Fields, path: str, low: int, high: int, rng: random.Random) -> int:
    value = fields.get(path, 0)
    number = int(getattr(value, "value", value))
    return min(max(number + rng.choice([-64, -4, -2, -1, 1, 2, 4, 64]), low), high)
