"""Any memory behind the AXI ports: late, out of order between IDs, interleaved, refusing."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream
from tinyneuron_sim.loader import load_and_start

from .config import CONFIG
from .recorder import Recorder

CODE, SOURCE, TARGET = 0x8_0000, 0x0, 0x2_0000
SOURCE_BYTES, TARGET_BYTES = 0x1_0000, 0x800
"""Of all transfers together; of one."""
LOOPED = 24
"""Instructions of a loop that is longer than the fetch buffer of a stream."""
PASS = 64
"""Transactions of each port that a pass of the program makes, about."""


def simulators(icarus: list, verilator: list):
    """Few cases on Icarus, and those that it would take too long for."""
    cases = [("icarus", *case) for case in icarus]
    cases += [pytest.param("verilator", *case, marks=pytest.mark.slow) for case in verilator]
    return pytest.mark.parametrize(("built", "seed", "transactions"), cases, indirect=["built"])


def pattern(rng: random.Random, base: int, size: int, rows: int, row: int, stride: int) -> dict:
    """``rows`` of ``row`` bytes each, ``stride`` apart, somewhere in ``size`` bytes, perhaps from
    the last to the first."""
    start = base + rng.randrange(size - (rows - 1) * stride - row + 1)
    if rng.random() < 0.3:
        start, stride = start + (rows - 1) * stride, -stride
    return {"dtype": DType.UINT8, "address": start,
            "dims": [{"stride": 1, "size": row}, {"stride": stride, "size": rows}]}  # fmt: skip


def transfer(rng: random.Random, number: int) -> bytes:
    """A copy, or a load to SBUF, of rows from anywhere; each target is one transfer's own."""
    rows, row = rng.choice([(30, rng.randint(1, 60)), (8, rng.randint(1, 200)), (60, 7), (2, 900)])
    src = pattern(rng, SOURCE, SOURCE_BYTES, rows, row, row + rng.randrange(40))
    queue = rng.randrange(CONFIG.dma_engines)
    if rng.random() < 0.2:
        dst = {"dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 1,
               "start_partition": queue, "offset": 0,
               "dims": [{"stride": 1, "size": row * rows}]}  # fmt: skip
        return encode(Opcode.DMA_LOAD, src=src, dst=dst, queue=queue)
    base = TARGET + number * TARGET_BYTES
    dst = pattern(rng, base, TARGET_BYTES, rows, row, row + rng.randrange(3))
    return encode(Opcode.DMA_COPY, src=src, dst=dst, queue=queue)


def program(rng: random.Random, transfers: int, passes: int) -> dict[Stream, list[bytes]]:
    """Transfers on one stream, the same again and again; fetches on the others."""
    halt = encode(Opcode.HALT)
    loop = encode(Opcode.LOOP, count=passes, body=LOOPED)
    nops = [loop, *[encode(Opcode.NOP)] * LOOPED, halt]
    again = [encode(Opcode.LOOP, count=max(1, passes // 8), body=transfers)]
    moves = [transfer(rng, number) for number in range(transfers)]
    streams = dict.fromkeys((Stream.TENSOR, Stream.VECTOR, Stream.SCALAR), nops)
    return {**streams, Stream.SYNC: [*again, *moves, halt]}


@pytest.fixture(scope="session")
def scenario(tmp_path_factory):
    """``scenario(seed, transactions, ...)`` is the JSON file of a program."""

    def write(seed: int, transactions: int, *, refused: bool = False) -> Path:
        rng = random.Random(seed)
        golden = Recorder(CONFIG)
        golden.memory_write(SOURCE, rng.randbytes(SOURCE_BYTES))
        golden.csr_write(Csr.INTERRUPT_ENABLE, 3)
        load_and_start(golden, program(rng, 40, transactions // PASS), CODE)
        assert golden.run(1 << 40).event == "done"
        golden.memory_read(TARGET, 40 * TARGET_BYTES)
        golden.memory_read(SOURCE, SOURCE_BYTES)
        base, size = rng.choice([(SOURCE, SOURCE_BYTES), (TARGET, 40 * TARGET_BYTES)])
        block = rng.randrange(base, base + size - 8192, 128)
        facts = {
            "seed": seed,
            "memory_bytes": CONFIG.device_memory_bytes,
            "axi_bytes": CONFIG.axi_bytes,
            "dma_ports": CONFIG.dma_ports,
            "memory": golden.memory,
            "registers": golden.registers,
            "expected": golden.expected,
            "refused": [block, block + 8192] if refused else [0, 0],
            "limit": 200 * transactions,
            "polls": transactions // 2,
            "transactions": transactions,
        }
        path = tmp_path_factory.mktemp("axi") / "scenario.json"
        path.write_text(json.dumps(facts))
        return path

    return write


@pytest.mark.begins_first
@simulators([(1, 128)], [(1, 1000), (2, 1000), (11, 10_000)])
def test_transactions_of_each_port(play, scenario, seed, transactions):
    play("bench_axi", scenario(seed, transactions))


@pytest.mark.begins_first
@simulators([(3, 64)], [(seed, 500) for seed in range(3, 7)])
def test_a_refused_burst_traps_and_the_core_runs_again(play, scenario, seed, transactions):
    play("bench_axi", scenario(seed, transactions, refused=True))
