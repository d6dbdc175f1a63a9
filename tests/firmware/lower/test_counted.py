"""What registers hold in loops is counted up: the same instructions run, from fewer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from tinyneuron.lower.coded import Coded
from tinyneuron.lower.counted import count_up
from tinyneuron.lower.pace import sequencer_cycles
from tinyneuron.lower.unroll import verify_counted
from tinyneuron.lower.verify import VerifyError
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp, UpdateMode


def register(op: RegisterOp, dst: int, a: int, b: int, *named: str) -> Coded:
    flags = {f"{name}_by_register": 1 for name in named}
    return Coded(Opcode.REGISTER, {"op": op, "dst": dst, "a": a, "b": b, **flags})


def add(dst: int, a: int, b: int, *named: str) -> Coded:
    return register(RegisterOp.ADD, dst, a, b, *named)


def times(dst: int, a: int, factor: int) -> Coded:
    return register(RegisterOp.MULTIPLY, dst, a, factor, "a")


def loop(counter: int, count: int, *body: Coded, start: int = 0, step: int = 1) -> list[Coded]:
    head = {"count": count, "counter": counter, "counter_enable": 1, "start": start, "step": step,
            "body": len(body)}  # fmt: skip
    return [Coded(Opcode.LOOP, head), *body]


def reads(offset: int) -> Coded:
    """An instruction whose operand begins where a register says."""
    return Coded(Opcode.LOAD_STATIONARY, {"src.offset": offset, "src.offset_by_register": 1})


def moves(number: int, scale: int) -> Coded:
    fields: dict[str, Any] = {"src.address": 64, "src.address_uses_register": 1,
                              "src.register": number, "src.scale": scale}  # fmt: skip
    return Coded(Opcode.DMA_LOAD, fields)


def branch(a: int, b: int) -> Coded:
    return Coded(Opcode.BRANCH, {"condition": Condition.EQUAL, "a": a, "b": b, "target": 0})


def registers_in(code: Sequence[Coded]) -> int:
    return sum(instr.opcode is Opcode.REGISTER for instr in code)


def counted(code: list[Coded]) -> list[Coded]:
    """The loops, which run what they ran before."""
    found = count_up(code)
    verify_counted(found, code)
    return found


PRODUCTS = loop(
    0, 4,
    *loop(
        1, 8,
        times(2, 0, 32), times(3, 1, 128), add(2, 2, 3, "a", "b"), add(2, 2, 2048, "a"), reads(2),
        reads(3), times(2, 0, 2048), times(4, 1, 256), add(2, 2, 4, "a", "b"), reads(2),
    ),
)  # fmt: skip
"""Three operands of two loops, each moved by both or by one."""


def test_a_product_has_one_sum_in_its_loop_and_one_that_goes_on():
    code = counted(PRODUCTS)
    assert len(code) == 8
    assert sequencer_cycles(code) < 0.6 * sequencer_cycles(PRODUCTS)
    # What goes on through both loops is set once, before them.
    assert [instr.opcode for instr in code[:3]] == [Opcode.REGISTER, Opcode.LOOP, Opcode.LOOP]


def test_what_does_not_move_in_a_loop_leaves_it():
    code = counted(loop(0, 5, *loop(1, 3, times(2, 0, 64), reads(2), times(3, 1, 8), reads(3))))
    assert registers_in(code) == 0


def test_addresses_keep_their_scale_and_constants_lose_their_registers():
    code = counted(loop(0, 6, times(1, 0, 3), moves(1, -40), add(2, 7, 1), reads(2), moves(2, 5)))
    assert registers_in(code) == 0
    fixed = [instr.fields for instr in code if instr.fields.get("src.address") == 64 + 8 * 5]
    assert len(fixed) == 1
    assert "src.register" not in fixed[0]


def test_registers_from_before_are_read_where_they_were():
    code = counted([add(9, 100, 0), *loop(0, 4, times(1, 0, 8), add(1, 1, 9, "a", "b"), reads(1))])
    assert len(code) < 5


def test_a_flag_of_the_last_pass_follows_the_counter():
    flag = register(RegisterOp.EQUAL, 31, 0, 7, "a")
    update = {"header.update.mode": UpdateMode.ADD, "header.update.semaphore": 3,
              "header.update.value": 31, "header.update.value_by_register": 1}  # fmt: skip
    last = Coded(Opcode.MULTIPLY_MOVING, update)
    code = counted(loop(0, 8, flag, times(1, 0, 16), reads(1), last))
    assert registers_in(code) == 1


@pytest.mark.parametrize(
    ("why", "code"),
    {
        "a register is read behind the loop": [*loop(0, 4, times(1, 0, 8), reads(1)), reads(1)],
        "a register comes from the pass before": loop(0, 4, add(1, 1, 3, "a"), times(2, 0, 8),
                                                      reads(2), reads(1)),
        "a branch may be taken": [*loop(0, 4, times(1, 0, 8), reads(1)), branch(3, 3)],
        "it runs as often as a register says": [
            Coded(Opcode.LOOP, {"count": 5, "count_by_register": 1, "body": 2, "counter": 0,
                                "counter_enable": 1, "start": 0, "step": 1}),
            times(1, 0, 8), reads(1)],
        "the check would take long": loop(0, 60_000, times(1, 0, 8), reads(1)),
        "it counts already": loop(0, 4, reads(0), step=8),
    }.items(),
)  # fmt: skip
def test_it_stays_as_it_is_where(why: str, code: list[Coded]):
    assert count_up(code) == code, why


def test_a_wait_on_a_branch_is_in_nobodys_way():
    assert len(counted([branch(0, 1), *loop(0, 4, times(1, 0, 8), branch(0, 1), reads(1))])) == 4


def test_with_too_few_registers_it_stays_as_it_is():
    others = [add(number, 1, 1) for number in range(3, 32)] + [reads(n) for n in range(3, 32)]
    code = [*loop(0, 4, times(1, 0, 8), reads(1), times(2, 0, 8), reads(2)), *others]
    assert len(count_up(code)) == len(code) - 2
    body = [item for k in range(1, 9) for item in (times(1, 0, k * k), reads(1))]
    code = [*loop(0, 4, *body), *others]
    assert count_up(code) == code


def test_another_run_is_noticed():
    with pytest.raises(VerifyError, match="runs as"):
        verify_counted(loop(0, 4, reads(0), step=8), loop(0, 4, reads(0), step=4))


def _random_loops(rng: random.Random, depth: int, free: list[int], held: list[int]) -> list[Coded]:
    """Loops with chains of sums between their instructions."""
    counter, body = free.pop(), []
    known = [*held, counter]
    for _ in range(rng.randint(1, 5)):
        if depth > 1 and free and rng.random() < 0.4:
            body += _random_loops(rng, depth - 1, free, known)
            continue
        target, source = rng.choice([29, 30, 31]), rng.choice(known)
        body.append(times(target, source, rng.choice([1, 2, 64, 96, -8, 2048])))
        if rng.random() < 0.6:
            other = rng.choice(known)
            body.append(add(target, target, other, "a", "b"))
        if rng.random() < 0.5:
            body.append(add(target, target, rng.choice([64, 4096, (1 << 32) - 32]), "a"))
        body.append(rng.choice([reads(target), moves(target, rng.choice([1, 4, -2]))]))
    return loop(counter, rng.randint(1, 5), *body, start=rng.choice([0, 5, 64]),
                step=rng.choice([1, 2, 16]))  # fmt: skip


def test_random_loops_run_the_same_instructions():
    shorter = 0
    for seed in range(300):
        rng = random.Random(seed)
        code = _random_loops(rng, 3, list(range(20)), [])
        found = count_up(code)
        verify_counted(found, code)
        assert len(found) <= len(code), f"seed {seed}"
        shorter += len(found) < len(code)
    assert shorter > 200
