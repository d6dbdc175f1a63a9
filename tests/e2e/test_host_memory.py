"""Transfers between the host's memory and device memory, by the core's DMA."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tinyneuron.runtime.device import open_device
from tinyneuron.runtime.errors import TinyneuronError
from tinyneuron.runtime.transfers import HostDma
from tinyneuron_hw.config import HOST_BASE, ConfigError, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr, Trap
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.backend import open_backend
from tinyneuron_sim.loader import PAGE, MemoryWindow, load_and_start

from ..every_option import EVERY_OPTION
from .small_programs import SMALL

SEED = 31
TARGETS = ("golden", "verilator", pytest.param("icarus", marks=pytest.mark.slow))
HALT = encode(Opcode.HALT)


@pytest.mark.parametrize("target", TARGETS)
def test_a_program_gets_code_and_tensors_by_dma_alone(target: str):
    case = SMALL["matmul"](get_config("tiny"))
    with open_device(target, EVERY_OPTION, transfers="dma") as device:
        model = device.load(case.program)
        for name in case.inputs:
            assert not any(device.backend.memory_read(model.address(name), 8))
        result = model.run(case.inputs, trace=True)
        for name, expected in case.expected.items():
            np.testing.assert_array_equal(result.outputs[name], expected, strict=True)
        assert len(result.trace) >= 2 * sum(map(len, case.program.streams.values()))
        assert isinstance(device.memory, HostDma)
        assert device.memory.cycles > 0


@pytest.mark.parametrize("target", TARGETS)
def test_code_can_lie_in_host_memory(target: str):
    case = SMALL["matmul"](get_config("tiny"))
    with open_device(target, EVERY_OPTION) as device:
        model = device.load(case.program, code_address=HOST_BASE + PAGE)
        result = model.run(case.inputs)
        for name, expected in case.expected.items():
            np.testing.assert_array_equal(result.outputs[name], expected, strict=True)
        places = {spec.name: model.address(spec.name) for spec in case.program.tensors}
        code = case.program.relocated(places)
        first = next(iter(code.values()))
        assert device.backend.memory_read(HOST_BASE + PAGE, len(first)) == first


def test_code_outside_host_memory_is_refused():
    program = SMALL["matmul"](get_config("tiny")).program
    with open_device("golden", EVERY_OPTION) as device:
        end = HOST_BASE + device.config.host_memory_bytes
        for address in (0, HOST_BASE + 64, HOST_BASE - PAGE, end - PAGE, end):
            with pytest.raises(
                TinyneuronError, match=f"code_address {address:#x}: .* of code must"
            ):
                device.load(program, code_address=address)
        device.load(program, code_address=HOST_BASE)
    with open_device("golden", "tiny") as device, pytest.raises(TinyneuronError, match="must lie"):
        device.load(program, code_address=HOST_BASE)
    with (
        open_device("golden", EVERY_OPTION, transfers="dma") as device,
        pytest.raises(TinyneuronError, match="transfers by DMA need all of the host's memory"),
    ):
        device.load(program, code_address=HOST_BASE)


@pytest.mark.slow
def test_host_memory_costs_a_program_no_cycles():
    case = SMALL["matmul"](get_config("tiny"))
    runs = []
    for config, transfers in (("tiny", "backdoor"), ("tiny,host_memory_bytes=65536", "dma")):
        with open_device("verilator", config, transfers=transfers) as device:
            runs.append(device.load(case.program).run(case.inputs))
    plain, hosted = runs
    assert hosted.cycles == plain.cycles
    assert hosted.counters == plain.counters


def side(address: int, size: int) -> dict:
    return {"dtype": DType.UINT8, "address": address, "dims": [{"stride": 1, "size": size}]}


def copy(source: int, target: int, size: int, queue: int = 0) -> bytes:
    return encode(Opcode.DMA_COPY, src=side(source, size), dst=side(target, size), queue=queue)


def run(backend, copies: list[bytes], windows: list[MemoryWindow] | None = None) -> str:
    backend.reset()
    if windows is None:
        windows = [
            MemoryWindow(0, backend.config.device_memory_bytes),
            MemoryWindow(HOST_BASE, backend.config.host_memory_bytes),
        ]
    load_and_start(backend, {Stream.SYNC: [*copies, HALT]}, windows=windows, watchdog=100_000)
    return backend.run(1_000_000).event


def random_copies(rng: random.Random, count: int) -> list[tuple[int, int, int, int]]:
    """Source, target, size and queue of copies within and between the memories; each target is a
    place of its own, sources are written by none."""
    found = []
    for number in range(count):
        size = rng.choice([1, 7, 8, 64, rng.randrange(1, 700)])
        source = rng.choice([0, HOST_BASE]) + rng.randrange(0, 4096 - size)
        target = rng.choice([0, HOST_BASE]) + 8192 + 1024 * number + rng.randrange(0, 1024 - size)
        found.append((source, target, size, rng.randrange(2)))
    return found


@pytest.mark.parametrize(
    ("target", "config", "count"),
    [
        ("golden", EVERY_OPTION, 40),
        ("verilator", EVERY_OPTION, 40),
        pytest.param("icarus", EVERY_OPTION, 4, marks=pytest.mark.slow),
        pytest.param("pysim", EVERY_OPTION, 2, marks=pytest.mark.slow),
        pytest.param("verilator", "tiny,host_memory_bytes=65536", 40, marks=pytest.mark.slow),
    ],
)
def test_random_copies_between_the_memories(target: str, config: str, count: int):
    """Two queues share a port and turn from one memory to the other with every copy."""
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    with open_backend(target, config) as backend:
        images = {base: bytearray(rng.randbytes(4096) + bytes(61440)) for base in (0, HOST_BASE)}
        for base, image in images.items():
            backend.memory_write(base, bytes(image))
        copies = random_copies(rng, count)
        assert run(backend, [copy(*item) for item in copies]) == "done"
        for source, goal, size, _ in copies:
            from_base, to_base = source & HOST_BASE, goal & HOST_BASE
            at, to = source - from_base, goal - to_base
            images[to_base][to : to + size] = images[from_base][at : at + size]
        for base, image in images.items():
            assert backend.memory_read(base, len(image)) == bytes(image), hex(base)


@pytest.mark.parametrize("target", TARGETS)
def test_host_memory_outside_the_windows_is_refused(target: str):
    code = MemoryWindow(get_config("tiny").device_memory_bytes - 4096, 4096, False, False, True)
    both = MemoryWindow(0, 4096)
    host = MemoryWindow(HOST_BASE + 4096, 64, True, False, False)
    inside, before, behind = HOST_BASE + 4096, HOST_BASE + 4095, HOST_BASE + 4097
    cases = [(inside, 0, "done"), (before, 0, "trap"), (behind, 0, "trap"), (0, inside, "trap")]
    with open_backend(target, EVERY_OPTION) as backend:
        backend.memory_write(HOST_BASE, bytes(range(256)) * 64)
        for source, goal, expected in cases:
            assert run(backend, [copy(source, goal, 64)], [code, both, host]) == expected
            if expected == "trap":
                outside = source if source >= HOST_BASE else goal
                read = backend.csr_read
                assert Trap(read(Csr.TRAP_CAUSE)) is Trap.OUT_OF_RANGE
                assert read(Csr.TRAP_ADDRESS_LO) | read(Csr.TRAP_ADDRESS_HI) << 32 == outside
        assert backend.memory_read(HOST_BASE, 16384) == bytes(range(256)) * 64


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("writes", [False, True])
def test_an_address_behind_the_host_memory_is_a_bus_error(target: str, writes: bool):
    end = HOST_BASE + 65536
    windows = [MemoryWindow(0, 1 << 26), MemoryWindow(HOST_BASE, 1 << 20)]
    sides = (0, end - 32) if writes else (end - 32, 0)
    with open_backend(target, EVERY_OPTION) as backend:
        assert run(backend, [copy(*sides, 64)], windows) == "trap"
        read = backend.csr_read
        assert Trap(read(Csr.TRAP_CAUSE)) is Trap.BUS_ERROR
        address = read(Csr.TRAP_ADDRESS_LO) | read(Csr.TRAP_ADDRESS_HI) << 32
        assert end - 4096 <= address <= end


@pytest.mark.parametrize("to_host", [False, True])
def test_a_long_transfer_moves_a_beat_each_cycle(to_host: bool):
    size = 32768
    sides = (0, HOST_BASE) if to_host else (HOST_BASE, 0)
    with open_backend("verilator", EVERY_OPTION) as backend:
        assert run(backend, [copy(*sides, size)]) == "done"
        cycles = backend.csr_read(0x800)
        beats = size // backend.config.axi_bytes
        assert beats < cycles < beats + 4 * backend.config.memory_latency


def test_bad_requests_say_what_is_wrong():
    with pytest.raises(ConfigError, match="host_memory_bytes must be a multiple of 4096"):
        get_config("tiny,host_memory_bytes=100")
    with pytest.raises(ConfigError, match=r"device_memory_bytes must be at most 2\*\*47 beside"):
        get_config("tiny").with_changes(host_memory_bytes=4096, device_memory_bytes=1 << 48)
    with pytest.raises(TinyneuronError, match="need host_memory_bytes of at least 8192, not 0"):
        open_device("golden", "tiny", transfers="dma")
    with pytest.raises(TinyneuronError, match="transfers must be one of backdoor, dma, not 'usb'"):
        open_device("golden", "tiny", transfers="usb")
