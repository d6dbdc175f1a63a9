"""Why nothing moves any more, in words."""

from __future__ import annotations

from tinyneuron.program.assembler import assemble
from tinyneuron.runtime.deadlock import explain, places, waiting
from tinyneuron_hw.config import NUM_SEMAPHORES
from tinyneuron_hw.isa.opcodes import Stream

_COPY = "tensor_copy in0=sbuf.fp32[0+4, 0x0, 1x4] dst=sbuf.fp32[0+4, 0x40, 1x4] "
_ROUND = "round_mode=nearest_even "


def program(**streams: str):
    text = ".config tiny\n"
    for name, code in streams.items():
        text += f".stream {name}\n{code}\n"
    return assemble(text)


def values(**semaphores: int) -> list[int]:
    return [semaphores.get(f"s{i}", 0) for i in range(NUM_SEMAPHORES)]


def test_two_streams_that_wait_for_each_other() -> None:
    code = program(
        vector=f"nop\n{_COPY}{_ROUND}wait(s3 >= 4) update(s1 += 1)\nhalt",
        tensor="nop wait(s1 >= 1)\nnop update(s3 += 1)\nhalt",
    )
    at = {Stream.VECTOR: 1, Stream.TENSOR: 0}
    text = explain(code, waiting(code, at, values(s3=2)))
    assert text == (
        "each waits for the next: vector -> tensor -> vector; "
        "vector at 1 (tensor_copy) waits for s3 >= 4 (it is 2), which tensor at 1 would signal; "
        "tensor at 0 (nop) waits for s1 >= 1 (it is 0), which vector at 1 would signal"
    )


def test_what_nobody_signals_any_more() -> None:
    """The instruction that did has run, and no loop comes back to it."""
    code = program(
        vector="nop wait(s3 >= 2)\nhalt",
        sync="nop update(s3 += 1)\nnop wait(s5 == 7)\nnop update(s5 -= 1)\nhalt",
    )
    first, second = stuck = waiting(code, {Stream.VECTOR: 0, Stream.SYNC: 1}, values(s3=1))
    assert (first.condition, first.signals) == ("s3 >= 2 (it is 1)", {})
    assert second.signals == {Stream.SYNC: [2]}
    text = explain(code, stuck)
    assert "vector at 0 (nop) waits for s3 >= 2 (it is 1), which nobody signals" in text
    assert text.startswith("each waits for the next: sync -> sync")


def test_loops_and_branches_lead_back() -> None:
    body = "nop update(s2 += 1)\nnop wait(s4 >= 1)\n"
    looped = f"loop counter=0 counter_enable=0 count=3 start=0 step=0 body=2\n{body}halt"
    branched = f"again:\n{body}branch condition=always a=0 b=0 target=@again"
    for code, at in ((looped, 2), (branched, 1)):
        both = program(scalar=code, vector="nop wait(s2 >= 9)\nhalt")
        (_, vector) = waiting(both, {Stream.SCALAR: at, Stream.VECTOR: 0}, values())
        assert vector.signals == {Stream.SCALAR: [at - 1]}, code


def test_places_of_a_program_that_may_go_on() -> None:
    code = program(vector="nop wait(s3 >= 4)\nhalt", sync="nop\nhalt")
    found = waiting(code, {Stream.VECTOR: 0, Stream.SYNC: 1}, values(s3=9))
    text = places(code, found)
    assert text == "vector at 0 (nop) with wait for s3 >= 4 (it is 9); sync at 1 (halt)"
    assert places(code, []) == "every stream has ended, a transfer has not"


def test_a_stream_that_waits_for_no_semaphore() -> None:
    code = program(sync="nop\nhalt")
    for at, what in ((1, "halt"), (9, "no instruction")):
        text = explain(code, waiting(code, {Stream.SYNC: at}, values()))
        assert text == f"sync at {at} ({what}) waits for its engine"


def test_a_barrier_that_not_all_come_to() -> None:
    code = program(
        vector="barrier streams=19\nhalt",
        tensor="nop wait(s1 >= 1)\nbarrier streams=19\nhalt",
        sync="nop\nhalt",
    )
    at = {Stream.VECTOR: 0, Stream.TENSOR: 0}
    first, second = stuck = waiting(code, at, values())
    assert first.condition == "a barrier with tensor and sync (sync ended without it)"
    assert first.signals == {Stream.TENSOR: [1]}
    assert second.condition == "s1 >= 1 (it is 0)"
    text = explain(code, stuck)
    assert (
        "vector at 0 (barrier) waits for a barrier with tensor and sync (sync ended without it), "
        "which tensor at 1 would come to"
    ) in text


def test_barriers_of_different_streams_do_not_meet() -> None:
    code = program(vector="barrier streams=3\nhalt", tensor="barrier streams=7 wait(s2 == 0)\nhalt",
                   scalar="halt")  # fmt: skip
    stuck = waiting(code, {Stream.VECTOR: 0, Stream.TENSOR: 0}, values())
    assert [item.condition for item in stuck] == [
        "a barrier with tensor",
        "a barrier with vector and scalar (scalar ended without it)",
    ]
    assert "which nobody comes to" in explain(code, stuck)
    named = program(sync="barrier streams=r5\nhalt")
    (only,) = waiting(named, {Stream.SYNC: 0}, values())
    assert only.condition == "a barrier with the streams in r5"
