"""What DMA reads from device memory beside data: rings of descriptors and lists of buffers.

Their addresses are those of device memory, so they are made when a program is loaded and written as
one of its inputs::

    model = device.load(program)
    first, second = (
        encode(Opcode.DMA_COPY, src={...: model.address("x")}, dst={...: model.address("y")}), ...
    )
    model.run({"ring": ring_bytes([first, second], entries=8), ...})
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.isa.codec import DecodeError, decode
from tinyneuron_hw.isa.operand_error import OperandError
from tinyneuron_hw.isa.rules_list import ENTRY_BYTES
from tinyneuron_hw.isa.rules_ring import check_descriptor, descriptor_opcode

from .program import ProgramError

__all__ = ["list_bytes", "ring_bytes"]

_SIZE_BITS = 34


def ring_bytes(
    descriptors: Sequence[bytes], entries: int | None = None, first: int = 0
) -> np.ndarray:
    """A ring with these DMA instructions from entry ``first`` on, around its end.

    Parameters
    ----------
    descriptors:
        Of 128 bytes, without wait and update, registers and queue.
    entries:
        Size of the ring, as many as there are descriptors if not given. Those that are left over
        are 0, which traps if they are run.
    first:
        Number of the first one.

    Returns uint8[entries * 128], to be placed at a multiple of 128.

    Raises
    ------
    ProgramError
        A descriptor is none, or the ring has no room; the message names it.
    """
    entries = len(descriptors) if entries is None else entries
    if not len(descriptors) <= entries < 1 << 16:
        raise ProgramError(f"a ring of {entries} entries for {len(descriptors)} descriptors: must "
                           "be as many, and at most 65535")  # fmt: skip
    if not 0 <= first < max(1, entries):
        raise ProgramError(f"first must be from 0 to {entries - 1}, not {first}")
    image = np.zeros((entries, INSTRUCTION_BYTES), np.uint8)
    for number, raw in enumerate(descriptors):
        try:
            decoded = decode(raw)
            descriptor_opcode(raw[0])
            check_descriptor(decoded)
        except (DecodeError, OperandError) as error:
            raise ProgramError(f"descriptor {number}: {error}") from None
        image[(first + number) % entries] = np.frombuffer(raw, np.uint8)
    return image.reshape(-1)


def list_bytes(buffers: Sequence[tuple[int, int]]) -> np.ndarray:
    """A list of buffers, each an address and a size in bytes.

    Returns uint8[len(buffers) * 16], to be placed at a multiple of 16.

    Raises
    ------
    ProgramError
        A buffer is empty or cannot be in device memory; the message names it.
    """
    for number, (address, size) in enumerate(buffers):
        if not (0 <= address < 1 << 48 and 1 <= size < 1 << _SIZE_BITS):
            raise ProgramError(f"buffer {number}: {size} bytes at {address:#x}: must be from 1 to "
                               f"2**{_SIZE_BITS} - 1 bytes at an address of 48 bits")  # fmt: skip
    image = np.array(buffers, "<u8").reshape(-1)
    assert image.nbytes == ENTRY_BYTES * len(buffers)
    return image.view(np.uint8)
