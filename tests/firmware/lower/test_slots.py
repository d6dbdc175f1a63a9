"""Function tables get slots, and are loaded when, and only when, they are not there."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron import nki, tables
from tinyneuron.lower.slots import load_tables, slots_of
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.kernel import trace
from tinyneuron_hw.isa.opcodes import ActivationFunction, Opcode
from tinyneuron_hw.isa.table import SLOTS

X = {"x": nki.TensorArg((4, 8), "fp32")}


def lowered(*ops):
    """(opcode, slot) of the kernel that applies these functions in turn, after the pass."""

    def kernel(x):
        tile = nl.ndarray(x.shape, nl.float32)
        nisa.dma_copy(tile, x)
        for op in ops:
            nisa.activation(tile, op, tile)
        out = nl.ndarray(x.shape, nl.float32, buffer=nl.shared_hbm)
        nisa.dma_copy(out, tile)
        return out

    module = trace(kernel, "tiny", X)
    load_tables(module)
    return module


def steps(module) -> list[tuple[str, int | None]]:
    found = []
    for instr in module.instructions:
        if instr.opcode is Opcode.LOAD_TABLE:
            found.append(("load", instr.fields["slot"]))
        elif instr.opcode is Opcode.ACTIVATE:
            code = instr.fields["function"].value - ActivationFunction.TABLE0.value
            found.append(("use", code if code >= 0 else None))
    return found


def test_small_tables_stay_beside_each_other_and_are_loaded_first():
    module = lowered(nl.exp, nl.relu, nl.sqrt, nl.exp, nl.sqrt)
    assert steps(module) == [("load", 0), ("load", 1), ("use", 0), ("use", None), ("use", 1),
                             ("use", 0), ("use", 1)]  # fmt: skip
    opcodes = [instr.opcode for instr in module.instructions]
    assert opcodes[:4] == [Opcode.DMA_LOAD, Opcode.LOAD_TABLE] * 2


def test_the_table_used_longest_ago_makes_room():
    assert slots_of(tables.standard_table("gelu")) == SLOTS
    assert slots_of(tables.standard_table("tanh")) == 2
    module = lowered(nl.exp, nl.gelu, nl.exp, nl.gelu)
    uses = [("use", 0)]
    assert steps(module) == [("load", 0), *uses, *[("load", 0), *uses] * 3]
    module = lowered(nl.gelu_apprx_tanh, nl.exp, nl.sqrt, nl.rsqrt, nl.sqrt, nl.exp)
    assert steps(module) == [
        ("load", 0), ("load", 6), ("load", 7), ("use", 0), ("use", 6), ("use", 7),
        ("load", 0), ("use", 0), ("use", 7), ("use", 6),
    ]  # fmt: skip


def test_an_image_is_kept_once_however_often_it_is_loaded():
    module = lowered(nl.gelu, nl.silu, nl.gelu)
    constants = [tensor for tensor in module.tensors if tensor.kind == "constant"]
    assert [tensor.name for tensor in constants] == ["table_gelu", "table_silu"]
    assert constants[0].data == tables.standard_table("gelu").image.tobytes()
    kinds = [tensor.kind for tensor in module.tensors]
    assert kinds == ["input", "constant", "constant", "output"]


def test_equal_names_of_different_tables_are_kept_apart():
    one = tables.fit(lambda x: np.clip(x, -1, 1), rows=32)
    other = tables.fit(lambda x: np.clip(x, -2, 2), rows=32)
    names = [tensor.name for tensor in lowered(one, other).tensors if tensor.kind == "constant"]
    assert names == ["table_custom", "table_custom_"]


@pytest.mark.parametrize("seed", range(3))
def test_every_use_finds_its_table(run_golden, seed):
    """Random functions in turn, on golden, against the tables themselves."""
    rng = np.random.default_rng(seed)
    names = [str(name) for name in rng.choice(list(tables.STANDARD), 8)]

    def kernel(x):
        outputs = []
        tile = nl.ndarray(x.shape, nl.float32)
        nisa.dma_copy(tile, x)
        for name in names:
            result = nl.ndarray(x.shape, nl.float32)
            nisa.activation(result, getattr(nl, name), tile)
            out = nl.ndarray(x.shape, nl.float32, buffer=nl.shared_hbm)
            nisa.dma_copy(out, result)
            outputs.append(out)
        return tuple(outputs)

    x = rng.standard_normal((4, 8)).astype(np.float32)
    outputs = run_golden(nki.compile(kernel, "tiny", X), {"x": x})
    for number, name in enumerate(names):
        wanted = tables.standard_table(name)(x)
        np.testing.assert_array_equal(outputs[f"out{number}"], wanted, err_msg=name)
