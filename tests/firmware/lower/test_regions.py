"""Boxes contain every element an operand touches, and say when they hold no other."""

import random

import numpy as np

from tinyneuron.lower.ir import DeviceRef, DeviceTensor, Tile, TileRef
from tinyneuron.lower.regions import Box, box_of
from tinyneuron.nki.tensor import Tensor
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.access import element_offsets
from tinyneuron_hw.isa.opcodes import Space


def inside(box, numbers, shape):
    index = np.unravel_index(numbers, shape)
    return all((a <= i).all() and (i < b).all()
               for i, a, b in zip(index, box.low, box.high, strict=True))  # fmt: skip


def test_random_patterns_are_contained():
    draw = random.Random(2)
    for _ in range(400):
        shape = tuple(draw.randint(1, 6) for _ in range(draw.randint(1, 4)))
        total = int(np.prod(shape))
        tensor = DeviceTensor(0, "x", shape, DType.FP32, "scratch")
        dims = tuple((draw.randint(-9, 9), draw.randint(1, 4)) for _ in range(draw.randint(0, 3)))
        low = sum(min(0, s * (n - 1)) for s, n in dims)
        high = sum(max(0, s * (n - 1)) for s, n in dims)
        if high - low >= total:
            continue
        ref = DeviceRef(tensor, draw.randint(-low, total - 1 - high), dims)
        numbers = element_offsets(ref.offset, ref.dims[::-1], 1)
        box = box_of(ref)
        assert inside(box, numbers, shape), (shape, ref)
        if box.dense and len(set(numbers)) == len(numbers):
            volume = np.prod([b - a for a, b in zip(box.low, box.high, strict=True)])
            assert volume == len(numbers)


def test_slices_have_exact_boxes():
    tile = Tensor.whole(Tile(0, "t", Space.SBUF, (4, 5, 6), DType.BF16, 0))
    ref = tile[1:3, 2:4, 1:5].ref()
    assert isinstance(ref, TileRef)
    assert box_of(ref) == Box((1, 2, 1), (3, 4, 5), True)
    assert box_of(tile[:, ::2].ref()) == Box((0, 0, 0), (4, 5, 6), False)
    left, right = box_of(tile[:, :, :3].ref()), box_of(tile[:, :, 3:].ref())
    assert not left.overlaps(right)
    assert left.joined(right).contains(box_of(tile.ref()))


def test_a_run_that_wraps_covers_whole_rows():
    tensor = Tensor.whole(DeviceTensor(0, "x", (5, 6), DType.BF16, "scratch"))
    assert box_of(tensor.ap([[1, 8]], 3).ref()) == Box((0, 0), (2, 6), False)
