"""The dependency pass keeps every conflict that comparing all pairs finds."""

import random

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.lower import dependencies as pass_
from tinyneuron.lower.allocate import allocate
from tinyneuron.lower.assign import choose_engines, choose_queues
from tinyneuron.lower.ir import TileRef
from tinyneuron.lower.regions import box_of
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.kernel import trace
from tinyneuron_hw.isa.access import element_offsets


def random_kernel(seed):
    """Copies, transfers and sums between random slices of a few tiles and a scratch tensor."""
    draw = random.Random(seed)

    def kernel(x):
        out = nl.ndarray((4, 24), nl.float32, buffer=nl.shared_hbm)
        tiles = [nl.ndarray((4, 24), nl.float32) for _ in range(3)]
        for tile in tiles:
            nisa.dma_copy(tile, x)
        nisa.dma_copy(out, tiles[0])
        for _ in range(40):
            width = draw.randint(1, 8)

            def piece(tensor, width=width):
                step = draw.choice([1, 1, 2])
                start = draw.randint(0, 24 - step * width)
                return tensor[:, start : start + step * width : step]

            kind = draw.randrange(4)
            a, b, c = draw.sample(tiles, 3)
            if kind == 0:
                nisa.tensor_copy(piece(a), piece(b))
            elif kind == 1:
                nisa.activation(piece(a), nl.relu, piece(b))
            elif kind == 2:
                nisa.dma_copy(piece(out), piece(a))
            else:
                nisa.tensor_tensor(piece(a), piece(b), piece(c), nl.add)
        return out

    return trace(kernel, "tiny", {"x": nki.TensorArg((4, 24), "fp32")})


def prepared(seed):
    module = random_kernel(seed)
    choose_engines(module)
    choose_queues(module)
    return module, allocate(module)


def elements(ref):
    offsets = element_offsets(ref.offset, ref.dims[::-1], 1)
    if isinstance(ref, TileRef):
        row = int(np.prod(ref.base.shape[1:]))
        lanes = np.arange(ref.start_partition, ref.start_partition + ref.num_partitions)
        offsets = (lanes[:, None] * row + offsets).reshape(-1)
    return ref.base, set(offsets.tolist())


def closure(module, dependencies):
    """What each instruction comes after: its dependencies, its thread, and all of theirs."""
    after, last = [], {}
    for index, (instr, needed) in enumerate(zip(module.instructions, dependencies, strict=True)):
        thread = pass_.thread_of(instr)
        direct = {*needed, *([last[thread]] if thread in last else [])}
        after.append(direct | set().union(*(after[at] for at in direct)))
        last[thread] = index
    return after


@pytest.mark.parametrize("limit", [3, 32])
@pytest.mark.parametrize("seed", range(6))
def test_every_conflict_is_ordered(seed, limit, monkeypatch):
    monkeypatch.setattr(pass_, "MAX_RECORDS", limit)
    monkeypatch.setattr(pass_, "MAX_DEVICE_RECORDS", limit)
    module, before = prepared(seed)
    after = closure(module, pass_.find_dependencies(module.instructions, before))
    touched = [
        ([elements(ref) for ref in instr.reads.values()],
         [elements(ref) for ref in instr.writes.values()])
        for instr in module.instructions
    ]  # fmt: skip

    def meet(left, right):
        return any(a is c and b & d for a, b in left for c, d in right)

    for late, (reads, writes) in enumerate(touched):
        for early, (old_reads, old_writes) in enumerate(touched[:late]):
            conflict = (
                meet(writes, old_writes) or meet(reads, old_writes) or meet(writes, old_reads)
            )
            assert not conflict or early in after[late], (early, late)


def test_disjoint_slices_stay_independent():
    def kernel(x):
        out = nl.ndarray((4, 24), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, 24), nl.float32)
        nisa.memset(tile[:, :12], 0.0)
        nisa.dma_copy(tile[:, 12:], x[:, 12:])
        nisa.dma_copy(out, tile)
        return out

    module = trace(kernel, "tiny", {"x": nki.TensorArg((4, 24), "fp32")})
    choose_engines(module)
    choose_queues(module)
    assert pass_.find_dependencies(module.instructions, allocate(module)) == [(), (), (0, 1)]


def test_a_new_tile_waits_for_readers_of_the_old_one_in_its_place():
    def kernel(x):
        out = nl.ndarray((3, 4, 1024), nl.float32, buffer=nl.shared_hbm)
        for turn in range(3):
            tile = nl.ndarray((4, 1024), nl.float32)
            nisa.dma_copy(tile, x)
            nisa.dma_copy(out[turn], tile)
        return out

    module = trace(kernel, "tiny", {"x": nki.TensorArg((4, 1024), "fp32")})
    choose_engines(module)
    choose_queues(module)
    before = allocate(module)
    tiles = module.tiles
    assert [tile.offset for tile in tiles] == [0, 4096, 0]
    assert before[tiles[2]] == [tiles[0]]
    # The third load comes after the first store, and that is all: loads run one tile ahead.
    assert pass_.find_dependencies(module.instructions, before)[4] == (1,)
    assert box_of(module.instructions[4].writes["dst"]).dense
