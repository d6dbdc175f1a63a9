"""What the core's counters know of waiting: who waited, and for what.

Every cycle of a stream is one of ``STREAM_STATES`` or the stream has halted, so those counters of a
stream and its halted cycles add up to ``cycles``.
"""

from __future__ import annotations

from .opcodes import Stream

__all__ = ["BANK_CAUSES", "BUS_WAITS", "ENGINE_WAITS", "PSUM_PORTS", "SBUF_PORTS", "STREAM_STATES",
           "WAITS", "WAIT_BITS"]  # fmt: skip

STREAM_STATES = {
    "starts": "an instruction started (or one without an engine ended)",
    "waits_fetch": "the next instruction was not there",
    "waits_prepare": "the next instruction was being decoded and checked, with nothing ahead of it",
    "waits_semaphore": "its semaphore's condition did not hold, or its update had no turn",
    "waits_order": "instructions before it in the stream had to be done",
    "waits_queue": "the engine's or the DMA's queue was full",
    "waits_control": "a register move, DELAY, NOTIFY or BARRIER of its own was under way",
}
"""What a stream that has not halted does in a cycle."""
SBUF_PORTS = ("moving", "stationary", "dma_read", "vector_read", "scalar_read", "dma_write",
              "vector_write", "scalar_write")  # fmt: skip
PSUM_PORTS = ("vector_read", "scalar_read", "vector_write", "scalar_write")
BANK_CAUSES = {
    "priority": "a request of higher priority had its bank",
    "age": "a request that had waited 8 cycles had its bank",
    "reserved": "of SBUF a partial write, of PSUM the Tensor engine's accumulation had its bank",
}
"""Why a request for a bank was refused in a cycle."""
BUS_WAITS = {
    "dma_read_waits_command": "a read burst of DMA was not taken by the memory",
    "dma_read_waits_data": "read bursts of DMA were under way and no data came",
    "dma_read_waits_room": "data for DMA came and was not taken",
    "dma_write_waits_command": "a write burst of DMA was not taken by the memory",
    "dma_write_waits_data": "write data of DMA was not taken by the memory",
    "fetch_waits_command": "a read of instructions was not taken by the memory",
    "fetch_waits_data": "reads of instructions were under way and no data came",
}
"""Cycles, added up over the ports."""
ENGINE_WAITS = {
    "tensor_waits_operand": "the array could have taken a moving element that was not yet read",
    "tensor_waits_matrix": "a moving element waited for its stationary matrix",
    "tensor_waits_sum": "a moving element waited for an addition to the same word of PSUM",
    "vector_waits_hazard": "an instruction waited for bytes that an earlier one still had to write",
    "scalar_waits_hazard": "an instruction waited for bytes that an earlier one still had to write",
}

WAITS: dict[str, str] = {
    **{
        f"{stream.name.lower()}_{state}": meaning
        for stream in Stream
        for state, meaning in STREAM_STATES.items()
    },
    **ENGINE_WAITS,
    **{
        f"{memory}_{port}_waits_{cause}": meaning
        for memory, ports in (("sbuf", SBUF_PORTS), ("psum", PSUM_PORTS))
        for port in ports
        for cause, meaning in BANK_CAUSES.items()
    },
    **BUS_WAITS,
}
"""Name -> meaning of each counter; all count cycles."""

WAIT_BITS = 48
"""Bits of each of these counters; the others have 64."""
