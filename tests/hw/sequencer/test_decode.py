"""The decoder gives the verdict of `isa.codec.decode` on every changed bit, code and number."""

import random
from collections.abc import Iterable

import pytest

from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.isa.codec import Decoded, DecodeError, decode, encode, fields_of
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.instructions import INSTRUCTION_BITS
from tinyneuron_hw.isa.opcodes import STREAM_OPCODES, Opcode, Stream
from tinyneuron_hw.isa.roles import ADDRESSED
from tinyneuron_hw.sequencer.decode import Decoder
from tinyneuron_hw.sequencer.links import OPCODES, legal_mask
from tinyneuron_hw.sequencer.resolve import REGISTER_PLACES
from tinyneuron_sim.rtl.levelized import simulator

ALL = (1 << len(OPCODES)) - 1
SEED = 34


def base_of(opcode: Opcode) -> int:
    """An instruction that decodes: enumerations without member 0 get their first one."""
    fields = {
        field.path: next(iter(field.enum))
        for field in fields_of(opcode)
        if field.enum is not None and all(member.value for member in field.enum)
    }
    return int.from_bytes(encode(opcode, fields), "little")


def places_of(decoded: Decoded) -> int:
    """The mask of register places an instruction reads."""
    offsets = {field.path: field.offset for field in fields_of(decoded.opcode)}
    named = {offsets[path] for path in decoded.registers()}
    for path in ADDRESSED.get(decoded.opcode, ()):
        if decoded[f"{path}.address_uses_register"]:
            named.add(offsets[f"{path}.register"])
    return sum(
        1 << i
        for i, place in enumerate(REGISTER_PLACES)
        if place.offset in named and decoded.opcode in place.opcodes
    )


def verdict(raw: int) -> tuple[Trap, int | None, int | None]:
    """Cause, and of a right instruction the one-hot opcode and the register places."""
    try:
        decoded = decode(raw.to_bytes(INSTRUCTION_BYTES, "little"))
    except DecodeError as error:
        return error.cause, None, None
    return Trap.NONE, 1 << OPCODES.index(decoded.opcode), places_of(decoded)


def simulate(cases: Iterable[tuple[int, int]]) -> list[tuple[Trap, int | None, int | None]]:
    """The decoder's verdicts on (instruction, legal opcodes)."""
    dut, found = Decoder(), []

    async def bench(ctx):
        for raw, legal in cases:
            ctx.set(dut.raw, raw)
            ctx.set(dut.legal, legal)
            if ctx.get(dut.bad_opcode):
                found.append((Trap.BAD_OPCODE, None, None))
            elif ctx.get(dut.bad_operand):
                found.append((Trap.BAD_OPERAND, None, None))
            else:
                found.append((Trap.NONE, ctx.get(dut.select), ctx.get(dut.registers)))

    sim = simulator(dut)
    sim.add_testbench(bench)
    sim.run()
    return found


def compare(cases: list[int]) -> set[Trap]:
    """Fails where the two differ; the causes seen."""
    seen = set()
    for raw, got in zip(cases, simulate((raw, ALL) for raw in cases), strict=True):
        want = verdict(raw)
        assert got == want, f"{raw:#x}"
        seen.add(want[0])
    return seen


@pytest.mark.parametrize("opcode", Opcode, ids=lambda opcode: opcode.name.lower())
def test_every_bit_code_and_register_number(opcode):
    base = base_of(opcode)
    cases = [base ^ 1 << bit for bit in range(INSTRUCTION_BITS)]
    for field in fields_of(opcode):
        empty = base & ~(((1 << field.width) - 1) << field.offset)
        if field.enum is not None:
            cases += [empty | code << field.offset for code in range(1 << field.width)]
        elif field.by_register_offset is not None:
            flagged = empty | 1 << field.by_register_offset
            numbers = [*range(min(32, 1 << field.width)), *(1 << b for b in range(field.width))]
            cases += [flagged | number << field.offset for number in numbers]
    assert compare(cases) == {Trap.NONE, Trap.BAD_OPCODE, Trap.BAD_OPERAND}


def test_random_bits():
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    cases = []
    for _ in range(3000):
        raw = base_of(rng.choice(list(Opcode)))
        for _ in range(rng.randint(2, 6)):
            raw ^= 1 << rng.randrange(INSTRUCTION_BITS)
        cases.append(raw)
    cases += [rng.getrandbits(INSTRUCTION_BITS - 8) << 8 | opcode.value for opcode in Opcode]
    assert compare(cases) == {Trap.NONE, Trap.BAD_OPCODE, Trap.BAD_OPERAND}


@pytest.mark.parametrize("stream", Stream, ids=lambda stream: stream.name.lower())
def test_every_first_byte_on_every_stream(stream):
    known = {opcode.value: opcode for opcode in Opcode}
    cases = [base_of(known[code]) if code in known else code for code in range(256)]
    got = simulate((raw, legal_mask(stream)) for raw in cases)
    for code, (cause, select, _) in enumerate(got):
        if known.get(code) in STREAM_OPCODES[stream]:
            assert (cause, select) == (Trap.NONE, 1 << OPCODES.index(known[code]))
        else:
            assert cause is Trap.BAD_OPCODE
