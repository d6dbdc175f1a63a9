"""Trace events through device memory, as on silicon."""

from __future__ import annotations

import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.runtime import model as model_module
from tinyneuron.runtime.device import open_device
from tinyneuron.runtime.errors import TinyneuronError, TrapError
from tinyneuron_hw.config import get_config

from ..every_option import EVERY_OPTION
from .small_programs import SMALL

TARGETS = [
    "verilator",
    *(pytest.param(name, marks=pytest.mark.slow) for name in ("icarus", "pysim")),
]
LOOP = """\
.config tiny
.stream sync
    loop counter=0 counter_enable=0 count={count} start=0 step=1 body=1
    nop
    halt
"""


def what(events):
    return [(event.cycle, event.source, event.stream, event.kind, event.pc) for event in events]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ["matmul", "transfers"])
def test_memory_gets_what_the_port_gives(target, name):
    case = SMALL[name](get_config("tiny"))
    with open_device(target, EVERY_OPTION) as device:
        model = device.load(case.program)
        plain = model.run(case.inputs)
        result = model.run(case.inputs, trace="memory")
        port = device.backend.trace_events()
    assert result.trace_lost == 0
    assert sorted(what(result.trace)) == sorted(what(port))
    assert plain.trace == []
    for key, expected in case.expected.items():
        assert result.outputs[key].tobytes() == expected.tobytes()


@pytest.mark.parametrize("target", TARGETS)
def test_a_ring_that_is_too_small_is_taken_in_pieces_or_counts_what_is_lost(target, monkeypatch):
    program = assemble(LOOP.format(count=900))
    monkeypatch.setattr(model_module, "_RING_EVENTS", 1024)
    monkeypatch.setattr(model_module, "_NOTIFIED_EVERY", 1000)
    with open_device(target, "tiny") as device:
        model = device.load(program)
        whole = model.run(trace="memory")
        assert whole.trace_lost == whole.counters["trace_dropped"]  # none in the ring
        assert len(whole.trace) == len(device.backend.trace_events()) > 1400
        monkeypatch.setattr(model_module, "_NOTIFIED_EVERY", 1 << 30)
        lossy = model.run(trace="memory")
        assert len(lossy.trace) == 1024
        assert len(lossy.trace) + lossy.trace_lost == len(whole.trace)
        assert what(lossy.trace)[:1000] == what(whole.trace)[:1000]
        free = device.load(program)
        free.unload()


def test_a_trap_gives_the_rings_memory_back():
    program = assemble(".config tiny\n.stream sync\n    nop\n")  # no HALT
    with open_device("verilator", EVERY_OPTION) as device:
        model = device.load(program)
        for _ in range(3):
            with pytest.raises(TrapError, match="OUT_OF_RANGE"):
                model.run(trace="memory")
        size = model_module._RING_EVENTS * 8
        free = device._arena.take(size, "all three")
        assert free < 2 * size


def test_golden_has_no_trace():
    program = assemble(LOOP.format(count=3))
    with open_device("golden", "tiny") as device:
        model = device.load(program)
        with pytest.raises(TinyneuronError, match="golden has no clock"):
            model.run(trace="memory")
        assert model.run().trace == []
