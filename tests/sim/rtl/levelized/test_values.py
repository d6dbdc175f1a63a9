"""Expressions and assignments of every kind, against Amaranth's own engine."""

from __future__ import annotations

import operator
import random

import pytest
from amaranth.hdl import Array, Cat, Module, Mux, Signal, signed, unsigned
from amaranth.sim import Simulator

from tinyneuron_sim.rtl.levelized import simulator

SEED = 20261128
SHAPES = [unsigned(1), unsigned(2), unsigned(7), signed(1), signed(3), signed(8)]
BINARY = [
    operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.and_,
    operator.or_, operator.xor, operator.eq, operator.ne, operator.lt, operator.le, operator.gt,
    operator.ge,
]  # fmt: skip
UNARY = [
    operator.invert, operator.neg, lambda v: v.bool(), lambda v: v.any(), lambda v: v.all(),
    lambda v: v.xor(), lambda v: v.as_signed(), lambda v: v.as_unsigned(), lambda v: abs(v),
    lambda v: v.replicate(3), lambda v: v[0], lambda v: v[-1:], lambda v: v.shift_left(2),
    lambda v: v.rotate_right(1),
]  # fmt: skip


def same(design, inputs, outputs, *, rounds=60):
    """Drives the inputs at random in both engines and compares the outputs after every step."""
    print("seed", SEED)
    seen = []
    for make in (Simulator, simulator):
        rng = random.Random(SEED)
        values = []

        async def bench(ctx, rng=rng, values=values):
            for _ in range(rounds):
                for signal in inputs:
                    shape = signal.shape()
                    low = -(1 << shape.width - 1) if shape.signed else 0
                    ctx.set(signal, rng.randrange(low, low + (1 << shape.width)))
                    values.append([ctx.get(output) for output in outputs])

        sim = make(design)
        sim.add_testbench(bench)
        sim.run()
        seen.append(values)
    assert seen[0] == seen[1]
    assert len({tuple(values) for values in seen[0]}) > 1


@pytest.mark.parametrize("left", SHAPES, ids=repr)
def test_operators(left):
    m = Module()
    a = Signal(left)
    others = [Signal(shape) for shape in SHAPES]
    outputs = []
    for b in others:
        results = [function(a, b) for function in BINARY]
        results += [a << b.as_unsigned(), a >> b.as_unsigned(), Mux(b, a, b), Mux(a == b, b, a)]
        for result in results:
            for shape in (unsigned(len(result)), signed(len(result)), unsigned(3), signed(2),
                          signed(20)):  # fmt: skip
                outputs.append(Signal(shape, name=f"o{len(outputs)}"))
                m.d.comb += outputs[-1].eq(result)
    for function in UNARY:
        result = function(a)
        for shape in (unsigned(len(result)), signed(len(result) + 1), signed(2)):
            outputs.append(Signal(shape, name=f"o{len(outputs)}"))
            m.d.comb += outputs[-1].eq(result)
    same(m, [a, *others], outputs, rounds=12)


def test_selections():
    m = Module()
    word, index = Signal(23), Signal(5)
    small, narrow = Signal(signed(5)), Signal(2)
    rows = Array(Signal(signed(6), name=f"row{i}", init=i - 5) for i in range(11))
    constants = Array([3, -7, 100, 5, 0, 9])
    results = [
        word.bit_select(index, 4), word.word_select(narrow, 5), small.bit_select(narrow, 3),
        (word + 1).bit_select(index, 3), rows[index], rows[narrow], constants[index],
        constants[narrow], rows[index][1:4], Cat(small, word[3:9], small[-1].replicate(4)),
        Array([word, small, narrow])[narrow], index.matches("1--0-", "00000"),
        Array(rows[i] + i for i in range(11))[index], small.replicate(2), Cat(word, word)[4:30],
    ]  # fmt: skip
    outputs = [Signal.like(result, name=f"o{i}") for i, result in enumerate(results)]
    m.d.comb += [output.eq(result) for output, result in zip(outputs, results, strict=True)]
    m.d.comb += [row.eq(small + i) for i, row in enumerate(rows) if i != 4]
    same(m, [word, index, small, narrow], outputs)


def test_targets():
    m = Module()
    word, index, narrow = Signal(signed(9)), Signal(5), Signal(2)
    parts = [Signal(4), Signal(signed(3)), Signal(9)]
    whole, number, split = Signal(16, init=0xFFFF), Signal(signed(12), init=-1), Signal(7)
    rows = Array(Signal(signed(6), name=f"row{i}", init=i - 1) for i in range(3))
    fields = Array(Signal(8, name=f"field{i}", init=i) for i in range(4))
    m.d.comb += [
        Cat(*parts).eq(word),
        whole[3:9].eq(word),
        whole.bit_select(index, 4).eq(word),
        number[8:].eq(word),
        number.word_select(narrow, 3).eq(word),
        rows[narrow].eq(word),
        fields[narrow][2:5].eq(word),
        fields[index[3:]].bit_select(narrow, 2).eq(~word),
        split.as_signed().eq(word),
    ]
    same(m, [word, index, narrow], [*parts, whole, number, *rows, *fields, split])


def test_conditions():
    m = Module()
    a, b, c = Signal(3), Signal(signed(4)), Signal(8)
    x, y, z, first, last = Signal(8, init=7), Signal(8), Signal(signed(9)), Signal(), Signal(4)
    with m.If(a == 3):
        m.d.comb += x.eq(b)
    with m.Elif(b != 0):
        m.d.comb += [x.eq(a), y.eq(c)]
        with m.If(c[0] & b[3]):
            m.d.comb += z.eq(-b)
    with m.Else():
        m.d.comb += y.eq(1)
    with m.Switch(c):
        with m.Case("1-------"):
            m.d.comb += z.eq(c)
        with m.Case(3, 5, 7):
            m.d.comb += last.eq(3)
        with m.Case():
            m.d.comb += first.eq(1)
        with m.Case("0000000-", "0-1-0-1-"):
            m.d.comb += [last.eq(2), first.eq(a[0])]
        with m.Default():
            m.d.comb += last.eq(a)
    with m.If(a[1]):
        m.d.comb += [last[1:3].eq(c), first.eq(~a[2])]
    same(m, [a, b, c], [x, y, z, first, last], rounds=200)
