"""Semaphores keep every dependency with few waits, and the checks see when they do not."""

import dataclasses

import pytest

from tinyneuron import nki
from tinyneuron.kernels import matmul
from tinyneuron.lower.allocate import allocate
from tinyneuron.lower.assign import choose_engines, choose_queues, queue_plan
from tinyneuron.lower.dependencies import find_dependencies
from tinyneuron.lower.semaphores import insert_semaphores
from tinyneuron.lower.verify import VerifyError, verify_assigned, verify_module, verify_schedule
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.kernel import trace
from tinyneuron_hw.config import PRESETS
from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import Opcode, Stream, UpdateMode, WaitMode


@pytest.fixture
def lowered():
    specs = {"lhsT": nki.TensorArg((20, 40), "bf16"), "rhs": nki.TensorArg((20, 70), "bf16")}
    module = trace(matmul.matmul, "tiny", specs)
    choose_engines(module)
    choose_queues(module)
    dependencies = find_dependencies(module.instructions, allocate(module))
    return module, dependencies, insert_semaphores(module, dependencies)


def test_schedule_is_sound(lowered):
    verify_schedule(*lowered)


def test_a_missing_wait_is_seen(lowered):
    """Every single wait is needed: without it a dependency breaks."""
    module, dependencies, schedule = lowered
    waiting = [entry for entries in schedule.streams.values() for entry in entries
               if entry.wait is not None and entry.instr is not None]  # fmt: skip
    assert len(waiting) > 20
    for entry in waiting[::7]:
        wait, entry.wait = entry.wait, None
        with pytest.raises(VerifyError, match="may start before"):
            verify_schedule(module, dependencies, schedule)
        entry.wait = wait
    verify_schedule(module, dependencies, schedule)


def test_a_wait_that_never_ends_is_seen(lowered):
    module, dependencies, schedule = lowered
    entry = next(e for e in schedule.streams[Stream.TENSOR] if e.wait is not None)
    entry.wait = dataclasses.replace(entry.wait, value=1 << 20)
    with pytest.raises(VerifyError, match="never ends"):
        verify_schedule(module, dependencies, schedule)


def test_semaphores_that_stay_set_are_seen(lowered):
    module, dependencies, schedule = lowered
    for entry in schedule.streams[Stream.SYNC]:
        if entry.update is not None and entry.update[0] is UpdateMode.SET:
            entry.update = None
            break
    with pytest.raises(VerifyError, match="semaphores end at"):
        verify_schedule(module, dependencies, schedule)


def test_waits_that_others_imply_are_dropped():
    """A chain through the Vector engine: the second copy needs no wait for the load."""

    def kernel(x):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        tile, result = nl.ndarray((4, 4), nl.float32), nl.ndarray((4, 4), nl.float32)
        nisa.dma_copy(tile, x)
        nisa.tensor_scalar(result, tile, nl.add, 1.0)
        nisa.tensor_tensor(result, result, tile, nl.add)
        nisa.activation(result, nl.relu, result)
        nisa.dma_copy(out, result)
        return out

    program = nki.compile(kernel, "tiny", {"x": nki.TensorArg((4, 4), "fp32")})
    waits = {
        stream: [decode(raw)["header.wait.mode"] is not WaitMode.NONE for raw in code]
        for stream, code in program.streams.items()
    }
    assert waits[Stream.VECTOR] == [True, False, False, False]
    assert waits[Stream.SCALAR] == [True, False, False]
    assert waits[Stream.GPSIMD] == [True, False, False]


