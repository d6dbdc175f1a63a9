"""Counters of waiting, by programs that wait for one known cause each."""

from __future__ import annotations

import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.runtime.statistics import statistics
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.waits import BANK_CAUSES, PSUM_PORTS, SBUF_PORTS

from .small_programs import SMALL

CONFIG = get_config("tiny")


def run(device, body: str):
    """Counters and statistics of a program without tensors."""
    model = device("verilator", "tiny").load(assemble(f".config tiny\n{body}"))
    try:
        result = model.run(waits=True)
    finally:
        model.unload()
    return result.counters, statistics(result, CONFIG)


def copies(count: int, source: int, target: int, space: str = "sbuf") -> str:
    """TENSOR_COPYs of 128 FP32 elements a partition."""
    line = (
        f"tensor_copy in0={space}.fp32[0+4, {source:#x}, 1x128] "
        f"dst=sbuf.fp32[0+4, {target:#x}, 1x128] round_mode=nearest_even\n"
    )
    return line * count


@pytest.mark.parametrize("name", SMALL)
def test_cycles_of_each_stream_and_refusals_of_each_memory_add_up(device, name):
    case = SMALL[name](CONFIG)
    model = device("verilator", "tiny").load(case.program)
    result = model.run(case.inputs, waits=True)
    model.unload()
    found = statistics(result, CONFIG)
    for stream, states in found.streams.items():
        assert sum(states.values()) == result.cycles, stream
        assert min(states.values()) >= 0, stream
        assert states["starts"] >= result.counters[f"{stream}_instructions"]
    for memory, total in (("sbuf", found.sbuf_conflicts), ("psum", found.psum_conflicts)):
        counted = sum(sum(causes.values()) for causes in found.banks[memory].values())
        assert counted == total, memory


def test_a_stream_waits_for_a_semaphore(device):
    counters, found = run(
        device,
        ".stream vector\n" + copies(20, 0, 0x200) + "nop update(s1 += 1)\nhalt\n"
        ".stream scalar\nnop wait(s1 >= 1)\nhalt\n.stream sync\nnop\nhalt\n",
    )  # fmt: skip
    # The Scalar stream waits for 20 copies of 128 elements, the other one for nothing.
    assert counters["scalar_waits_semaphore"] > 20 * 128
    assert counters["scalar_waits_semaphore"] > 0.8 * counters["cycles"]
    assert counters["sync_waits_semaphore"] == counters["vector_waits_semaphore"] == 0
    assert found.streams["sync"]["halted"] > 0.8 * counters["cycles"]
    assert found.streams["gpsimd"]["halted"] == counters["cycles"]


def test_a_stream_waits_for_the_engine_and_for_what_is_before_it(device):
    counters, _ = run(device, ".stream vector\n" + copies(20, 0, 0x200) + "halt\n")
    # The queue is full while the engine is behind, then HALT waits until the rest is done; what
    # comes behind the first instructions of a stream comes a latency later.
    queue, order = counters["vector_waits_queue"], counters["vector_waits_order"]
    late = counters["vector_waits_fetch"] - CONFIG.memory_latency
    assert 5 * 128 < order < 10 * 128
    assert 0 < late < 4 * CONFIG.memory_latency
    assert 20 * 128 - 200 < queue + order + late < 20 * 128 + 100
    assert counters["vector_busy"] > 20 * 128


def test_a_stream_waits_for_its_instructions(device):
    counters, _ = run(device, ".stream sync\n" + "nop\n" * 100 + "halt\n")
    # 128 bytes come in 16 cycles, and a NOP takes 3.
    assert counters["sync_starts"] == 101
    assert 100 * 11 < counters["sync_waits_fetch"] < 100 * 14 + 200
    assert counters["fetch_waits_data"] > CONFIG.memory_latency


def test_an_instruction_waits_for_the_one_before_it(device):
    apart, _ = run(device, ".stream vector\n" + copies(8, 0, 0x200) + "halt\n")
    chained = "".join(copies(1, 0x200 * k, 0x200 * (k + 1)) for k in range(8))
    counters, _ = run(device, ".stream vector\n" + chained + "halt\n")
    assert apart["vector_waits_hazard"] == 0
    # Each but the first waits for most of the 128 elements before it.
    assert 7 * 100 < counters["vector_waits_hazard"] < 7 * 160
    assert counters["scalar_waits_hazard"] == 0


