"""The CSR map."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tinyneuron_hw.config import MEMORY_WINDOWS, NUM_SEMAPHORES, get_config
from tinyneuron_hw.isa.csr import (
    COUNTERS,
    CSR_ADDRESS_BITS,
    ID_VALUE,
    VERSION,
    Csr,
    config_words,
    counter_address,
    entry_address,
    length_address,
    semaphore_address,
    window_address,
)
from tinyneuron_hw.isa.opcodes import Stream


def _words() -> list[int]:
    """Address of every 32-bit word the map names."""
    words = [int(register) for register in Csr]
    for stream in Stream:
        words += [entry_address(stream.value), entry_address(stream.value) + 4]
        words.append(length_address(stream.value))
    for window in range(MEMORY_WINDOWS):
        words += [window_address(window) + 4 * word for word in range(5)]
    for name in COUNTERS:
        words += [counter_address(name), counter_address(name) + 4]
    return words + [semaphore_address(index) for index in range(NUM_SEMAPHORES)]


def test_no_two_registers_share_a_word():
    words = sorted(_words())
    assert all(low + 4 <= high for low, high in pairwise(words))
    assert all(word % 4 == 0 for word in words)
    assert words[-1] < 1 << CSR_ADDRESS_BITS


def test_description_registers():
    words = config_words(get_config("default"))
    assert words == {
        Csr.ID: ID_VALUE,
        Csr.VERSION: VERSION,
        Csr.CONFIG0: 16 | 16 << 8 | 4 << 16 | 64 << 24,
        Csr.CONFIG1: 32768,
        Csr.CONFIG2: 2048,
    }
    assert ID_VALUE.to_bytes(4, "big") == b"TNEU"


def test_indices_out_of_range_are_refused():
    with pytest.raises(AssertionError):
        window_address(MEMORY_WINDOWS)
    with pytest.raises(AssertionError):
        semaphore_address(NUM_SEMAPHORES)
    with pytest.raises(ValueError, match="not in tuple"):
        counter_address("heat")
