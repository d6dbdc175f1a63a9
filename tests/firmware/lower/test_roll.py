"""Repeated instructions of a stream as hardware loops: what runs stays the same, and loops stand
where they pay."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tinyneuron.lower.coded import Coded
from tinyneuron.lower.pace import engine_cycles, sequencer_cycles
from tinyneuron.lower.roll import SLACK, roll
from tinyneuron.lower.unroll import unrolled, verify_rolled
from tinyneuron.lower.verify import VerifyError
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, UpdateMode, WaitMode

SEED = 77
CONFIG = get_config("default")
ON_CHIP = {"start_partition": 0, "num_partitions": 16, "dtype": DType.BF16}


def side(path, offset, size):
    fields = {f"{path}.{name}": value for name, value in ON_CHIP.items()}
    return fields | {f"{path}.offset": offset, f"{path}.dims.0.stride": 1,
                     f"{path}.dims.0.size": size}  # fmt: skip


def wait(semaphore, value):
    return {"header.wait.mode": WaitMode.GREATER_EQUAL, "header.wait.semaphore": semaphore,
            "header.wait.value": value}  # fmt: skip


def load(offset, line=1, **more):
    return Coded(Opcode.LOAD_STATIONARY, side("src", offset, 16) | more, line)


def multiply(src, dst, size=64, line=2, **more):
    fields = side("src", src, size) | side("dst", dst, size) | {"accumulate": 1} | more
    return Coded(Opcode.MULTIPLY_MOVING, fields, line)


def pairs(count, size=64, at=0):
    return [item for i in range(count)
            for item in (load(at + 32 * i), multiply(at, 256 * i, size))]  # fmt: skip


def scattered(passes, count):
    """Passes over instructions that have no order among themselves."""
    places = random.Random(SEED).sample(range(0, 1 << 16, 64), count)
    return [
        item
        for i in range(passes)
        for place in places
        for item in (load(place + 7 * i), multiply(place * place % 65521, place + 64 * i))
    ]


def opcodes(code):
    return [item.opcode for item in code]


def same(code, other):
    return [(i.opcode, i.fields, i.relocations) for i in code] == [
        (i.opcode, i.fields, i.relocations) for i in other
    ]


def test_a_run_becomes_a_loop_that_runs_the_same():
    code = pairs(8)
    rolled = roll(code, CONFIG)
    assert opcodes(rolled) == [Opcode.REGISTER, Opcode.LOOP, Opcode.LOAD_STATIONARY,
                               Opcode.MULTIPLY_MOVING, Opcode.REGISTER]  # fmt: skip
    assert list(unrolled(rolled)) == [(item.opcode, item.fields) for item in code]


def test_loops_that_repeat_go_into_a_loop_around_them():
    code = [item for outer in range(6) for item in pairs(8, at=1000 * outer)]
    rolled = roll(code, CONFIG)
    assert opcodes(rolled).count(Opcode.LOOP) == 2
    assert len(rolled) <= 12


def test_a_wait_of_the_first_pass_stands_in_all():
    code = pairs(8)
    code[0] = load(0, **wait(3, 5))
    rolled = roll(code, CONFIG)
    assert opcodes(rolled).count(Opcode.LOAD_STATIONARY) == 1
    ran = [fields for opcode, fields in unrolled(rolled) if opcode is Opcode.LOAD_STATIONARY]
    assert [fields["header.wait.value"] for fields in ran] == [5] * 8


def test_waits_that_grow_are_in_registers():
    code = [load(32 * i, **wait(3, 2 + 3 * i)) if j == 0 else multiply(0, 256 * i)
            for i in range(8) for j in range(2)]  # fmt: skip
    rolled = roll(code, CONFIG)
    assert opcodes(rolled).count(Opcode.LOAD_STATIONARY) == 1
    assert [fields["header.wait.value"] for opcode, fields in unrolled(rolled)
            if opcode is Opcode.LOAD_STATIONARY] == list(range(2, 26, 3))  # fmt: skip


def test_a_wait_in_the_middle_divides_a_run():
    code = pairs(8)
    code[8] = load(128, **wait(3, 5))
    rolled = roll(code, CONFIG)
    assert opcodes(rolled).count(Opcode.LOOP) == 2


def test_addresses_in_device_memory_are_moved_by_registers():
    code = [
        Coded(Opcode.DMA_LOAD, side("dst", 128 * i, 64) | {"src.address": 4096 * i, "queue": 1},
              relocations={"src.address": "x"}) for i in range(8)
    ]  # fmt: skip
    rolled = roll(code, CONFIG)
    (transfer,) = (item for item in rolled if item.opcode is Opcode.DMA_LOAD)
    assert transfer.fields["src.address_uses_register"] == 1
    assert transfer.relocations == {"src.address": "x"}
    other = [replace(item, relocations={"src.address": f"x{i}"}) for i, item in enumerate(code)]
    assert same(roll(other, CONFIG), other)


@pytest.mark.parametrize(
    "code",
    [
        pairs(16, size=8),
        pairs(16, size=512),
        scattered(3, 20),
    ],
    ids=["slower_than_the_engine", "fetch_is_nothing", "longer_than_the_fetch_buffer"],
)  # fmt: skip
def test_a_loop_that_does_not_pay_is_not_written(code):
    assert Opcode.LOOP not in opcodes(roll(code, CONFIG))


def test_a_loop_is_no_slower_than_its_engine():
    short, long = pairs(8, size=24), pairs(8, size=32)
    assert sum(engine_cycles(item, CONFIG) for item in long) == 8 * 32
    assert Opcode.LOOP not in opcodes(roll(short, CONFIG))
    rolled = roll(long, CONFIG)
    assert Opcode.LOOP in opcodes(rolled)
    assert 8 * 24 < sequencer_cycles(rolled) / SLACK <= 8 * 32


def test_fp32_takes_four_passes():
    code = multiply(0, 0, 64, **{"src.dtype": DType.FP32})
    assert engine_cycles(code, CONFIG) == 4 * 64


def changed(item, **fields):
    return replace(item, fields=item.fields | fields)


@pytest.mark.parametrize(
    ("at", "fields", "message"),
    [
        (4, {"b": 255}, "line 2: instruction 3 runs as MULTIPLY_MOVING"),
        (1, {"count": 7}, "loops run fewer than 16 instructions"),
        (1, {"count": 9}, "loops run more than 16 instructions"),
        (1, {"start": 16}, "line 1: instruction 0 runs as LOAD_STATIONARY"),
        (3, wait(2, 1), "line 2: instruction 1 waits for 1 of semaphore 2"),
        (3, {"header.update.mode": UpdateMode.ADD}, "instruction 1 runs as MULTIPLY_MOVING"),
    ],
)
def test_the_check_finds_what_is_not_the_same(at, fields, message):
    code = pairs(8)
    rolled = roll(code, CONFIG)
    verify_rolled(rolled, code)
    rolled[at] = changed(rolled[at], **fields)
    with pytest.raises(VerifyError, match=message):
        verify_rolled(rolled, code)


def nest(draw, depth):
    """Instructions of random loops inside each other, as they would be written out."""
    if depth == 0:
        offsets = [draw.randrange(0, 4096, 16) for _ in range(3)]
        size = draw.choice([16, 64, 64, 128])
        return [load(offsets[0]), multiply(offsets[1], offsets[2], size)]
    body = [item for _ in range(draw.randint(1, 2)) for item in nest(draw, depth - 1)]
    steps = [draw.choice([0, 32, 64, -16]) for _ in range(4)]
    found = []
    for number in range(draw.randint(1, 9)):
        for at, item in enumerate(body):
            step = steps[at % len(steps)] * number
            grown = {path: value + step for path, value in item.fields.items()
                     if path.endswith(".offset")}  # fmt: skip
            found.append(changed(item, **grown))
    return found


@pytest.mark.parametrize("number", range(20))
def test_random_nests(number):
    draw = random.Random(SEED + number)
    print(f"seed {SEED + number}")
    code = [changed(item, **{path: value + 4096 for path, value in item.fields.items()
                             if path.endswith(".offset")})
            for _ in range(3) for item in nest(draw, draw.randint(1, 3))]  # fmt: skip
    for _ in range(draw.randint(0, 4)):
        at = draw.randrange(len(code))
        code[at] = changed(code[at], **wait(draw.randrange(2), at + 1))
    rolled = roll(code, CONFIG)
    assert len(rolled) <= len(code)
    for item in rolled:
        encode(item.opcode, item.fields)
