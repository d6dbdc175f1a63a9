"""The checker gives the verdict of `isa.rules.check` on random legal and illegal operands."""

import math
import random

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa import roles, rules, rules_eight, rules_indexed, rules_reshape
from tinyneuron_hw.isa.codec import DecodeError, decode, encode, fields_of
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.matmul import (
    FP8_DTYPES,
    MATMUL_DTYPES,
    RESULT_DTYPES,
    MatmulKind,
    element_bytes,
    matmul_kind,
)
from tinyneuron_hw.isa.opcodes import (
    DMA_OPCODES,
    INDEXED_OPCODES,
    AluOp,
    Opcode,
    OperandKind,
    ReduceCommand,
    Space,
)
from tinyneuron_hw.isa.rules_accumulate import ACCUMULATING, CUMULATIVE_OPS, RUNNING_OPS
from tinyneuron_hw.isa.table import ROW_WORDS
from tinyneuron_hw.sequencer.check import CHECKED_OPCODES, Checker
from tinyneuron_hw.sequencer.links import OPCODES
from tinyneuron_sim.rtl.levelized import simulator

from ..lanes.bench import extents

LEFT_TO_DMA = ("elements, dst", f"exceed {rules.MAX_DMA_ELEMENTS}", "elements a partition, ",
               "a row has ")  # fmt: skip
"""Rules the DMA front end checks: counts of both sides."""


def factors(rng, count):
    """Four sizes whose product is ``count``."""
    sizes = [1, 1, 1, 1]
    for prime in (2, 2, 2, 2, 2, 3, 5, 7):
        if count % prime == 0:
            count //= prime
            sizes[rng.randrange(4)] *= prime
    sizes[rng.randrange(4)] *= count
    return sizes


def pattern(rng, config, path, role, count, partitions, dtype, size=0):
    in_psum = role.spaces[-1] is Space.PSUM and (len(role.spaces) == 1 or rng.random() < 0.4)
    limit = config.psum_partition_bytes if in_psum else config.sbuf_partition_bytes
    rows = config.columns if in_psum else config.partitions
    granule = rules.start_granule(config, partitions)
    size = size or FORMATS[dtype].bytes
    sizes = factors(rng, count)
    stride, strides = 1, []
    for extent in sizes:
        strides.append(stride)
        stride *= extent
    span = count * size
    fields = {
        f"{path}.dtype": dtype,
        f"{path}.space": Space.PSUM if in_psum else Space.SBUF,
        f"{path}.num_partitions": partitions,
        f"{path}.start_partition": rng.randrange(0, max(1, rows - partitions + 1), granule),
        f"{path}.offset": rng.randrange(0, max(1, limit - span + 1)) // size * size,
    }
    if role.slot == "b" and role.lanes == "column":
        bank = config.psum_bank_bytes
        free = max(1, bank - span + 1)
        fields[f"{path}.offset"] = rng.randrange(8) * bank + rng.randrange(free) // size * size
    for i in range(4):
        fields[f"{path}.dims.{i}.stride"] = strides[i]
        fields[f"{path}.dims.{i}.size"] = sizes[i]
    return fields


def matmul_fields(rng, config, opcode, partitions, count):
    """Fields of a matrix instruction, of any kind."""
    kind = rng.choice(list(MatmulKind))
    source = rng.choice(MATMUL_DTYPES[kind])
    fields = {"transpose": int(kind is MatmulKind.PATTERN)}
    if kind is MatmulKind.FLOAT and source in FP8_DTYPES:
        fields["exponent_bias"] = rng.choice((0, 1, 63))
    size = element_bytes(opcode, {**fields, "src.dtype": source}, "src")
    count = min(count, config.columns) if opcode is Opcode.LOAD_STATIONARY else count
    src, *rest = roles.PATTERNS[opcode]
    fields |= pattern(rng, config, "src", src, count, partitions, source, size)
    for dst in rest:
        result = rng.choice(RESULT_DTYPES[kind])
        fields |= pattern(rng, config, "dst", dst, count, partitions, result)
    return fields


