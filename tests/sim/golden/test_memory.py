"""Memories and byte patterns against plain byte loops."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyneuron_hw.config import get_config
from tinyneuron_sim.golden.access import (
    byte_dims,
    byte_offsets,
    extent,
    overlaps_itself,
    strided,
)
from tinyneuron_sim.golden.memory import Footprint, Memory, make_memories

DIMS = st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 4)), min_size=0, max_size=4)
SETTINGS = settings(derandomize=True, deadline=None, max_examples=80)


def _loop(dims: list[tuple[int, int]], unit: int, element: int) -> list[int]:
    """Every byte's offset in element order."""
    offsets = [0]
    for stride, size in dims:
        offsets = [base + step * stride * unit for step in range(size) for base in offsets]
    return [offset + byte for offset in offsets for byte in range(element)]


@SETTINGS
@given(DIMS, st.sampled_from([(1, 1), (1, 2), (1, 4), (2, 2), (4, 4)]))
def test_merged_dimensions_touch_the_same_bytes_in_the_same_order(dims, sizes):
    unit, element = sizes
    expected = _loop(dims, unit, element)
    merged = byte_dims(tuple(dims), unit, element)
    assert byte_offsets(merged).tolist() == expected
    assert extent(merged) == (min(expected), max(expected) + 1)
    assert overlaps_itself(merged) == (len(set(expected)) < len(expected))
    base = 550
    view = strided(np.arange(1100), base, merged)
    assert (view.reshape(-1) - base).tolist() == expected


@SETTINGS
@given(DIMS, st.sampled_from([1, 2, 4]), st.sampled_from([16, 64, 1024]))
def test_reads_and_writes_across_pages(dims, element, page_bytes):
    memory = Memory("memory", 1024, page_bytes=page_bytes, tracked=True)
    merged = byte_dims(tuple(dims), element, element)
    footprint = Footprint(memory, 512, merged)
    offsets = _loop(dims, element, element)
    assert footprint.size == len(offsets)
    assert memory.first_unwritten(footprint) == 512 + offsets[0]
    values = np.arange(len(offsets), dtype=np.uint8)
    memory.write(footprint, values)
    image = dict(zip(offsets, values.tolist(), strict=True))
    assert memory.first_unwritten(footprint) is None
    assert memory.read(footprint).tolist() == [image[offset] for offset in offsets]
    everything = memory.read_bytes(0, 1024)
    expected = bytearray(1024)
    for offset, value in image.items():
        expected[512 + offset] = value
    assert everything == bytes(expected)


def test_the_first_unwritten_byte_is_the_first_in_element_order():
    memory = Memory("memory", 256, page_bytes=64, tracked=True)
    memory.write_bytes(100, bytes(50))
    backwards = Footprint(memory, 140, ((-10, 6),))
    assert memory.first_unwritten(backwards) == 90


def test_bytes_are_named_by_partition_on_chip_and_by_address_outside():
    sbuf, psum, device = make_memories(get_config("tiny"))
    assert sbuf.place(3 * 8192 + 20) == "SBUF partition 3 offset 0x14"
    assert psum.place(2048) == "PSUM partition 1 offset 0x0"
    assert device.place(0x1234) == "device memory address 0x1234"


def test_device_memory_takes_room_only_where_it_is_touched():
    _, _, device = make_memories(get_config("inferentia2"))
    device.write_bytes((1 << 33) + 5, b"far")
    assert device.read_bytes((1 << 33) + 4, 5) == b"\0far\0"
    assert len(device._pages) == 1
