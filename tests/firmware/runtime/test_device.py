"""The runtime on golden: loading, inputs, outputs, memory, errors."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.program.program import Program, ProgramError
from tinyneuron.runtime.device import Device, open_device
from tinyneuron.runtime.dtypes import dtype_of, numpy_dtype
from tinyneuron.runtime.errors import (
    DeviceMemoryError,
    InputError,
    RunTimeoutError,
    TinyneuronError,
    TrapError,
)
from tinyneuron_hw.config import ConfigError, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.backend import TargetError

COPY = """
.config tiny
.tensor x input bf16 4x8
.tensor w constant fp32 2 AACAPwAAAEA=
.tensor y output bf16 4x8
.stream sync
dma_load dst=sbuf.bf16[0+4, 0x0, 1x8] src=dev.bf16[x+0x0, 16x4, 2x8] queue=0 round_mode=nearest_even update(s0 += 1)
dma_store src=sbuf.bf16[0+4, 0x0, 1x8] dst=dev.bf16[y+0x0, 16x4, 2x8] queue=1 round_mode=nearest_even wait(s0 >= 1) update(s1 += 1)
nop wait(s1 >= 1)
nop update(s0 = 0)
nop update(s1 = 0)
halt
"""  # noqa: E501


@pytest.fixture
def device():
    with open_device("golden", "tiny") as opened:
        yield opened


@pytest.fixture
def program() -> Program:
    return assemble(COPY)


def image(scale: float = 1.0) -> np.ndarray:
    return (np.arange(32).reshape(4, 8) * scale).astype(ml_dtypes.bfloat16)


def test_runs_on_arrays_and_gives_arrays_back(device: Device, program: Program):
    model = device.load(program)
    result = model.run({"x": image()})
    np.testing.assert_array_equal(result.outputs["y"], image())
    assert result.outputs["y"].dtype == ml_dtypes.bfloat16
    assert result.counters["dma_read_bytes"] == 64
    assert result.cycles is None
    again = model.run({"x": image(2.0)})
    np.testing.assert_array_equal(again.outputs["y"], image(2.0))


def test_models_do_not_disturb_each_other(device: Device, program: Program):
    models = [device.load(program) for _ in range(3)]
    for index, model in enumerate(models):
        model.run({"x": image(index)})
    for index, model in enumerate(models):
        np.testing.assert_array_equal(model.read("y"), image(index))


def test_memory_for_the_host_is_apart_from_programs(device: Device, program: Program):
    start = device.allocate(5000, "a buffer")
    assert start % 4096 == 0
    model = device.load(program)
    device.memory.write(start, b"\x5a" * 8192)
    np.testing.assert_array_equal(model.run({"x": image()}).outputs["y"], image())
    assert device.memory.read(start, 8192) == b"\x5a" * 8192
    model.unload()
    device.release(start, 5000)
    device.release(device.allocate(device.config.device_memory_bytes), 1 << 26)
    with pytest.raises(DeviceMemoryError, match="a buffer needs"):
        device.allocate(device.config.device_memory_bytes + 1, "a buffer")


def test_device_memory_of_another_owner_is_zeroed(device: Device, program: Program):
    first = device.load(program, owner="alice")
    first.run({"x": image()})
    start = first.address("x")
    assert any(device.backend.memory_read(start, 64))
    first.unload()
    kept = device.load(program, owner="alice")
    assert kept.address("x") == start
    assert any(device.backend.memory_read(start, 64))
    kept.unload()
    other = device.load(program, owner="eve")
    assert other.address("x") == start
    assert not any(device.backend.memory_read(start, 64))


def test_only_a_change_of_owner_clears(device: Device, program: Program, monkeypatch):
    calls = []
    for name in ("reset", "clear"):
        method = getattr(device.backend, name)
        monkeypatch.setattr(
            device.backend, name, lambda name=name, method=method: calls.append(name) or method()
        )
    models = {owner: device.load(program, owner=owner) for owner in ("alice", "eve", None)}
    for owner in ("alice", "alice", "eve", None, None):
        models[owner].run({"x": image()})
    assert [call for call in calls if call == "clear"] == ["clear"] * 2
    # golden's clear resets by itself
    assert calls == ["reset", "reset", "clear", "reset", "clear", "reset", "reset"]


def test_unloading_frees_the_memory(program: Program):
    config = get_config("tiny").with_changes(device_memory_bytes=16384)
    program.config = config
    with open_device("golden", config) as device:
        for _ in range(5):
            model = device.load(program)
            model.run({"x": image()})
            model.unload()
            model.unload()
        with pytest.raises(TinyneuronError, match="was unloaded"):
            model.run({"x": image()})
        device.load(program)
        with pytest.raises(DeviceMemoryError, match="needs 4096 bytes of device memory"):
            device.load(program)


def test_a_program_that_cannot_be_placed_takes_no_memory(program: Program):
    config = get_config("tiny").with_changes(device_memory_bytes=16384)
    far = assemble(COPY.replace("[x+0x0,", "[x+0x800000000000,"))
    far.config = program.config = config
    with open_device("golden", config) as device:
        for _ in range(3):
            with pytest.raises(ProgramError, match=r"tensor 'x': address -0x\w+ is not of 48 bits"):
                device.load(far)
        device.load(program)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, "missing input: x"),
        ({"x": image(), "z": image()}, "program has no input 'z'; it has: x"),
        ({"x": image()[:3]}, r"input 'x' must have shape \(4, 8\), not \(3, 8\)"),
        ({"x": image().astype(np.float32)}, "input 'x' must be bfloat16, not float32"),
    ],
)
def test_wrong_inputs_are_named(device, program, inputs, message):
    with pytest.raises(InputError, match=message):
        device.load(program).run(inputs)


def test_a_program_runs_only_on_its_own_configuration(program: Program):
    with (
        open_device("golden", "default") as device,
        pytest.raises(TinyneuronError, match="compiled for config 'tiny', the device is 'default'"),
    ):
        device.load(program)


def test_unknown_targets_and_configs_are_named():
    with pytest.raises(TargetError, match="target 'quantum' is unknown"):
        open_device("quantum", "tiny")
    with pytest.raises(ConfigError, match="unknown config 'huge'"):
        open_device("golden", "huge")


def test_traps_name_stream_instruction_and_cause(device: Device):
    text = (
        ".config tiny\n.stream vector\nnop\nmemset dst=sbuf.bf16[0+4, 0x2000, 1x8] value=1\nhalt\n"
    )
    with pytest.raises(TrapError, match="OUT_OF_RANGE in stream vector at instruction 1") as caught:
        device.load(assemble(text)).run()
    assert (caught.value.cause, caught.value.stream) == (Trap.OUT_OF_RANGE, Stream.VECTOR)
    assert (caught.value.pc, caught.value.address) == (1, 0x2000)
    assert "memset" in str(caught.value)


def test_a_core_is_usable_after_a_trap(device: Device, program: Program):
    bad = assemble(".config tiny\n.stream sync\nnop wait(s9 >= 1)\nhalt\n")
    with pytest.raises(TrapError, match="WATCHDOG in stream sync at instruction 0"):
        device.load(bad).run()
    np.testing.assert_array_equal(device.load(program).run({"x": image()}).outputs["y"], image())


def test_a_program_that_does_not_end_times_out(device: Device):
    endless = ".config tiny\n.stream sync\nagain: branch condition=always a=0 b=0 target=@again\n"
    with pytest.raises(RunTimeoutError, match="still running after 1000 cycles"):
        device.load(assemble(endless)).run(max_cycles=1000)


NOTIFIES = """
.config tiny
.stream sync
loop counter=1 counter_enable=1 count=70 start=100 step=1 body=1
notify value=r1
nop wait(s9 >= {value})
halt
.stream scalar
{other}
halt
"""


def test_notifications_come_in_the_order_of_each_stream(device: Device):
    model = device.load(assemble(NOTIFIES.format(value=0, other="nop")))
    seen: list[tuple[Stream, int]] = []
    result = model.run(notified=lambda stream, value: seen.append((stream, value)))
    assert result.notifications == {Stream.SYNC: list(range(100, 164))}
    assert seen == [(Stream.SYNC, value) for value in range(100, 164)]
    assert result.notifications_lost == 6
    assert device.load(assemble(".config tiny\n.stream sync\nhalt\n")).run().notifications == {}


def test_a_trap_tells_the_notifications_before_it(device: Device):
    with pytest.raises(TrapError, match="WATCHDOG in stream sync") as caught:
        device.load(assemble(NOTIFIES.format(value=1, other="notify value=7"))).run()
    assert sum(map(len, caught.value.notifications.values())) == 64


def test_every_element_type_has_a_numpy_type():
    for dtype in DType:
        array = np.zeros(3, numpy_dtype(dtype))
        assert dtype is DType.TF32 or dtype_of(array) is dtype
    with pytest.raises(ValueError, match="no type for NumPy's complex128"):
        dtype_of(np.zeros(1, complex))
