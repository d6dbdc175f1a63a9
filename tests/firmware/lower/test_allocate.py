"""Tiles share memory when their lives do not meet, and never otherwise."""

import random

import pytest

from tinyneuron import nki
from tinyneuron.lower.allocate import allocate, lifetimes
from tinyneuron.lower.ir import LoweringError
from tinyneuron.lower.verify import VerifyError, verify_placed
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.kernel import trace
from tinyneuron_hw.isa.opcodes import Space

X = {"x": nki.TensorArg((4, 4), "fp32")}


def random_lives(seed, count=60):
    """A kernel whose tiles have random sizes and lives."""
    draw = random.Random(seed)

    def kernel(x):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        live = []
        for _ in range(count):
            space = draw.choice([nl.sbuf, nl.sbuf, nl.psum])
            width = draw.randint(1, 300) if space is nl.sbuf else draw.randint(1, 100)
            tile = nl.ndarray((4, width), nl.float32, buffer=space)
            nisa.memset(tile, 0.0)
            live.append(tile)
            while len(live) > 3:
                other = live.pop(draw.randrange(len(live)))
                nisa.tensor_scalar(other, other, nl.add, 1.0)
        nisa.dma_copy(out, x)
        return out

    return trace(kernel, "tiny", X)


@pytest.mark.parametrize("seed", range(5))
def test_random_lives_never_overlap(seed):
    module = random_lives(seed)
    before = allocate(module)
    verify_placed(module)
    for life in lifetimes(module, Space.PSUM):
        assert life.tile.offset % 256 == 0
    # Some memory was used again, and whoever had it was gone.
    lives = {life.tile: life for space in Space for life in lifetimes(module, space)}
    reused = [(tile, old) for tile, olds in before.items() for old in olds]
    assert reused
    for tile, old in reused:
        assert lives[old].last < lives[tile].first


def test_the_place_free_longest_is_taken():
    def kernel(x):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        for _ in range(5):
            nisa.memset(nl.ndarray((4, 512), nl.float32), 0.0)
        nisa.dma_copy(out, x)
        return out

    module = trace(kernel, "tiny", X)
    allocate(module)
    assert [tile.offset for tile in module.tiles] == [0, 2048, 4096, 6144, 0]


def test_tight_memory_falls_back_to_a_denser_order():
    """Rotation would leave two holes of 2 KiB; the large tile still finds its 4 KiB."""

    def kernel(x):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        first, second = (nl.ndarray((4, 512), nl.float32) for _ in range(2))
        nisa.memset(first, 0.0)
        nisa.memset(nl.ndarray((4, 512), nl.float32), 0.0)
        nisa.memset(second, 0.0)
        large = nl.ndarray((4, 1024), nl.float32)
        nisa.memset(large, 0.0)
        for tile in (first, second, large):
            nisa.tensor_scalar(tile, tile, nl.add, 1.0)
        nisa.dma_copy(out, x)
        return out

    module = trace(kernel, "tiny", X)
    allocate(module)
    verify_placed(module)


def test_too_much_is_named():
    def kernel(x):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        tiles = [nl.ndarray((4, 700), nl.float32, name=f"part{i}") for i in range(3)]
        for tile in tiles + tiles:
            nisa.memset(tile, 0.0)
        nisa.dma_copy(out, x)
        return out

    message = (
        "kernel 'kernel': SBUF of config 'tiny' has 8192 bytes per partition; 8400 are live at "
        r"line \d+: part0 2800 bytes \(line \d+\), part1"
    )
    with pytest.raises(LoweringError, match=message):
        nki.compile(kernel, "tiny", X)


def test_too_many_accumulators_are_named():
    def kernel(x):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        tiles = [nl.ndarray((4, 4), nl.float32, buffer=nl.psum) for _ in range(9)]
        for tile in tiles + tiles:
            nisa.memset(tile, 0.0)
        nisa.dma_copy(out, x)
        return out

    with pytest.raises(
        LoweringError, match=r"PSUM of config 'tiny' has 2048 bytes .* 2304 are live"
    ):
        nki.compile(kernel, "tiny", X)


def test_the_check_sees_an_overlap():
    module = random_lives(1)
    allocate(module)
    module.tiles[1].offset = module.tiles[0].offset
    module.tiles[1].space = module.tiles[0].space
    with pytest.raises(VerifyError):
        verify_placed(module)
