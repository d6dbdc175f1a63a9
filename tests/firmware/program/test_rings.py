"""Rings of descriptors and lists of buffers, as a program's caller makes them."""

import numpy as np
import pytest

from tinyneuron.program.disassembler import instruction_text
from tinyneuron.program.program import ProgramError
from tinyneuron.program.rings import list_bytes, ring_bytes
from tinyneuron.program.syntax import AsmSyntaxError, parse_instruction
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, UpdateMode

SIDE = {"dtype": DType.UINT8, "dims": [{"stride": 1, "size": 4}]}


def copy(address: int, **more) -> bytes:
    return encode(Opcode.DMA_COPY, {"src": {**SIDE, "address": address}, "dst": SIDE, **more})


def test_descriptors_go_around_the_end():
    image = ring_bytes([copy(1), copy(2), copy(3)], entries=5, first=4)
    assert image.dtype == np.uint8
    entries = [entry.tobytes() for entry in image.reshape(5, 128)]
    assert entries == [copy(2), copy(3), bytes(128), bytes(128), copy(1)]


UPDATE = {"update": {"mode": UpdateMode.SET, "semaphore": 3, "value": 1}}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (copy(0, header=UPDATE), "descriptor 1: a descriptor neither waits nor updates"),
        (copy(0, queue=2), "descriptor 1: queue of a descriptor must be 0, its ring's holds"),
        (copy(0, **{"src.address_uses_register": 1}), "descriptor 1: a descriptor has no regis"),
        (encode(Opcode.NOP), "descriptor 1: a descriptor has no opcode 0x01"),
        (encode(Opcode.DMA_RING), "descriptor 1: a descriptor has no opcode 0x27"),
        (copy(0)[:-1], "descriptor 1: an instruction is 128 bytes, not 127"),
        (bytes(128), "descriptor 1: unknown opcode 0x00"),
    ],
)
def test_what_is_no_descriptor_is_named(raw, message):
    with pytest.raises(ProgramError, match=message):
        ring_bytes([copy(0), raw])


def test_a_ring_needs_room():
    with pytest.raises(ProgramError, match="a ring of 1 entries for 2 descriptors"):
        ring_bytes([copy(0), copy(1)], entries=1)
    with pytest.raises(ProgramError, match="first must be from 0 to 1, not 2"):
        ring_bytes([copy(0), copy(1)], first=2)


def test_a_list_has_addresses_and_sizes():
    image = list_bytes([(0x1234, 5), ((1 << 48) - 1, 1)])
    words = [int.from_bytes(part.tobytes(), "little") for part in image.reshape(4, 8)]
    assert words == [0x1234, 5, (1 << 48) - 1, 1]
    for buffer in ((0, 0), (1 << 48, 1), (-1, 1), (0, 1 << 34)):
        with pytest.raises(ProgramError, match="buffer 1: "):
            list_bytes([(0, 1), buffer])


TEXTS = [
    "dma_ring ring=ring[0x1000 + r3*-128, r4+5, 9] queue=2 wait(s1 >= 2)",
    "dma_ring ring=ring[0x80, 0+r31, 65535] queue=0",
    "dma_load dst=sbuf.bf16[0+4, 0x8, 1x3] src=list.fp32[0x1230 + r1*16, 0x7] queue=0 "
    "round_mode=nearest_even",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_assembler_reads_what_the_disassembler_writes(text):
    opcode, fields, symbols = parse_instruction(text)
    assert instruction_text(encode(opcode, fields)) == text
    assert symbols == {}


def test_a_ring_may_be_a_tensor():
    opcode, fields, symbols = parse_instruction("dma_ring ring=ring[x+0x80, 0+1, 2] queue=0")
    assert (opcode, fields["ring.address"]) == (Opcode.DMA_RING, 0x80)
    assert symbols == {"ring.address": "x"}
    with pytest.raises(AsmSyntaxError, match="ring: expected ring"):
        parse_instruction("dma_ring ring=ring[0x0, 4, 2] queue=0")
