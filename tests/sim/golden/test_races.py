"""Races found and orders respected."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import (
    ActivationFunction,
    Opcode,
    Space,
    Stream,
    UpdateMode,
    WaitMode,
)
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.schedules import run_schedules

from .programs import (
    FP32,
    HALT,
    TINY,
    device,
    header,
    memset,
    nop,
    on_chip,
    run,
    update,
    wait,
)

Streams = dict[Stream, list[bytes]]
OUTPUT = (0x3000, 64)
TAKE = WaitMode.GREATER_EQUAL_SUBTRACT


def _at(offset: int, words: int = 4) -> dict:
    return on_chip(0, 4, offset, [(1, words)])


def _copy(source: int, target: int, words: int = 4, **head: dict) -> bytes:
    return encode(Opcode.TENSOR_COPY, in0=_at(source, words), dst=_at(target, words),
                  header=header(**head))  # fmt: skip


def _relu(source: int, target: int, **head: dict) -> bytes:
    return encode(Opcode.ACTIVATE, in0=_at(source), dst=_at(target), scale={"value": 0x3F80_0000},
                  function=ActivationFunction.RELU, header=header(**head))  # fmt: skip


def _load(address: int, target: int, queue: int = 0, **head: dict) -> bytes:
    return encode(Opcode.DMA_LOAD, src=device(address, [(4, 16)]), dst=_at(target), queue=queue,
                  header=header(**head))  # fmt: skip


def _store(source: int, address: int, queue: int = 0, **head: dict) -> bytes:
    return encode(Opcode.DMA_STORE, src=_at(source), dst=device(address, [(4, 16)]), queue=queue,
                  header=header(**head))  # fmt: skip


def _race(streams: Streams, *, always: bool = True) -> str:
    """The report; with ``always``, every schedule finds the race."""
    messages = []
    for seed in range(8):
        try:
            run(streams, GoldenBackend(TINY, schedule_seed=seed))
        except GoldenError as error:
            messages.append(str(error))
    assert len(messages) == 8 if always else messages
    known = ("no semaphore orders them", "never written", "deadlock")
    assert all(any(words in message for words in known) for message in messages)
    return next(message for message in messages if "race on" in message)


def _no_race(streams: Streams) -> None:
    run_schedules(TINY, streams, [OUTPUT], seeds=range(8))


def test_write_after_write():
    streams = {Stream.VECTOR: [memset(_at(0)), HALT], Stream.SYNC: [_load(0, 8), HALT]}
    message = _race(streams)
    assert "SBUF partition 0 offset 0x8" in message
    assert "VECTOR pc 0 `MEMSET dst=SBUF[0:4, 0x0] 1x1x1x4 fp32`" in message
    assert "SYNC pc 0 (DMA queue 0) `DMA_LOAD" in message


def test_write_after_read():
    streams = {
        Stream.VECTOR: [memset(_at(0), then=update(0)), memset(_at(0), 1), HALT],
        Stream.SCALAR: [_relu(0, 64, wait_for=wait(0, 1)), HALT],
    }
    message = _race(streams)
    assert "VECTOR pc 1 `MEMSET" in message
    assert "SCALAR pc 0 `ACTIVATE" in message


def test_disjoint_bytes_do_not_race():
    _no_race({
        Stream.VECTOR: [memset(_at(0)), HALT],
        Stream.SYNC: [_load(0, 16), _load(64, 32, 1), _load(128, 48), HALT],
    })  # fmt: skip


def test_interleaved_bytes_do_not_race_and_shared_ones_do():
    def fill(offset: int, dims: list) -> bytes:
        return encode(Opcode.MEMSET, dst=on_chip(0, 4, offset, dims, DType.UINT8))

    def load(offset: int) -> bytes:
        return encode(Opcode.DMA_LOAD, src=device(0, [(1, 32)], DType.UINT8),
                      dst=on_chip(0, 4, offset, [(2, 8)], DType.UINT8))  # fmt: skip

    _no_race({Stream.VECTOR: [fill(0, [(2, 8)]), HALT], Stream.SYNC: [load(1), HALT]})
    assert "offset 0x2" in _race({Stream.VECTOR: [fill(0, [(2, 8)]), HALT],
                                  Stream.SYNC: [load(2), HALT]})  # fmt: skip


def test_reads_of_the_same_bytes_do_not_race():
    _no_race({
        Stream.VECTOR: [memset(_at(0)), nop(then=update(0)), _copy(0, 64), HALT],
        Stream.SCALAR: [nop(wait(0, 1)), _relu(0, 128), HALT],
        Stream.SYNC: [nop(wait(0, 1)), _store(0, 0x3000), HALT],
    })  # fmt: skip


def test_a_semaphore_orders_two_engines():
    _no_race({
        Stream.VECTOR: [memset(_at(0), then=update(0)), HALT],
        Stream.SCALAR: [_relu(0, 64, wait_for=wait(0, 1), then=update(1)), HALT],
        Stream.SYNC: [_store(64, 0x3000, wait_for=wait(1, 1)), HALT],
    })  # fmt: skip


def test_order_passes_through_a_third_stream():
    _no_race({
        Stream.VECTOR: [memset(_at(0), then=update(0)), HALT],
        Stream.GPSIMD: [nop(wait(0, 1)), nop(then=update(1)), HALT],
        Stream.SCALAR: [_relu(0, 0, wait_for=wait(1, 1)), HALT],
    })  # fmt: skip


def test_a_transfer_is_ordered_after_its_issue_but_not_before_the_next_instruction():
    _no_race({Stream.VECTOR: [memset(_at(0)), _store(0, 0x3000), HALT]})
    message = _race({Stream.VECTOR: [_load(0, 0), memset(_at(0)), HALT]})
    assert "VECTOR pc 0 (DMA queue 0)" in message
    _no_race({Stream.VECTOR: [_load(0, 0, then=update(0)), nop(wait(0, 1)), memset(_at(0)), HALT]})


def test_transfers_of_two_queues_race_and_those_of_one_do_not():
    _race({Stream.SYNC: [_load(0, 0), _store(0, 0x3000, queue=1), HALT]})
    _no_race({Stream.SYNC: [_load(0, 0), _store(0, 0x3000), HALT]})


def test_transfers_of_one_queue_issued_by_two_unordered_streams_race():
    memory = {Stream.SYNC: [_load(0, 0), HALT], Stream.GPSIMD: [_load(64, 0), HALT]}
    assert "DMA queue 0" in _race(memory)


def test_transfers_of_one_queue_issued_in_a_known_order_do_not_race():
    _no_race({
        Stream.SYNC: [_load(0, 0), nop(then=update(0)), HALT],
        Stream.GPSIMD: [_store(0, 0x3000, wait_for=wait(0, 1)), HALT],
    })  # fmt: skip


def test_device_memory_races():
    streams = {
        Stream.VECTOR: [memset(_at(0)), _store(0, 0x2000), HALT],
        Stream.SYNC: [_load(0x2020, 256, 1), HALT],
    }
    assert "device memory address 0x2020" in _race(streams)


def test_psum_races():
    psum = on_chip(0, 4, 0, [(1, 4)], FP32, Space.PSUM)
    out = encode(Opcode.ACTIVATE, in0=psum, dst=_at(64), header=header(wait(0, 1)))
    streams = {
        Stream.VECTOR: [memset(psum, then=update(0)), memset(psum, 1), HALT],
        Stream.SCALAR: [out, HALT],
    }
    assert "PSUM partition 0 offset 0x0" in _race(streams)


def test_a_wait_relies_only_on_the_updates_it_needs():
    # The wait needs one of two tokens, so the second transfer is not ordered before the copy,
    # even in schedules where both transfers were done long before.
    stream = [_load(0, 0, then=update(0)), _load(64, 16, then=update(0)),
              nop(wait(0, 1)), _copy(16, 64), HALT]  # fmt: skip
    messages = set()
    for seed in range(8):
        with pytest.raises(GoldenError) as caught:
            run({Stream.VECTOR: stream}, GoldenBackend(TINY, schedule_seed=seed))
        messages.add("race" if "race on" in str(caught.value) else "unwritten")
    assert "race" in messages
    stream[2] = nop(wait(0, 2))
    _no_race({Stream.VECTOR: stream})


def test_tokens_taken_and_given_back_order_a_ring_of_buffers():
    loop = encode(Opcode.LOOP, count=20, body=2)
    produce = [
        encode(Opcode.LOOP, count=20, body=1),
        memset(_at(0), wait_for=wait(1, 1, TAKE), then=update(0)), HALT,
    ]  # fmt: skip
    consume = [loop, _relu(0, 64, wait_for=wait(0, 1, TAKE)), nop(then=update(1)), HALT]
    start = [nop(then=update(1)), HALT]
    _no_race({Stream.VECTOR: produce, Stream.SCALAR: consume, Stream.SYNC: start})
    too_many = [nop(then=update(1, 2)), HALT]
    _race({Stream.VECTOR: produce, Stream.SCALAR: consume, Stream.SYNC: too_many}, always=False)


def test_set_and_equal_order_too():
    _no_race({
        Stream.VECTOR: [memset(_at(0), then=update(0, 5, UpdateMode.SET)), HALT],
        Stream.SCALAR: [_relu(0, 0, wait_for=wait(0, 5, WaitMode.EQUAL)), HALT],
    })  # fmt: skip


EQUAL, SET, MINUS = WaitMode.EQUAL, UpdateMode.SET, UpdateMode.SUBTRACT


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (nop(then=update(0, 5, SET)), nop(then=update(0, 6, SET)), ("sets", "sets")),
        (nop(then=update(0)), nop(then=update(0, 6, SET)), ("adds to", "sets")),
        (nop(then=update(0, 1, MINUS)), nop(then=update(0, 6, SET)), ("subtracts from", "sets")),
        (nop(wait(0, 1)), nop(then=update(0, 6, SET)), ("waits for", "sets")),
        (nop(wait(0, 1)), nop(then=update(0, 1, MINUS)), ("waits for", "subtracts from")),
        (nop(wait(0, 1)), nop(wait(0, 1, TAKE)), ("waits for", "takes from")),
        (nop(wait(0, 4, EQUAL)), nop(then=update(0)), ("waits for equality of", "adds to")),
    ],
)
def test_operations_on_a_semaphore_whose_order_matters_race(one, other, words):
    """Whoever comes first: the semaphore has 4 at the start, so that no wait blocks."""
    start = [nop(then=update(0, 4)), nop(then=update(1, 2)), HALT]
    streams = {
        Stream.SYNC: start,
        Stream.VECTOR: [nop(wait(1, 1)), one, HALT],
        Stream.SCALAR: [nop(wait(1, 2)), other, HALT],
    }
    message = _race(streams, always=False)
    assert "race on semaphore 0: " in message
    assert all(word in message for word in words)
    assert "VECTOR pc 1 `NOP " in message
    assert "SCALAR pc 1 `NOP " in message


def test_operations_on_a_semaphore_whose_order_does_not_matter():
    _no_race({
        Stream.SYNC: [nop(then=update(0)), nop(wait(0, 2)), nop(wait(0, 0)), HALT],
        Stream.VECTOR: [nop(then=update(0)), nop(wait(0, 1)), HALT],
        Stream.SCALAR: [nop(then=update(1, 3)), HALT],
        Stream.TENSOR: [nop(wait(1, 1, TAKE)), HALT],
        Stream.GPSIMD: [nop(wait(1, 2, TAKE)), nop(wait(2, 0)), nop(then=update(2, 1, SET)), HALT],
    })  # fmt: skip


def test_a_semaphore_cleared_before_its_last_transfer_counts_is_a_race():
    stream = [_load(0, 0, then=update(0)), _load(64, 16, 1, then=update(0)), nop(wait(0, 1)),
              nop(then=update(0, 0, SET)), HALT]  # fmt: skip
    message = _race({Stream.SYNC: stream}, always=False)
    assert "race on semaphore 0" in message
    assert "update(s0 = 0)" in message
    stream[2] = nop(wait(0, 2))
    _no_race({Stream.SYNC: stream})


def test_programs_do_not_race_with_earlier_ones():
    backend = GoldenBackend(TINY)
    assert run({Stream.VECTOR: [memset(_at(0)), HALT]}, backend).event == "done"
    assert run({Stream.SCALAR: [_relu(0, 0), HALT]}, backend).event == "done"


def test_checks_can_be_turned_off():
    streams = {Stream.VECTOR: [memset(_at(0)), HALT], Stream.SYNC: [_load(0, 8), HALT]}
    assert run(streams, GoldenBackend(TINY, check_races=False)).event == "done"


def test_schedules_that_end_differently_are_reported(monkeypatch):
    monkeypatch.setattr("tinyneuron_sim.golden.core.RaceDetector", lambda config: None)
    streams = {
        Stream.VECTOR: [memset(_at(0), 1), _store(0, 0x3000), HALT],
        Stream.SYNC: [encode(Opcode.DMA_COPY, src=device(0, [(4, 16)]),
                             dst=device(0x3000, [(4, 16)]), queue=1), HALT],
    }  # fmt: skip
    with pytest.raises(GoldenError, match=r"schedules 0 and \d+ differ at device address 0x3000"):
        run_schedules(TINY, streams, [OUTPUT], seeds=range(20))


def test_a_schedules_error_names_its_seed():
    streams = {Stream.VECTOR: [memset(_at(0)), HALT], Stream.SYNC: [_load(0, 8), HALT]}
    with pytest.raises(GoldenError, match="schedule 3: race on"):
        run_schedules(TINY, streams, [OUTPUT], seeds=[3])
    with pytest.raises(ValueError, match="at least one seed"):
        run_schedules(TINY, streams, [OUTPUT], seeds=[])


def test_schedules_agree_on_a_pipeline():
    """Three engines and two queues over eight tiles in two buffers each."""
    values = np.random.default_rng(1).standard_normal((8, 4, 4)).astype(np.float32)
    sync, vector, scalar = [], [], []
    for tile in range(8):
        buffer = 16 * (tile % 2)
        sync.append(_load(64 * tile, buffer, tile % 2, wait_for=wait(1, max(0, tile - 1)),
                          then=update(4 + tile % 2)))  # fmt: skip
        vector.append(nop(wait(4 + tile % 2, tile // 2 + 1)))
        vector.append(_copy(buffer, 256 + buffer, wait_for=wait(2, max(0, tile - 1)),
                            then=update(1)))  # fmt: skip
        scalar.append(nop(wait(1, tile + 1)))
        scalar.append(nop(wait(6 + tile % 2, tile // 2)))
        scalar.append(_relu(256 + buffer, 512 + buffer, then=update(2)))
        scalar.append(_store(512 + buffer, 0x3000 + 64 * tile, tile % 2,
                             then=update(6 + tile % 2)))  # fmt: skip
    streams = {Stream.SYNC: [*sync, HALT], Stream.VECTOR: [*vector, HALT],
               Stream.SCALAR: [*scalar, HALT]}  # fmt: skip

    def prepare(backend: GoldenBackend) -> None:
        backend.memory_write(0, values.tobytes())

    (out,) = run_schedules(TINY, streams, [(0x3000, 512)], prepare=prepare)
    np.testing.assert_array_equal(
        np.frombuffer(out, np.float32).reshape(8, 4, 4), np.maximum(values, 0)
    )
