"""Attention of every length by one program; lengths and random loops on the RTL, and the cycles
that they take."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

import tinyneuron as tn
from tinyneuron.kernels import dynamic_attention, dynamic_matmul, dynamic_softmax

from ..firmware.nki.random_control import MOST, random_kernel

LONGEST = 128
DEPTH = 8
SEED = 128


def tensors(longest: int = LONGEST) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(SEED)
    shapes = {"qT": (DEPTH, longest), "kT": (DEPTH, longest), "v": (longest, DEPTH)}
    return {name: rng.standard_normal(s).astype(np.float16) for name, s in shapes.items()}


def word(value: int) -> np.ndarray:
    return np.array([value], np.int32)


def test_attention_of_every_length():
    """One program, races and reads of what was never written checked, against float64."""
    given = tensors()
    q, k, v = (given[name].astype(np.float64) for name in ("qT", "kT", "v"))
    program = dynamic_attention.build("small", LONGEST, DEPTH, "fp16", out_dtype="fp32")
    with tn.open_device("golden", "small") as device:
        model = device.load(program)
        for length in range(1, LONGEST + 1):
            found = model.run(given | {"length": word(length)}).outputs["out"][:length]
            powers = np.exp(q[:, :length].T @ k[:, :length] / np.sqrt(DEPTH))
            exact = powers / powers.sum(1, keepdims=True) @ v[:length]
            np.testing.assert_allclose(found, exact, atol=1e-3, err_msg=f"length {length}")


def cycles_of(device, program, inputs: dict[str, np.ndarray], name: str, lengths: Iterable[int],
              axis: int = 0) -> dict[int, int]:  # fmt: skip
    """Cycles by length on the RTL, whose results are golden's bytes."""
    models = {target: device(target, "tiny").load(program) for target in ("verilator", "golden")}
    cycles = {}
    for length in lengths:
        results = {t: m.run(inputs | {name: word(length)}) for t, m in models.items()}
        outputs = [r.outputs["out"].take(range(length), axis) for r in results.values()]
        assert outputs[0].tobytes() == outputs[1].tobytes(), length
        cycles[length] = results["verilator"].cycles
    for model in models.values():
        model.unload()
    print(cycles)
    return cycles


def test_attention_on_the_rtl_takes_cycles_by_its_length(device):
    """The longest length that the program takes does not count, only the one that it is given."""
    by_longest = {}
    for longest in (32, LONGEST):
        program = dynamic_attention.build("tiny", longest, DEPTH, "fp16", out_dtype="fp32")
        lengths = (1, 4, 5, 17, 32)
        by_longest[longest] = cycles_of(device, program, tensors(longest), "length", lengths)
    short, long = by_longest.values()
    assert list(short.values()) == sorted(short.values())
    assert short[32] > 4 * short[1]
    assert all(abs(long[n] - short[n]) < 0.02 * short[n] for n in short)


def test_rows_on_the_rtl_take_cycles_by_their_number(device):
    rng = np.random.default_rng(SEED)
    x = rng.standard_normal((96, 24)).astype(np.float16)
    lhs, rhs = x.T.copy(), rng.standard_normal((24, 10)).astype(np.float16)
    cases = {
        "softmax": (dynamic_softmax.build("tiny", 96, 24, "fp16"), {"x": x}),
        "matmul": (dynamic_matmul.build("tiny", 96, 24, 10, "fp16"), {"lhsT": lhs, "rhs": rhs}),
    }
    for name, (program, inputs) in cases.items():
        cycles = cycles_of(device, program, inputs, "rows", (0, 3, 16, 48, 80))
        assert list(cycles.values()) == sorted(cycles.values()), name
        assert cycles[80] - cycles[48] == pytest.approx(cycles[48] - cycles[16], rel=0.1), name


@pytest.mark.parametrize("target", ["golden", "verilator"])
@pytest.mark.parametrize("length", [0, LONGEST + 1, -5])
def test_a_length_that_is_too_large_traps_with_its_name(device, target, length):
    program = dynamic_attention.build("tiny", LONGEST, DEPTH, "fp16")
    model = device(target, "tiny").load(program)
    with pytest.raises(tn.TrapError, match=rf"length\[0\] must be from 1 to 128, not {length}"):
        model.run(tensors() | {"length": word(length)})
    model.unload()


@pytest.mark.parametrize("first", range(0, 30, 10))
def test_random_loops_and_branches_equal_golden(device, first):
    for seed in range(first, first + 10):
        program, x, _ = random_kernel(seed)
        sizes = np.array([seed % (MOST + 1), MOST - seed // 4 % (MOST + 1)], np.int32)
        results = []
        for target in ("verilator", "golden"):
            model = device(target, "tiny").load(program)
            results.append(model.run({"x": x, "sizes": sizes}).outputs)
            model.unload()
        for name, found in results[0].items():
            assert found.tobytes() == results[1][name].tobytes(), (seed, name)