def test_every_stream_ends_with_halt_and_sync_clears(lowered):
    program = matmul.build("tiny", 9, 9, 9)
    for code in program.streams.values():
        assert decode(code[-1]).opcode is Opcode.HALT
    cleared = {
        fields["header.update.semaphore"]
        for fields in map(decode, program.streams[Stream.SYNC])
        if fields["header.update.mode"] is UpdateMode.SET
    }
    used = {
        fields["header.update.semaphore"]
        for code in program.streams.values()
        for fields in map(decode, code)
        if fields["header.update.mode"] is UpdateMode.ADD
    }
    assert used == cleared


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("engines", [1, 2, 4, 16])
@pytest.mark.parametrize("rare_stores", [False, True])
def test_no_queue_has_two_issuers(name, engines, rare_stores):
    plan = queue_plan(PRESETS[name].with_changes(dma_engines=engines), rare_stores)
    owners = {}
    for stream, queues in plan.values():
        assert queues
        for queue in queues:
            assert 0 <= queue < engines
            assert owners.setdefault(queue, stream) is stream


def test_checks_see_a_wrong_stream_and_a_foreign_tile(lowered):
    module, _, _ = lowered
    verify_module(module)
    module.instructions[0].queue = 7
    with pytest.raises(VerifyError, match="queue 7"):
        verify_assigned(module)
    module.tiles.pop(0)
    with pytest.raises(VerifyError, match="foreign tensor"):
        verify_module(module)


def test_copies_are_spread_over_two_engines():
    def kernel(x):
        out = nl.ndarray((4, 4), nl.bfloat16, buffer=nl.shared_hbm)
        tile, low = nl.ndarray((4, 4), nl.float32), nl.ndarray((4, 4), nl.bfloat16)
        nisa.dma_copy(tile, x)
        for _ in range(6):
            nisa.tensor_copy(low, tile)
        nisa.dma_copy(out, low)
        return out

    program = nki.compile(kernel, "tiny", {"x": nki.TensorArg((4, 4), "fp32")})
    codes = {stream: [raw[0] for raw in code] for stream, code in program.streams.items()}
    assert codes[Stream.VECTOR].count(Opcode.TENSOR_COPY.value) == 3
    assert codes[Stream.SCALAR].count(Opcode.ACTIVATE.value) == 3


def test_small_loads_do_not_stand_behind_a_larger_one():
    def kernel(x, y):
        out = nl.ndarray((16, 512), nl.bfloat16, buffer=nl.shared_hbm)
        tile = nl.ndarray((16, 512), nl.bfloat16)
        nisa.dma_copy(tile, x)
        for _ in range(4):
            small = nl.ndarray((16, 16), nl.bfloat16)
            nisa.dma_copy(small, y)
            nisa.tensor_tensor(tile[:, :16], tile[:, :16], small, nl.add)
        nisa.dma_copy(out, tile)
        return out

    specs = {"x": nki.TensorArg((16, 512), "bf16"), "y": nki.TensorArg((16, 16), "bf16")}
    program = nki.compile(kernel, "default", specs)
    loads = [fields for fields in map(decode, program.streams[Stream.SYNC])
             if fields.opcode is Opcode.DMA_LOAD]  # fmt: skip
    assert [fields["queue"] for fields in loads] == [0, 1, 1, 1, 1]


def test_large_loads_follow_each_other_in_one_queue():
    def kernel(x, y):
        out = nl.ndarray((16, 4096), nl.bfloat16, buffer=nl.shared_hbm)
        for _ in range(4):
            small, large = nl.ndarray((16, 64), nl.bfloat16), nl.ndarray((16, 4096), nl.bfloat16)
            nisa.dma_copy(large, x)
            nisa.dma_copy(small, y)
            nisa.tensor_tensor(large[:, :64], large[:, :64], small, nl.add)
            nisa.dma_copy(out, large)
        return out

    specs = {"x": nki.TensorArg((16, 4096), "bf16"), "y": nki.TensorArg((16, 64), "bf16")}
    program = nki.compile(kernel, "default", specs)
    loads = [fields for fields in map(decode, program.streams[Stream.SYNC])
             if fields.opcode is Opcode.DMA_LOAD]  # fmt: skip
    assert [fields["queue"] for fields in loads] == [0, 1, 0, 1, 0, 1, 0, 1]