def eight_fields(rng, config, opcode, partitions):
    """Fields of MAX8, FIND_INDEX8 or MATCH_REPLACE8."""
    fields, count = {}, rng.choice((7, 8, 8, 12, 60, 16384 // rng.choice((1, 2, 64))))
    for role in roles.PATTERNS[opcode]:
        short = role.path in rules_eight.eight_paths(opcode)
        dtype = rng.choice(rules.CAST_DTYPES)
        if opcode is Opcode.FIND_INDEX8 and role.path == "dst":
            dtype = rng.choice(rules_eight.INDEX_DTYPES)
        fields |= pattern(rng, config, role.path, role, 8 if short else count, partitions, dtype)
    for path in ("in0", "dst"):
        if count > 1000:  # more than some memories hold
            fields |= {f"{path}.dims.{i}.stride": 0 for i in range(4)}
    return fields


def transpose_fields(rng, config):
    """Fields of a TRANSPOSE, of either kind."""
    quadrant, dtype = config.quadrant, rng.choice(list(DType))
    fields, shape = {}, [quadrant * rng.randint(1, 4), quadrant * rng.randint(1, 3)]
    if rng.random() < 0.5:
        shape = [rng.randint(1, quadrant), rng.randint(1, quadrant)]
    other = shape if max(shape) > quadrant else shape[::-1]
    for role, (partitions, count) in zip(roles.PATTERNS[Opcode.TRANSPOSE], (shape, other),
                                         strict=True):  # fmt: skip
        fields |= pattern(rng, config, role.path, role, count, partitions, dtype)
    return fields


def legal_fields(rng, config, opcode):
    """Fields of an instruction that is legal, or nearly so."""
    dtype = rng.choice(rules.CAST_DTYPES)
    partitions = rng.randint(1, config.partitions)
    count = rng.choice((1, 2, 4, 6, 12, 30, 64))
    fields = {}
    if opcode is Opcode.DMA_RING:
        entries = rng.choice((1, 2, 9, 0xFFFF))
        return {"ring.entries": entries, "ring.first": rng.randrange(entries),
                "ring.count": rng.randint(1, entries)}  # fmt: skip
    reduce_dims = rng.randint(1, 4)
    if opcode in (Opcode.LOAD_STATIONARY, Opcode.MULTIPLY_MOVING):
        return matmul_fields(rng, config, opcode, partitions, count)
    if opcode is Opcode.LOAD_TABLE:
        partitions, count, dtype = ROW_WORDS, rng.choice((6, 7, 30, 38, 70, 262)), DType.UINT32
        fields["slot"] = rng.choice((0, 0, 6, 7))
    if opcode in (Opcode.ACTIVATE_READ, Opcode.ACTIVATE_SEED):
        count, dtype = rng.choice((1, 1, 1, 2)), DType.UINT32
    for role in roles.PATTERNS.get(opcode, ()):
        fields |= pattern(rng, config, role.path, role, count, partitions, dtype)
    if opcode is Opcode.SET_SEED:
        role = roles.PATTERNS[opcode][0]
        return pattern(rng, config, "in0", role, rng.choice((1, 1, 1, 2)), partitions,
                       rng.choice((DType.UINT32, DType.UINT32, dtype)))  # fmt: skip
    if opcode in rules_eight.EIGHT_OPCODES:
        return eight_fields(rng, config, opcode, partitions)
    if opcode is Opcode.TRANSPOSE:
        return transpose_fields(rng, config)
    if opcode is Opcode.SHUFFLE:
        sources = [rng.choice([None, *range(config.quadrant)]) for _ in range(config.quadrant)]
        fields["mask"] = rules_reshape.pack_mask(sources)
    if opcode is Opcode.TENSOR_REDUCE:
        for i in range(4):
            kept = 1 if i < reduce_dims else fields[f"in0.dims.{i}.size"]
            fields[f"dst.dims.{i}.size"] = kept
        fields["reduce_dims"], fields["op"] = reduce_dims, rng.choice(rules.REDUCE_OPS)
    if opcode is Opcode.READ_ACCUMULATOR:
        fields |= {f"dst.dims.{i}.size": 1 for i in range(4)}
        fields["reduce_op"] = rng.choice(RUNNING_OPS)
    elif opcode is Opcode.TENSOR_CUMULATIVE:
        fields |= {"reduce_cmd": rng.choice(ACCUMULATING), "op1": rng.choice(CUMULATIVE_OPS)}
    else:
        known = {field.path for field in fields_of(opcode)}
        values = {"reduce_cmd": rng.choice(list(ReduceCommand)),
                  "reduce_op": rng.choice(RUNNING_OPS)}  # fmt: skip
        fields |= {path: value for path, value in values.items() if path in known}
    for path in roles.SCALARS.get(opcode, ()):
        fields[f"{path}.kind"] = rng.choice(list(OperandKind))
        fields[f"{path}.dtype"] = rng.choice(rules.CAST_DTYPES).value
        fields[f"{path}.space"] = rng.choice(list(Space))
        fields[f"{path}.value"] = 4 * rng.randrange(64)
    for path in roles.DEVICE.get(opcode, ()):
        fields[f"{path}.dtype"] = dtype
        fields[f"{path}.dims.0.size"] = count
        if rng.random() < 0.2:
            fields[f"{path}.list"] = 1
    if opcode in INDEXED_OPCODES:
        near, (far,) = rules_indexed.near_path(fields), roles.DEVICE[opcode]
        fields |= {f"index.dims.{i}.size": 1 for i in range(4)} | {f"{near}.dims.3.size": 1}
        fields[f"{far}.dims.0.size"] = math.prod(fields[f"{near}.dims.{i}.size"] for i in range(3))
        fields["index.dtype"] = rng.choice(rules_indexed.INDEX_TENSOR_DTYPES)
    return fields


def mutate(rng, opcode, fields):
    """Changes one field to a corner or random value."""
    field = rng.choice([
        field for field in fields_of(opcode)
        if not field.is_reserved and not field.path.startswith("header")
        and not field.path.endswith("_by_register")
    ])  # fmt: skip
    low, high = field.bounds
    if field.enum is not None:
        fields[field.path] = rng.choice(list(field.enum))
        return
    near = fields.get(field.path, 0)
    near = near if isinstance(near, int) else 0
    corners = (low, high, 0, 1, 2, near + 1, near - 1, near * 2, near + 4,
               1 << rng.randrange(field.width), rng.randint(low, high), 200, 4096)  # fmt: skip
    fields[field.path] = min(high, max(low, rng.choice(corners)))


def expected(config, raw, stationary=None):
    """(cause, address or None) that the rules give; None for the rules of the DMA front end."""
    decoded = decode(raw)
    try:
        rules.check(config, decoded.opcode, decoded.fields, stationary=stationary)
    except rules.OperandError as error:
        if any(text in str(error) for text in LEFT_TO_DMA) and decoded.opcode in roles.DEVICE:
            return None
        left = "elements, dst" in str(error) or "accumulated in" in str(error)
        if decoded.opcode in DMA_OPCODES and left:
            return None
        return error.cause, error.address
    return Trap.NONE, None


def cases(config, seed, number):
    rng, stationary = random.Random(seed), MatmulKind.FLOAT
    while number:
        opcode = rng.choice(CHECKED_OPCODES)
        fields = legal_fields(rng, config, opcode)
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            mutate(rng, opcode, fields)
        raw = encode(opcode, fields)
        try:
            verdict = expected(config, raw, stationary)
        except DecodeError:
            continue
        if verdict is None:
            continue
        if opcode is Opcode.LOAD_STATIONARY:
            stationary = matmul_kind(decode(raw).fields)
        number -= 1
        yield opcode, raw, verdict


def check_extents(ctx, dut, opcode, raw):
    """The bytes that a legal instruction's patterns lie in."""
    for role in roles.PATTERNS.get(opcode, ()):
        if role.lanes == "lane":
            number = "abc".index(role.slot)
            found = {bound: ctx.get(dut.extents[number][bound]) for bound in ("low", "high")}
            assert found == extents(raw)[number], (opcode, role.path)


def run_checker(config, checks):
    dut = Checker(config)
    verdicts = []

    async def bench(ctx):
        for opcode, raw, _ in checks:
            ctx.set(dut.raw, int.from_bytes(raw, "little"))
            ctx.set(dut.select, 1 << OPCODES.index(opcode))
            ctx.set(dut.start, 1)
            await ctx.tick()
            ctx.set(dut.start, 0)
            cycles = 1
            if opcode in roles.PATTERNS:
                while not ctx.get(dut.done):
                    await ctx.tick()
                    cycles += 1
                    assert cycles < 20, "the checker hangs"
                await ctx.tick()
            bad, outside = ctx.get(dut.bad), ctx.get(dut.out_of_range)
            address = ctx.get(dut.address)
            cause = Trap.BAD_OPERAND if bad else Trap.OUT_OF_RANGE if outside else Trap.NONE
            verdicts.append((cause, address if cause is Trap.OUT_OF_RANGE else None, cycles))
            if cause is Trap.NONE:
                check_extents(ctx, dut, opcode, raw)

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return verdicts


@pytest.mark.parametrize("name", ["tiny", "default", "inferentia2"])
def test_agrees_with_the_rules_on_random_operands(name):
    config = get_config(name)
    checks = list(cases(config, f"check {name}", 500))
    seen = {Trap.NONE: 0, Trap.BAD_OPERAND: 0, Trap.OUT_OF_RANGE: 0}
    for (opcode, raw, want), got in zip(checks, run_checker(config, checks), strict=True):
        assert got[:2] == want, f"{opcode.name} {decode(raw).fields}"
        seen[want[0]] += 1
    assert min(seen.values()) > 10, seen


def test_one_operand_takes_one_cycle():
    config = get_config("tiny")
    rng = random.Random(5)
    checks = []
    for opcode in (Opcode.LOAD_STATIONARY, Opcode.MULTIPLY_MOVING, Opcode.TENSOR_TENSOR):
        raw = encode(opcode, legal_fields(rng, config, opcode))
        checks.append((opcode, raw, None))
    assert [cycles for *_, cycles in run_checker(config, checks)] == [2, 3, 4]


@pytest.mark.parametrize(
    ("opcode", "change"),
    [
        (Opcode.MULTIPLY_MOVING, {"accumulate": 2}),
        (Opcode.MULTIPLY_MOVING, {"dst.space": Space.SBUF}),
        (Opcode.LOAD_STATIONARY, {"column_start": 255}),
        (Opcode.TENSOR_REDUCE, {"op": AluOp.SUBTRACT}),
        (Opcode.TENSOR_SCALAR, {"reduce_cmd": ReduceCommand.REDUCE, "reduce_op": AluOp.BYPASS}),
        (
            Opcode.TENSOR_SCALAR,
            {"reduce_cmd": ReduceCommand.LOAD_REDUCE, "op1": AluOp.ADD, "reduce_op": AluOp.ADD},
        ),
        (Opcode.INDEX_SELECT, {"reduce_cmd": ReduceCommand.LOAD_REDUCE, "reduce_op": AluOp.ADD}),
        (Opcode.SELECT, {"reduce_cmd": ReduceCommand.REDUCE, "reduce_op": AluOp.ADD, "keep": 1}),
        (Opcode.TENSOR_CUMULATIVE, {"reduce_cmd": ReduceCommand.IDLE}),
        (Opcode.TENSOR_CUMULATIVE, {"op1": AluOp.BYPASS}),
        (Opcode.READ_ACCUMULATOR, {"reduce_op": AluOp.SUBTRACT}),
        (Opcode.READ_ACCUMULATOR, {"dst.dims.0.size": 2}),
        (Opcode.TENSOR_REDUCE, {"reduce_dims": 5}),
        (Opcode.TENSOR_COPY, {"in0.num_partitions": 0}),
        (Opcode.DMA_LOAD, {"queue": 2}),
        (Opcode.MEMSET, {"dst.dims.3.size": 0}),
        (Opcode.LOAD_TABLE, {"in0.dtype": DType.FP32}),
        (Opcode.LOAD_TABLE, {"in0.num_partitions": 3}),
        (
            Opcode.LOAD_TABLE,
            {
                "in0.dims.0.size": 6,
                "in0.dims.1.size": 1,
                "in0.dims.2.size": 1,
                "in0.dims.3.size": 1,
            },
        ),
        (Opcode.LOAD_TABLE, {"slot": 7, "in0.dims.0.size": 39}),
        (Opcode.ACTIVATE_READ, {"dst.dims.2.size": 2}),
        (Opcode.ACTIVATE_SEED, {"in0.dims.2.size": 2}),
        (Opcode.ACTIVATE_SEED, {"in0.dtype": DType.INT32}),
        (Opcode.ACTIVATE, {"reduce_cmd": ReduceCommand.LOAD_REDUCE}),
        (Opcode.SET_SEED, {"in0.dims.0.size": 2}),
        (Opcode.SET_SEED, {"in0.dtype": DType.INT32}),
        (Opcode.TENSOR_SCALAR, {"op0": AluOp.MOD, "op1": AluOp.RSQRT}),
        (Opcode.TENSOR_SCALAR, {"op0": AluOp.ADD, "op1": AluOp.BITWISE_NOT}),
        (Opcode.TENSOR_TENSOR, {"op": AluOp.BITWISE_OR, "in1.dtype": DType.BOOL}),
        (Opcode.MEMSET, {"dst.dims.0.size": 65535, "dst.dims.1.size": 17}),
        (
            Opcode.MAX8,
            {
                "in0.dims.0.size": 7,
                "in0.dims.1.size": 1,
                "in0.dims.2.size": 1,
                "in0.dims.3.size": 1,
            },
        ),
        (Opcode.MAX8, {"in0.dims.0.size": 16385}),
        (Opcode.FIND_INDEX8, {"dst.dtype": DType.INT32}),
        (Opcode.FIND_INDEX8, {"in1.dims.0.size": 9}),
        (Opcode.MATCH_REPLACE8, {"dst.dims.0.size": 9}),
        (Opcode.TRANSPOSE, {"dst.dims.0.size": 9}),
        (Opcode.TRANSPOSE, {"dst.dtype": DType.INT16, "in0.dtype": DType.UINT16}),
        (Opcode.SHUFFLE, {"mask": 1}),
        (Opcode.SHUFFLE, {"mask": 32 << 6}),
    ],
)
def test_each_rule_gives_bad_operand(opcode, change):
    config = get_config("tiny")
    fields = legal_fields(random.Random(7), config, opcode) | change
    raw = encode(opcode, fields)
    assert run_checker(config, [(opcode, raw, None)])[0][:2] == (Trap.BAD_OPERAND, None)


def test_restart_drops_the_check_that_ran():
    config = get_config("tiny")
    rng = random.Random(11)
    fields = legal_fields(rng, config, Opcode.TENSOR_TENSOR)
    bad = encode(Opcode.TENSOR_TENSOR, fields | {"in0.dims.1.size": 0})
    dut = Checker(config)

    async def bench(ctx):
        ctx.set(dut.select, 1 << OPCODES.index(Opcode.TENSOR_TENSOR))
        for raw, cycles in ((bad, 2), (encode(Opcode.TENSOR_TENSOR, fields), 1)):
            ctx.set(dut.raw, int.from_bytes(raw, "little"))
            ctx.set(dut.start, 1)
            await ctx.tick()
            ctx.set(dut.start, 0)
            await ctx.tick().repeat(cycles)
        await ctx.tick().until(dut.done)
        await ctx.tick()
        assert not ctx.get(dut.bad)

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run_until(1e-4)