@pytest.mark.parametrize("space", ["sbuf", "psum"])
def test_two_engines_on_one_bank(device, space):
    """Both read a word of bank 0 in every cycle. Scalar has the lower priority and waits 8 cycles
    for each, then it goes first and Vector waits one; alone nobody waits."""
    pattern = "[0+4, 0x0, 0x8, 32x16]" if space == "sbuf" else "[0+4, 0x0, 0x2, 1x64]"
    in0 = f"in0={space}.fp32{pattern}"
    vector = f"tensor_copy {in0} dst=sbuf.fp32[0+4, 0x1000, 1x128] round_mode=nearest_even\n" * 6
    scalar = (
        f"activate {in0} dst=sbuf.fp32[0+4, 0x1800, 1x128] bias=-0.0 scale=1.0 "
        "function=identity round_mode=nearest_even reduce_cmd=idle\n" * 6
    )
    alone, _ = run(device, f".stream vector\n{vector}halt\n")
    _, found = run(device, f".stream vector\n{vector}halt\n.stream scalar\n{scalar}halt\n")
    ports = SBUF_PORTS if space == "sbuf" else PSUM_PORTS
    for port in ports:
        for cause in BANK_CAUSES:
            assert alone[f"{space}_{port}_waits_{cause}"] == 0
    waits = found.banks[space]
    lower, higher = waits["scalar_read"], waits["vector_read"]
    assert 400 < lower["priority"] <= 6 * 128
    assert abs(lower["priority"] - 8 * higher["age"]) <= 16
    assert lower["age"] == higher["priority"] == 0
    assert all(causes["reserved"] == 0 for causes in waits.values())


def test_accumulation_takes_its_bank_of_psum(device):
    multiply = (
        "multiply_moving src=sbuf.bf16[0+4, 0x0, 1x64] dst=psum.fp32[0+4, 0x0, 1x64] accumulate=1\n"
    )
    counters, found = run(
        device,
        ".stream tensor\nload_stationary src=sbuf.bf16[0+4, 0x0, 1x4] column_start=0\n"
        + multiply * 12 + "halt\n.stream vector\n"
        + copies(6, 0, 0x1000, "psum").replace("1x128", "1x64") + "halt\n",
    )  # fmt: skip
    waits = found.banks["psum"]
    assert waits["vector_read"]["reserved"] > 10
    assert sum(sum(causes.values()) for causes in waits.values()) == counters["psum_conflicts"]
    assert waits["vector_read"]["priority"] == waits["vector_read"]["age"] == 0


def test_an_element_waits_for_the_sum_before_it(device):
    """Every element of the result is the same word of PSUM: one addition each 5 cycles."""
    counters, _ = run(
        device,
        ".stream tensor\nload_stationary src=sbuf.bf16[0+4, 0x0, 1x4] column_start=0\n"
        "multiply_moving src=sbuf.bf16[0+4, 0x0, 1x64] dst=psum.fp32[0+4, 0x0, 0x64] accumulate=1\n"
        "halt\n",
    )
    assert counters["tensor_moving"] == 64
    assert counters["tensor_waits_sum"] == 4 * 63
    assert counters["tensor_waits_matrix"] < 20


def test_transfers_wait_for_memory(device):
    load = (
        "dma_load dst=sbuf.uint8[0+4, 0x0, 1x2048] src=dev.uint8[x+0x0, 1x8192] queue=0 "
        "round_mode=nearest_even\n"
    )
    text = f".config tiny\n.tensor x scratch uint8 8192\n.stream sync\n{load}halt\n"
    model = device("verilator", "tiny").load(assemble(text))
    counters = model.run(waits=True).counters
    model.unload()
    # The first data comes after the latency; then they come in every cycle.
    assert CONFIG.memory_latency < counters["dma_read_waits_data"] < 2 * CONFIG.memory_latency
    assert counters["dma_write_waits_command"] == counters["dma_write_waits_data"] == 0
    assert counters["sbuf_conflicts"] == 0
