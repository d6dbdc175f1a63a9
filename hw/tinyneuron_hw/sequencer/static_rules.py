"""The operand rules of `isa/rules.py` that compare fields with constants and with each other."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from amaranth.hdl import Cat, Const, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..config import NUM_REGISTERS, CoreConfig
from ..formats import FORMATS, DType
from ..isa.codec import fields_of
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.matmul import FP8_DTYPES, MATMUL_DTYPES, RESULT_DTYPES, MatmulKind
from ..isa.opcodes import (
    INDEXED_OPCODES,
    ITERATED_OPS,
    RAW_OPS,
    REGISTER_MOVES,
    TRANSFER_OPCODES,
    Accumulate,
    AluOp,
    Opcode,
    OperandKind,
    ReduceCommand,
    RoundMode,
)
from ..isa.roles import DEVICE, PATTERNS, SCALARS, STOCHASTIC_OPCODES
from ..isa.rules import DMA_CAST_DTYPES, REDUCE_OPS
from ..isa.rules_accumulate import (
    ACCUMULATING,
    CUMULATIVE_OPS,
    LOADS,
    NUMBERS_ONLY,
    RUNNING_OPS,
    SUBJECTS,
)
from ..isa.rules_eight import INDEX_DTYPES
from ..isa.rules_indexed import INDEX_TENSOR_DTYPES
from ..isa.rules_operations import OPERATIONS, RAW_DTYPES
from ..isa.rules_random import SEED_DTYPE
from ..isa.rules_registers import MAX_MOVED, WORD_DTYPES, move_path
from ..isa.rules_reshape import MASK_ENTRY_BITS, RESHAPE_OPCODES
from ..isa.rules_scalar import TABLE_OPCODES
from ..isa.rules_transfer import TRANSPOSE_BYTES, rows_dim
from ..isa.table import ROW_WORDS
from .links import OPCODES, is_any

__all__ = ["StaticRules"]

_LANE_OPCODES = tuple(
    opcode for opcode, roles in PATTERNS.items() if all(role.lanes == "lane" for role in roles)
)


class StaticRules(wiring.Component):
    """Combinational: BAD_OPERAND rules that need no arithmetic on extents or counts.

    Members
    -------
    raw, select: resolved instruction and its one-hot opcode.
    stationary: kind of the stationary matrix that the instruction finds.
    kind: what a LOAD_STATIONARY or MULTIPLY_MOVING computes with.
    bad: a rule is broken.
    """

    raw: In(INSTRUCTION_BITS)
    select: In(len(OPCODES))
    stationary: In(MatmulKind)
    kind: Out(MatmulKind)
    bad: Out(1)

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__()

    def _field(self, opcode: Opcode, path: str) -> Value:
        field = next(field for field in fields_of(opcode) if field.path == path)
        return self.raw[field.offset : field.offset + field.width]

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        self._elaborate_kind(m)
        rules: list[Value] = []
        for opcode in OPCODES:
            broken = [*self._round_mode(opcode), *self._opcode_rules(opcode)]
            if broken:
                rules.append(is_any(self.select, [opcode]) & Cat(broken).any())
        m.d.comb += self.bad.eq(Cat(rules).any())
        return m

    def _elaborate_kind(self, m: Module) -> None:
        """Both opcodes have ``src`` and ``transpose`` in the same place."""
        opcode = Opcode.LOAD_STATIONARY
        for kind in (MatmulKind.FP32, MatmulKind.INTEGER):
            with m.If(~self._no_dtype(opcode, "src", MATMUL_DTYPES[kind])):
                m.d.comb += self.kind.eq(kind)
        with m.If(self._field(opcode, "transpose")):
            m.d.comb += self.kind.eq(MatmulKind.PATTERN)

    def _round_mode(self, opcode: Opcode) -> list[Value]:
        paths = {field.path for field in fields_of(opcode)}
        if "round_mode" not in paths or opcode in STOCHASTIC_OPCODES:
            return []
        return [self._field(opcode, "round_mode") != RoundMode.NEAREST_EVEN.value]

    def _opcode_rules(self, opcode: Opcode) -> list[Value]:
        if opcode in TRANSFER_OPCODES:
            return self._dma_rules(opcode)
        if opcode is Opcode.DMA_RING:
            return self._ring_rules(opcode)
        if opcode is Opcode.LOAD_STATIONARY:
            return self._matmul_source_rules(opcode)
        if opcode is Opcode.MULTIPLY_MOVING:
            accumulate = self._field(opcode, "accumulate")
            return [
                *self._matmul_source_rules(opcode),
                self._not_of_kind(opcode, "dst", RESULT_DTYPES),
                accumulate > (self.kind != MatmulKind.PATTERN),
                self.kind != self.stationary,
            ]
        if opcode in REGISTER_MOVES:
            return self._move_rules(opcode)
        if opcode is Opcode.LOOP:
            return [self._field(opcode, "body") == 0]
        if opcode in TABLE_OPCODES:
            return self._table_rules(opcode)
        if opcode in _LANE_OPCODES:
            return self._lane_rules(opcode)
        return []

    def _no_dtype(self, opcode: Opcode, path: str, allowed: Iterable[DType]) -> Value:
        code = self._field(opcode, f"{path}.dtype")
        return ~Cat(code == dtype.value for dtype in allowed).any()

    def _not_of_kind(
        self, opcode: Opcode, path: str, allowed: Mapping[MatmulKind, Iterable[DType]]
    ) -> Value:
        return Cat(
            (self.kind == kind) & self._no_dtype(opcode, path, dtypes)
            for kind, dtypes in allowed.items()
        ).any()

    def _matmul_source_rules(self, opcode: Opcode) -> list[Value]:
        has_bias = self._field(opcode, "exponent_bias").any()
        own_bias = (self.kind != MatmulKind.FLOAT) | self._no_dtype(opcode, "src", FP8_DTYPES)
        return [self._not_of_kind(opcode, "src", MATMUL_DTYPES), has_bias & own_bias]

    def _dma_rules(self, opcode: Opcode) -> list[Value]:
        source, target = (self._field(opcode, f"{path}.dtype") for path in ("src", "dst"))
        uncast = [self._no_dtype(opcode, path, DMA_CAST_DTYPES) for path in ("src", "dst")]
        empty = [
            self._field(opcode, f"{path}.dims.{i}.size") == 0
            for path in DEVICE.get(opcode, ())
            for i in range(4)
        ]
        accumulates: Value = Const(0, 1)
        turned: list[Value] = []
        if opcode not in INDEXED_OPCODES:
            accumulates = self._field(opcode, "accumulate") != Accumulate.NONE.value
            turned = [self._field(opcode, "transpose") & self._no_transpose(opcode)]
        casts = (source != target) | accumulates
        return [
            casts & Cat(uncast).any(),
            *empty,
            *self._no_queue(opcode),
            *turned,
            *self._index_rules(opcode),
            *self._list_rules(opcode),
        ]

    def _no_queue(self, opcode: Opcode) -> list[Value]:
        engines = self._config.dma_engines
        return [self._field(opcode, "queue") >= engines] if engines < 16 else []

    def _ring_rules(self, opcode: Opcode) -> list[Value]:
        """Those of :func:`tinyneuron_hw.isa.rules_ring.check_ring`."""
        entries, first, count = (
            self._field(opcode, f"ring.{name}") for name in ("entries", "first", "count")
        )
        return [first >= entries, count == 0, count > entries, *self._no_queue(opcode)]

    def _move_rules(self, opcode: Opcode) -> list[Value]:
        """Those of :func:`tinyneuron_hw.isa.rules_registers.check_move`."""
        path = move_path(opcode)
        count, *others = (self._field(opcode, f"{path}.dims.{k}.size") for k in range(4))
        rules = [
            self._no_dtype(opcode, path, WORD_DTYPES),
            *(other != 1 for other in others),
            (count == 0) | (count > MAX_MOVED),
            self._field(opcode, "first") + count > NUM_REGISTERS,
        ]
        if opcode in DEVICE:
            stride = self._field(opcode, f"{path}.dims.0.stride")
            return [*rules, self._field(opcode, f"{path}.list"), stride[:2].any()]
        return [*rules, self._field(opcode, f"{path}.num_partitions") != 1]

    def _list_rules(self, opcode: Opcode) -> list[Value]:
        """Those of :func:`tinyneuron_hw.isa.rules_list.check_lists`."""
        paths = DEVICE.get(opcode, ())
        flags = [self._field(opcode, f"{path}.list") for path in paths]
        if opcode in INDEXED_OPCODES:
            return flags
        rules = [flags[0] & flags[1]] if len(flags) > 1 else []
        for path, flag in zip(paths, flags, strict=True):
            dims = f"{path}.dims"
            shape = [self._field(opcode, f"{dims}.{k}.stride").any() for k in range(4)]
            shape += [self._field(opcode, f"{dims}.{k}.size") != 1 for k in range(1, 4)]
            more = [self._field(opcode, name).any() for name in ("accumulate", "transpose")]
            rules.append(flag & Cat(shape, more).any())
        return rules

    def _index_rules(self, opcode: Opcode) -> list[Value]:
        """Those of :func:`tinyneuron_hw.isa.rules_indexed.check_indexed`."""
        if opcode not in INDEXED_OPCODES:
            return []
        near, index = (
            self._field(opcode, f"{role.path}.num_partitions") for role in PATTERNS[opcode]
        )
        return [self._no_dtype(opcode, "index", INDEX_TENSOR_DTYPES), near != index]

    def _no_transpose(self, opcode: Opcode) -> Value:
        """Those of :func:`tinyneuron_hw.isa.rules_transfer.check_matrices`."""
        paths = {field.path for field in fields_of(opcode)}
        sizes = [dtype for dtype, fmt in FORMATS.items() if fmt.bytes in TRANSPOSE_BYTES]
        (rows, columns), (others, results) = (
            (self._field(opcode, rows_dim(paths, path)), self._field(opcode, f"{path}.dims.0.size"))
            for path in ("src", "dst")
        )
        return (
            (self._field(opcode, "accumulate") != Accumulate.NONE.value)
            | (self._field(opcode, "src.dtype") != self._field(opcode, "dst.dtype"))
            | self._no_dtype(opcode, "src", sizes)
            | (rows != results)
            | (columns != others)
        )

    def _reshape_rules(self, opcode: Opcode) -> list[Value]:
        source, target = (self._field(opcode, f"{path}.dtype") for path in ("in0", "dst"))
        broken = [source != target]
        if opcode is Opcode.SHUFFLE:
            mask, quadrant = self._field(opcode, "mask"), self._config.quadrant
            broken.append(mask[MASK_ENTRY_BITS * quadrant :].any())
            broken += [
                mask.word_select(i, MASK_ENTRY_BITS)[:-1] >= quadrant for i in range(quadrant)
            ]
        return broken

    def _lane_rules(self, opcode: Opcode) -> list[Value]:
        paths = [role.path for role in PATTERNS[opcode]]
        if opcode in RESHAPE_OPCODES:
            return self._reshape_rules(opcode)
        partitions = [self._field(opcode, f"{path}.num_partitions") for path in paths]
        broken: list[Value] = [other != partitions[0] for other in partitions[1:]]
        if opcode is Opcode.FIND_INDEX8:
            broken.append(self._no_dtype(opcode, "dst", INDEX_DTYPES))
        if opcode is Opcode.SET_SEED:
            broken.append(self._no_dtype(opcode, "in0", (SEED_DTYPE,)))
        if opcode is Opcode.TENSOR_REDUCE:
            depth, op = self._field(opcode, "reduce_dims"), self._field(opcode, "op")
            broken += [(depth < 1) | (depth > 4), ~Cat(op == o.value for o in REDUCE_OPS).any()]
        if opcode in SUBJECTS:
            broken += self._accumulation_rules(opcode)
        elif opcode is Opcode.ACTIVATE:
            command = self._field(opcode, "reduce_cmd")
            broken.append(command == ReduceCommand.LOAD_REDUCE.value)
        return [*broken, *self._operation_rules(opcode, paths)]

    def _table_rules(self, opcode: Opcode) -> list[Value]:
        if opcode is Opcode.ACTIVATE_READ:
            return []
        rules = [self._no_dtype(opcode, "in0", [DType.UINT32])]
        if opcode is Opcode.LOAD_TABLE:
            rules.append(self._field(opcode, "in0.num_partitions") != ROW_WORDS)
        return rules

    def _operation_rules(self, opcode: Opcode, paths: list[str]) -> list[Value]:
        """Those of :func:`tinyneuron_hw.isa.rules_operations.check_operations`."""
        names = {field.path for field in fields_of(opcode)}
        ops = [self._field(opcode, name) for name in OPERATIONS if name in names]
        iterated, raw = ([op.matches(*(code.value for code in kind)) for op in ops]
                         for kind in (ITERATED_OPS, RAW_OPS))  # fmt: skip
        works = [op != AluOp.BYPASS.value for op in ops]
        dtype = self._field(opcode, f"{paths[0]}.dtype")
        differs = [self._field(opcode, f"{path}.dtype") != dtype for path in paths[1:]]
        for path in SCALARS.get(opcode, ()):
            is_read = self._field(opcode, f"{path}.kind") == OperandKind.PER_PARTITION.value
            differs.append(is_read & (self._field(opcode, f"{path}.dtype") != dtype))
        mixed = Cat(work & ~bits for work, bits in zip(works, raw, strict=True)).any()
        untyped = self._no_dtype(opcode, paths[0], RAW_DTYPES) | Cat(differs).any()
        rules = [Cat(raw).any() & (mixed | untyped)] if ops else []
        return [*rules, *(a & b for a, b in itertools.combinations(iterated, 2))]

    def _accumulation_rules(self, opcode: Opcode) -> list[Value]:
        """Those of :func:`tinyneuron_hw.isa.rules_accumulate.check_accumulation`."""

        def outside(path: str, allowed: Iterable[AluOp | ReduceCommand]) -> Value:
            return ~self._field(opcode, path).matches(*(code.value for code in allowed))

        paths = {field.path for field in fields_of(opcode)}
        on_bits = Cat(
            ~outside(path, RAW_OPS)
            for path in ("op0", "op1") if path in paths
        )  # fmt: skip
        if opcode is Opcode.TENSOR_REDUCE:
            return [~outside("op", RAW_OPS) & self._field(opcode, "negate")]
        if opcode is Opcode.TENSOR_CUMULATIVE:
            return [outside("reduce_cmd", ACCUMULATING), outside("op1", CUMULATIVE_OPS),
                    on_bits.any()]  # fmt: skip
        if opcode is Opcode.TENSOR_SCAN:
            return [on_bits.any()]
        if opcode is Opcode.READ_ACCUMULATOR:
            return [outside("reduce_op", RUNNING_OPS)]
        if "reduce_cmd" not in paths:
            return []
        accumulates = ~outside("reduce_cmd", ACCUMULATING)
        loads = self._field(opcode, "reduce_cmd") == ReduceCommand.LOAD_REDUCE.value
        rules = [accumulates & outside("reduce_op", RUNNING_OPS)]
        if len(on_bits):
            rules.append(on_bits.any() & (accumulates | (opcode in NUMBERS_ONLY)))
        rules.append(loads & outside("op1", [AluOp.BYPASS]) if opcode in LOADS else loads)
        if "keep" in paths:
            rules.append(accumulates & self._field(opcode, "keep"))
        return rules
