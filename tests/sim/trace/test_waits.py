"""What streams waited for, from the trace of hand-made runs."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream, UpdateMode, WaitMode
from tinyneuron_sim.backend import DMA_SOURCE
from tinyneuron_sim.trace import Span, Wait, executions, waits

TINY = get_config("tiny")
HALT = encode(Opcode.HALT, {})
LOAD = Opcode.LOAD_STATIONARY
TYPES = {LOAD: {"src.dtype": DType.BF16},
         Opcode.DMA_LOAD: {"src.dtype": DType.BF16, "dst.dtype": DType.BF16}}  # fmt: skip


def wait(semaphore: int, value: int, mode: WaitMode = WaitMode.GREATER_EQUAL) -> dict:
    return {"header.wait.mode": mode, "header.wait.semaphore": semaphore,
            "header.wait.value": value}  # fmt: skip


def update(semaphore: int, value: int = 1) -> dict:
    return {"header.update.mode": UpdateMode.ADD, "header.update.semaphore": semaphore,
            "header.update.value": value}  # fmt: skip


class Run:
    """Code and spans of a run, instruction by instruction."""

    def __init__(self) -> None:
        self.code: dict[Stream, list[bytes]] = {}
        self.spans: list[Span] = []

    def add(self, stream: Stream, opcode: Opcode, fields: dict, start: int, end: int) -> None:
        """The next instruction of a stream."""
        code = self.code.setdefault(stream, [])
        self.spans.append(Span(stream.value, stream, len(code), start, end, True))
        code.append(encode(opcode, TYPES.get(opcode, {}) | fields))

    def transfer(self, stream: Stream, fields: dict, taken: int, start: int, end: int) -> None:
        """The next instruction of a stream, a load, and its transfer."""
        self.add(stream, Opcode.DMA_LOAD, fields, taken, taken)
        pc = len(self.code[stream]) - 1
        queue = DMA_SOURCE + fields.get("queue", 0)
        self.spans.append(Span(queue, stream, pc, start, end, True))

    def waits(self, cause: str) -> list[Wait]:
        spans = sorted(self.spans, key=lambda item: item.start)
        found = waits(TINY, executions(TINY, self.code, spans))
        return [item for item in found if item.cause == cause]


def where(found: Wait) -> tuple[Stream, int, int, int]:
    return found.waiter.stream, found.waiter.pc, found.start, found.end


def test_a_wait_ends_with_the_update_that_reaches_it():
    run = Run()
    run.transfer(Stream.SYNC, update(3), 10, 12, 50)
    run.transfer(Stream.SYNC, update(3), 11, 51, 80)
    run.add(Stream.TENSOR, LOAD, wait(3, 2), 84, 90)
    (found,) = run.waits("semaphore")
    assert where(found) == (Stream.TENSOR, 0, 10, 80)
    assert found.condition == "s3 >= 2"
    assert found.releaser is not None
    assert (found.releaser.stream, found.releaser.pc) == (Stream.SYNC, 1)


def test_a_condition_that_holds_is_no_wait():
    run = Run()
    run.add(Stream.VECTOR, Opcode.NOP, update(0), 5, 6)
    run.add(Stream.TENSOR, Opcode.NOP, {}, 30, 31)
    run.add(Stream.TENSOR, LOAD, wait(0, 1), 34, 40)
    assert run.waits("semaphore") == []


def test_subtracting_waits_take_what_they_waited_for():
    run = Run()
    take = wait(1, 1, WaitMode.GREATER_EQUAL_SUBTRACT)
    for start, end in ((0, 20), (21, 60)):
        run.add(Stream.VECTOR, Opcode.NOP, update(1), start, end)
    for start in (23, 63):
        run.add(Stream.TENSOR, LOAD, take, start, start + 2)
    first, second = run.waits("semaphore")
    assert (first.end, second.end) == (20, 60)


def test_a_serial_instruction_waits_for_those_before_it():
    run = Run()
    run.add(Stream.TENSOR, LOAD, {}, 10, 50)
    run.add(Stream.TENSOR, Opcode.HALT, {}, 51, 51)
    (found,) = run.waits("order")
    assert where(found) == (Stream.TENSOR, 1, 11, 50)


def test_a_full_queue_of_an_engine():
    """Five loads wait behind the first; the sixth leaves when the second starts."""
    run = Run()
    starts = [0, 100, 200, 300, 400, 500]
    assert TINY.queue_depth == 4
    for start in starts:
        run.add(Stream.TENSOR, LOAD, {}, start, start + 100)
    found = run.waits("queue")
    assert where(found[-1])[1:] == (5, found[-1].start, 100)
    assert found[-1].start < 100


def test_a_full_queue_of_dma():
    run = Run()
    for number in range(4):
        run.transfer(Stream.SYNC, {}, number, 100 * number + 1, 100 * number + 100)
    run.transfer(Stream.SYNC, {}, 100, 401, 500)
    (found,) = run.waits("queue")
    assert where(found) == (Stream.SYNC, 4, 4, 100)


def test_nothing_starts_before_the_first_instruction_came():
    run = Run()
    run.add(Stream.TENSOR, LOAD, {}, 120, 130)
    (found,) = run.waits("fetch")
    assert where(found) == (Stream.TENSOR, 0, 0, 120)


@pytest.mark.parametrize("missing", [0, 1])
def test_lost_events_stop_nothing(missing):
    run = Run()
    run.add(Stream.VECTOR, Opcode.NOP, update(0), 20, 25)
    run.add(Stream.TENSOR, LOAD, wait(0, 1), 30, 40)
    run.add(Stream.TENSOR, Opcode.HALT, {}, 41, 41)
    del run.spans[missing]
    assert all(item.end <= 41 for item in run.waits("semaphore"))
