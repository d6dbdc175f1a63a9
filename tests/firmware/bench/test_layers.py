"""References and works of the layers, and the recipe's kernel, on golden."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron.bench import layers
from tinyneuron.bench.baselines import BASELINES, load
from tinyneuron.bench.recipe import Tiles, recipe
from tinyneuron.bench.report import measure
from tinyneuron_hw.config import get_config

TINY = get_config("tiny")
WORKS = {
    "attention": lambda: layers.attention(TINY, heads=2, s=9, d=6),
    "attention_causal": lambda: layers.attention(TINY, heads=2, s=9, d=6, causal=True),
    "attention_turned": lambda: layers.attention(TINY, heads=2, s=9, d=6, kv_heads=1, turned=True),
    "embedding": lambda: layers.embedding(TINY, vocabulary=20, width=9, tokens=13),
    "scan": lambda: layers.scan(TINY, channels=5, states=2, length=20, dtype="fp32"),
    "recipe": lambda: recipe(TINY, m=16, k=16, n=32, tiles=Tiles(m=2, n=2, k=2, columns=8)),
}


@pytest.mark.parametrize("name", WORKS)
def test_a_work_gives_its_reference(name):
    work = WORKS[name]()
    result = measure(work, "golden")
    assert result.bit_exact
    assert result.max_abs_error < 0.02 * np.abs(work.reference()).max()


def test_useful_products_of_attention():
    assert WORKS["attention"]().macs == 2 * 9 * 9 * 12
    assert WORKS["attention_causal"]().macs == 2 * 45 * 12


def test_a_reference_of_attention_by_hand():
    q, k = np.array([[[1.0], [2.0]]]), np.array([[[0.0], [np.log(3.0)]]])
    v = np.array([[[8.0], [4.0]]])
    found = layers.attention_reference(q, k, v, scale=1.0)
    np.testing.assert_allclose(found[0, :, 0], [(8 + 3 * 4) / 4, (8 + 9 * 4) / 10])
    causal = layers.attention_reference(q, k, v, scale=1.0, causal=True)
    np.testing.assert_allclose(causal[0, :, 0], [8, (8 + 9 * 4) / 10])


def test_a_reference_of_the_scan_by_hand():
    one = np.ones((1, 1, 3))
    found = layers.scan_reference(one, one, np.full((1, 1), np.log(0.5)), one, 2 * one)
    np.testing.assert_allclose(found[0, 0], [2, 3, 3.5])


def test_the_recipe_of_the_tutorial_costs_no_more_than_three_percent():
    cycles = load(BASELINES)["default"]
    assert cycles["recipe_512"] <= 1.03 * cycles["matmul_512"]


def test_sizes_of_the_recipe_are_whole_blocks():
    with pytest.raises(ValueError, match="K = 24 must be a multiple of 8 x 4"):
        recipe(TINY, m=16, k=24, n=32, tiles=Tiles(m=2, n=2, k=8, columns=8))
