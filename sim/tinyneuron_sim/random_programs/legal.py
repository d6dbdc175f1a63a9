"""Which values a field may have, found by asking ``isa.rules`` about a smallest instruction.

Nothing here knows an opcode: types, operations and flags of an instruction that is added to the
tables of ``isa`` are found the same way.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import Field, fields_of
from tinyneuron_hw.isa.opcodes import CONTROL_OPCODES, Opcode, OperandKind
from tinyneuron_hw.isa.roles import DEVICE, PATTERNS, SCALARS
from tinyneuron_hw.isa.rules import OperandError, check

__all__ = [
    "DRAWN_OPCODES",
    "RANDOM_OPCODES",
    "Legal",
    "is_flag_of_register",
    "legal",
    "operand_paths",
    "own_fields",
]

Values = dict[str, Any]
_ELSEWHERE = (Opcode.DMA_RING, Opcode.BARRIER)
DRAWN_OPCODES = tuple(opcode for opcode in Opcode if opcode not in _ELSEWHERE)
"""Opcodes whose fields are drawn one by one. Barriers are in the programs of ``control``."""
RANDOM_OPCODES = (*DRAWN_OPCODES, Opcode.DMA_RING)
"""Opcodes of random programs; what a ring runs is drawn, and then the ring is made of it."""
_EXTENTS = ((1, 1), (1, 8), (4, 8))
"""Partitions and elements of the operands of a smallest instruction."""


def operand_paths(opcode: Opcode) -> tuple[str, ...]:
    """On-chip patterns, then device patterns."""
    return (*(role.path for role in PATTERNS.get(opcode, ())), *DEVICE.get(opcode, ()))


def is_flag_of_register(field: Field) -> bool:
    """Whether the field says that another one names a register."""
    return field.path.endswith("_by_register")


def own_fields(opcode: Opcode) -> list[Field]:
    """The fields of an opcode outside its header and its operands."""
    operands = tuple(f"{path}." for path in (*operand_paths(opcode), *SCALARS.get(opcode, ())))
    return [
        field for field in fields_of(opcode)
        if not field.path.startswith(("header.", *operands))
        and not field.is_reserved and not is_flag_of_register(field)
    ]  # fmt: skip


class Legal:
    """Legal values of an opcode's fields on one configuration.

    Attributes
    ----------
    variants:
        Every legal combination of the operands' types and of the opcode's own flags (fields of one
        bit), as fields.
    types:
        The combinations of types among them, in the order of :func:`operand_paths`.
    equal_types:
        Those of one type alone: some operations need it.
    some_variants:
        Enough of them to see every setting of the other fields.
    scalar_dtypes:
        Types of a scalar operand in memory.
    """

    def __init__(self, config: CoreConfig, opcode: Opcode):
        self._config, self._opcode = config, opcode
        self.paths = operand_paths(opcode)
        self.smallest = self._find_smallest()
        flags = [field.path for field in own_fields(opcode)
                 if field.width == 1 and field.enum is None]  # fmt: skip
        settings = list(itertools.product((0, 1), repeat=len(flags)))
        self.variants = [
            variant for types in self._all_types() for setting in settings
            if self._allows(variant := {**self._typed(types),
                                        **dict(zip(flags, setting, strict=True))})
        ]  # fmt: skip
        self._by_types: dict[tuple[DType, ...], list[Values]] = {}
        for variant in self.variants:
            self._by_types.setdefault(self._types_of(variant), []).append(variant)
        self.types = list(self._by_types)
        step = max(1, len(self.variants) // 60)
        self.equal_types = [types for types in self.types if len(set(types)) == 1]
        equal = [variant for types in self.equal_types for variant in self.with_types(types)]
        self.some_variants = [*equal, *self.variants[::step]]
        self.scalar_dtypes = [
            dtype for dtype in DType
            if all(self._allows({f"{path}.kind": OperandKind.PER_PARTITION,
                                 f"{path}.dtype": dtype.value})
                   for path in SCALARS.get(opcode, ()))
        ]  # fmt: skip
        self._values: dict[tuple, dict[str, list[Any]]] = {}

    def _types_of(self, variant: Values) -> tuple[DType, ...]:
        return tuple(variant[f"{path}.dtype"] for path in self.paths)

    def with_types(self, types: tuple[DType, ...]) -> list[Values]:
        """The variants that have these types."""
        return self._by_types[types]

    def values(self, variant: Values) -> dict[str, list[Any]]:
        """Path -> values of those own fields of the opcode that have few and are no part of the
        variant; each alone is legal in its smallest instruction."""
        key = tuple(variant.items())
        if key not in self._values:
            self._values[key] = {
                field.path: [value for value in self._candidates(field)
                             if self._allows({**variant, field.path: value})]
                for field in own_fields(self._opcode)
                if field.width <= 8 and field.path not in variant
            }  # fmt: skip
        return self._values[key]

    def _all_types(self) -> Iterator[tuple[DType, ...]]:
        return itertools.product(DType, repeat=len(self.paths))

    def _typed(self, types: tuple[DType, ...]) -> Values:
        return {f"{path}.dtype": dtype for path, dtype in zip(self.paths, types, strict=True)}

    @staticmethod
    def _candidates(field: Field) -> list[Any]:
        return list(field.enum) if field.enum is not None else list(range(1 << field.width))

    def _allows(self, values: Values) -> bool:
        try:
            check(self._config, self._opcode, {**self.smallest, **values})
        except OperandError:
            return False
        return True

    def _find_smallest(self) -> Values:
        """A legal instruction whose operands have one element in one partition, or as few as there
        must be."""
        values: Values = {}
        for field in fields_of(self._opcode):
            is_size = ".dims." in field.path and field.path.endswith(".size")
            is_one = is_size or field.path.endswith(".num_partitions")
            if field.enum is not None:
                values[field.path] = next(iter(field.enum))
            else:
                values[field.path] = int(is_one)
        for role in PATTERNS.get(self._opcode, ()):
            values[f"{role.path}.space"] = role.spaces[0]
        own = own_fields(self._opcode)
        kinds = [field for field in own if field.enum is not None]
        plain = [field.path for field in own if field.enum is None]
        self.smallest = values
        choices = list(itertools.product(*(kind.enum for kind in kinds if kind.enum)))
        for extent, fill, types, members in itertools.product(_EXTENTS, (0, 1), self._all_types(),
                                                              choices):  # fmt: skip
            chosen = dict(zip((kind.path for kind in kinds), members, strict=True))
            tried = {**self._typed(types), **dict.fromkeys(plain, fill), **chosen}
            for role in PATTERNS.get(self._opcode, ()):
                paths = f"{role.path}.num_partitions", f"{role.path}.dims.0.size"
                tried |= dict(zip(paths, extent, strict=True))
            if self._allows(tried):
                return {**values, **tried}
        raise AssertionError(f"no legal {self._opcode.name} with few elements was found")


@functools.cache
def legal(config: CoreConfig, opcode: Opcode) -> Legal:
    """The legal values of a data instruction."""
    assert opcode not in CONTROL_OPCODES
    return Legal(config, opcode)
