"""Single instructions: legal values found by trial, patterns that stay where they must."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.access import element_offsets
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.matmul import (
    FP8_DTYPES,
    MATMUL_DTYPES,
    RESULT_DTYPES,
    MatmulKind,
    matmul_kind,
)
from tinyneuron_hw.isa.opcodes import CONTROL_OPCODES, RAW_OPS, REGISTER_LOADS, AluOp, Opcode
from tinyneuron_hw.isa.rules import (
    ALU_OPS,
    CAST_DTYPES,
    DMA_CAST_DTYPES,
    REDUCE_OPS,
    check_stationary,
)
from tinyneuron_hw.isa.rules_operations import RAW_DTYPES
from tinyneuron_sim.random_programs.arena import choose_arena
from tinyneuron_sim.random_programs.draw import Drawer
from tinyneuron_sim.random_programs.legal import DRAWN_OPCODES, legal
from tinyneuron_sim.random_programs.patterns import NoRoomError, factorise, place
from tinyneuron_sim.random_programs.spoil import all_rules, broken_rule, rules_of, spoil
from tinyneuron_sim.random_programs.values import random_bytes, special_patterns

TINY = get_config("tiny")
SILENT = (Opcode.LOAD_STATIONARY, Opcode.SET_SEED, Opcode.LOAD_TABLE, Opcode.ACTIVATE_SEED,
          *REGISTER_LOADS)  # fmt: skip
DATA = [opcode for opcode in DRAWN_OPCODES if opcode not in CONTROL_OPCODES]


def test_legal_values_are_those_of_the_rules():
    multiply = legal(TINY, Opcode.MULTIPLY_MOVING)
    expected = {(source, target) for kind in MatmulKind
                for source in MATMUL_DTYPES[kind] for target in RESULT_DTYPES[kind]}  # fmt: skip
    assert set(multiply.types) == expected
    for variant in multiply.variants:
        values, is_float = multiply.values(variant), matmul_kind(variant) is MatmulKind.FLOAT
        is_small = is_float and variant["src.dtype"] in FP8_DTYPES
        assert values["accumulate"] == ([0] if variant["transpose"] else [0, 1])
        assert values["exponent_bias"] == (list(range(64)) if is_small else [0])
    arithmetic = set(ALU_OPS) - set(RAW_OPS)
    reduces = set(REDUCE_OPS) - set(RAW_OPS)
    for opcode, ops in ((Opcode.TENSOR_TENSOR, arithmetic), (Opcode.TENSOR_REDUCE, reduces)):
        allowed = legal(TINY, opcode)
        assert set(allowed.values(allowed.variants[0])["op"]) == set(ops)
    allowed = legal(TINY, Opcode.TENSOR_TENSOR)
    for dtype in DType:
        (variant,) = allowed.with_types((dtype, dtype, dtype))
        expected = set(ALU_OPS) if dtype in RAW_DTYPES else arithmetic
        assert set(allowed.values(variant)["op"]) == expected
    assert AluOp.BYPASS not in REDUCE_OPS
    assert legal(TINY, Opcode.TENSOR_SCALAR).scalar_dtypes == list(CAST_DTYPES)
    copies = set(legal(TINY, Opcode.TENSOR_COPY).types)
    assert copies == {(a, b) for a in DType for b in DType}
    transfers = {(d, d) for d in DType} | {(a, b) for a in DMA_CAST_DTYPES for b in DMA_CAST_DTYPES}
    assert set(legal(TINY, Opcode.DMA_COPY).types) == transfers


@pytest.mark.parametrize("element", [1, 2, 4])
def test_patterns_stay_inside_and_aligned(element: int):
    rng = random.Random(element)
    kinds = set()
    for _ in range(800):
        low = rng.randrange(0, 64, element)
        high = low + rng.randint(8, 300)
        sizes = factorise(rng, rng.randint(1, 60))
        repeats = rng.random() < 0.5
        try:
            start, dims = place(rng, sizes, element=element, step=element, low=low, high=high,
                                alignment=element, repeats=repeats, bits=16)  # fmt: skip
        except NoRoomError:
            assert np.prod(sizes) * element > high - low - element
            continue
        offsets = element_offsets(start, dims, element)
        assert offsets.min() >= low
        assert offsets.max() + element <= high
        assert not offsets.min() % element
        assert [size for _, size in dims] == sizes
        if not repeats:
            assert len(set(offsets)) == len(offsets)
        kinds |= {np.sign(stride) for stride, size in dims if size > 1}
    assert kinds == {-1, 0, 1}


@pytest.mark.parametrize("opcode", DATA)
def test_drawn_instructions_are_legal_and_stay_in_the_arena(opcode: Opcode):
    rng = random.Random(opcode.value)
    arena = choose_arena(TINY, rng)
    drawer = Drawer(arena, rng)
    seen = set()
    for _ in range(40):
        fields, use = drawer.draw(opcode)
        assert drawer.prepare(opcode, fields).error is None
        assert len(use.writes) or opcode in SILENT
        touched = np.concatenate([use.reads, use.writes])
        assert touched.min() >= 0
        assert touched.max() < arena.size
        seen.add(encode(opcode, fields))
    assert len(seen) > 20


def test_every_rule_can_be_broken():
    rng = random.Random(1)
    drawer = Drawer(choose_arena(TINY, rng), rng)
    broken = {}
    for rule in all_rules():
        opcode, fields = spoil(rng, drawer, DATA, rule)
        broken[rule] = broken_rule(drawer.prepare(opcode, fields).error)
    # Every operation that has a code is implemented today; a matrix takes two instructions.
    expected = {"_ is not implemented", *rules_of(check_stationary)}
    assert {rule for rule, found in broken.items() if rule != found} == expected


def test_random_bytes_hold_the_special_numbers_of_every_type():
    rng = random.Random(2)
    raw = b"".join(random_bytes(rng, 4096) for _ in range(200))
    assert len(raw) == 200 * 4096
    for dtype, fmt in FORMATS.items():
        values = set(np.frombuffer(raw, f"<u{fmt.bytes}").tolist())
        assert set(special_patterns(fmt)) <= values, dtype


def test_special_patterns_are_the_edges_of_a_type():
    patterns = special_patterns(FORMATS[DType.FP16])
    values = np.array(patterns, np.uint16).view(np.float16)
    for expected in (0.0, 1.0, -1.0, np.inf, -np.inf, 65504, 2.0**-14, 2.0**-24):
        assert expected in values, expected
    assert np.isnan(values).sum() >= 4
    assert 0x8000 in patterns
