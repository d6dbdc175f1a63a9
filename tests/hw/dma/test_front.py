"""The front end's checks against the rules of the instruction set."""

import random

import pytest
from amaranth.hdl import ResetInserter, Signal

from tinyneuron_hw.config import MEMORY_WINDOWS, CoreConfig
from tinyneuron_hw.dma.front import FrontEnd
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import (
    DMA_OPCODES,
    INDEXED_OPCODES,
    Accumulate,
    Opcode,
    RoundMode,
    Space,
    Stream,
)
from tinyneuron_hw.isa.roles import DEVICE
from tinyneuron_hw.isa.rules import OperandError, check
from tinyneuron_sim.rtl.levelized import simulator

CONFIG = CoreConfig(
    name="front_test", partitions=4, columns=4, sbuf_partition_bytes=4096, psum_bank_bytes=64,
    dma_engines=3,
)  # fmt: skip
INSTRUCTION = 0x1234_5678_9A80
WINDOWS = [(0x1000, 0x4000, 1, 0), (0x8000, 0x2000, 0, 1), (1 << 40, 1 << 30, 1, 1), (0, 0, 1, 1)]


def window_allows(low, high, is_write):
    return any(
        low >= base and high <= base + size and (write if is_write else read)
        for base, size, read, write in WINDOWS
    )


def signed(value):
    return value - (1 << 32) if value >> 31 else value


def reference(raw, registers):
    """(cause, address) of the trap that ``isa.rules`` asks for, or None."""
    fields = decode(raw)

    def device_address(path):
        start = fields[f"{path}.address"]
        if fields[f"{path}.address_uses_register"]:
            start += signed(registers["src" if path == "ring" else path]) * fields[f"{path}.scale"]
        return start

    try:
        check(CONFIG, fields.opcode, fields.fields, device_address, window_allows)
    except OperandError as error:
        return error.cause, INSTRUCTION if error.address is None else error.address
    return None


def simulate(commands):
    """Outcome of each command: a trap's (cause, address), or the transfer and its queue."""
    dut = FrontEnd(CONFIG)
    outcomes = []

    async def body(ctx):
        for i, (base, size, read, write) in enumerate(WINDOWS):
            ctx.set(dut.windows[i], {"base": base, "size": size, "read": read, "write": write,
                                     "execute": 0})  # fmt: skip
        for pc, (raw, registers) in enumerate(commands):
            ctx.set(dut.issue.issue.payload, {
                "raw": int.from_bytes(raw, "little"), "stream": Stream.SCALAR, "pc": pc,
                "instruction_address": INSTRUCTION, "src_register": registers["src"],
                "dst_register": registers["dst"],
            })  # fmt: skip
            ctx.set(dut.issue.issue.valid, 1)
            ctx.set(dut.transfer.ready, 1)
            for _ in range(200):
                trap, issue = dut.trap, dut.issue.issue
                _, _, trapped, cause, address, trap_pc, handed, transfer, queue, taken = (
                    await ctx.tick().sample(
                        trap.valid, trap.cause, trap.address, trap.pc, dut.transfer.valid,
                        dut.transfer.payload, dut.queue, issue.ready,
                    )
                )  # fmt: skip
                assert taken == handed
                if trapped:
                    assert trap_pc == pc
                    outcomes.append((Trap(cause), address))
                    assert not handed
                    # Nothing more is taken until reset: a second command must not pass.
                    for _ in range(3):
                        assert not ctx.get(dut.issue.issue.ready)
                        await ctx.tick()
                    ctx.set(reset, 1)
                    await ctx.tick()
                    ctx.set(reset, 0)
                    break
                if handed:
                    outcomes.append((queue, transfer))
                    break
            else:
                raise AssertionError(f"no answer for command {pc}")
            ctx.set(dut.issue.issue.valid, 0)
            await ctx.tick()

    reset = Signal()
    sim = simulator(ResetInserter(reset)(dut))
    sim.add_clock(1e-6)
    sim.add_testbench(body)
    sim.run()
    return outcomes


def device(rng, count, window):
    base, size, *_ = WINDOWS[window]
    dims = [{"stride": rng.choice([1, 4, -4, 64, -100]), "size": 1} for _ in range(4)]
    dims[rng.randrange(4)]["size"] = count
    return {"dtype": DType.FP32, "address": base + rng.randrange(size), "dims": dims}


def chip(rng, count):
    rows = rng.choice([n for n in (1, 2, 3, 4) if count % n == 0])
    return {"dtype": DType.FP32, "space": Space.SBUF, "num_partitions": rows, "offset": 64,
            "dims": [{"stride": 1, "size": count // rows}]}  # fmt: skip


def random_rows(rng, opcode):
    """A gather or scatter, its counts wrong now and then."""
    near, far = ("dst", "src") if opcode is Opcode.DMA_GATHER else ("src", "dst")
    rows, row, partitions = rng.choice([1, 2, 3]), rng.choice([1, 2, 12]), rng.randint(1, 4)
    indices = rows + rng.choice([0, 0, 0, 0, 1])
    chip = {"dtype": DType.FP32, "space": Space.SBUF, "num_partitions": partitions}
    dims = [{"stride": 1, "size": row}, {"size": 1}, {"size": 1}, {"stride": row, "size": rows}]
    fields = {
        "queue": rng.randrange(3), "index_stride": rng.randint(-(1 << 31), (1 << 31) - 1),
        "index_last": rng.getrandbits(32), "skip": rng.randrange(2),
        near: chip | {"offset": 64, "dims": dims},
        far: device(rng, row + rng.choice([0, 0, 0, 0, 1]), 2),
        "index": chip | {"dtype": rng.choice([DType.INT32, DType.UINT32, DType.UINT32, DType.FP32]),
                         "dims": [{"stride": rng.choice([1, -2]), "size": indices}],
                         "offset": 1024},
    }  # fmt: skip
    return encode(opcode, fields), {"src": rng.getrandbits(32), "dst": rng.getrandbits(32)}


def random_ring(rng):
    """Not always at a multiple of a descriptor, nor always in a window."""
    base, size, *_ = rng.choice(WINDOWS[:3])
    entries = rng.choice([1, 2, 8, 30])
    count = rng.randint(1, entries)
    ring = {"address": base + rng.randrange(-128, size, rng.choice([64, 128, 128])),
            "entries": entries, "first": rng.randrange(entries), "count": count}  # fmt: skip
    return encode(Opcode.DMA_RING, ring=ring, queue=rng.randrange(3)), {"src": 7, "dst": 9}


def random_command(rng):
    opcode = rng.choice(DMA_OPCODES)
    if opcode in INDEXED_OPCODES:
        return random_rows(rng, opcode)
    if opcode is Opcode.DMA_RING:
        return random_ring(rng)
    count = rng.choice([1, 2, 12, 36, 60])
    fields = {"queue": rng.randrange(3)}
    for side in ("src", "dst"):
        if side in DEVICE.get(opcode, ()):
            fields[side] = device(rng, count, rng.choice([0, 2]) if side == "src" else
                                  rng.choice([1, 2]))  # fmt: skip
            if rng.random() < 0.3:
                scale = rng.choice([1, -4, 1000, (1 << 31) - 1, -(1 << 31)])
                fields[side] |= {"address_uses_register": 1, "register": 3, "scale": scale}
        else:
            fields[side] = chip(rng, count)
    if DEVICE.get(opcode) and rng.random() < 0.2:
        side = rng.choice(DEVICE[opcode])
        low = rng.choice([0, 0, 15])
        fields[side] |= {"list": 1, "address": fields[side]["address"] & ~15 | low,
                         "dims": [{"size": rng.randint(1, 9)}]}  # fmt: skip
        return encode(opcode, fields), {"src": 0, "dst": 0}
    kind = rng.random()
    side = rng.choice(["src", "dst"])
    if kind < 0.1:
        fields[side]["dims"][0]["size"] = rng.choice([0, 3, 1000])
    elif kind < 0.2:
        fields["queue"] = rng.randrange(3, 16)
    elif kind < 0.3:
        fields["round_mode"] = RoundMode.STOCHASTIC
    elif kind < 0.5:
        fields[side]["dtype"] = rng.choice(list(DType))
    elif kind < 0.6 and side in DEVICE.get(opcode, ()):
        for dim in fields[side]["dims"]:
            dim["size"] = rng.choice([1, (1 << 24) - 1, 70000])
    elif kind < 0.85:
        fields["accumulate"] = rng.choice([Accumulate.ADD, Accumulate.MAX])
        if rng.random() < 0.7:
            fields["dst"]["address" if "address" in fields["dst"] else "offset"] &= ~3
    elif kind < 0.9:
        fields |= {"accumulate": Accumulate.ADD, "dst": {**fields["dst"], "dtype": DType.BF16}}
    registers = {name: rng.choice([0, 1, 5, (1 << 32) - 1, (1 << 31), rng.getrandbits(32)])
                 for name in ("src", "dst")}  # fmt: skip
    return encode(opcode, fields), registers


@pytest.mark.parametrize("seed", [1, 2])
def test_decides_as_the_rules_do(seed):
    rng = random.Random(seed)
    commands, expected = [], []
    while len(commands) < 150:
        raw, registers = random_command(rng)
        fault = reference(raw, registers)
        commands.append((raw, registers))
        expected.append(fault)
    kinds = {fault and fault[0] for fault in expected}
    assert kinds == {None, Trap.BAD_OPERAND, Trap.OUT_OF_RANGE}
    for outcome, fault, (raw, _) in zip(simulate(commands), expected, commands, strict=True):
        if fault is None:
            assert outcome[0] == decode(raw)["queue"]
        else:
            assert outcome == fault, decode(raw)


def walk(side):
    """Starts of the runs of a side of a transfer: (partition, address)."""
    sizes = [level.last + 1 for level in side.levels]
    address, partition, index = side.address, side.partition, [0] * 5
    while True:
        yield partition, address
        k = next((k for k in range(5) if index[k] + 1 < sizes[k]), None)
        if k is None:
            return
        index[:k] = [0] * k
        index[k] += 1
        address = (address + side.levels[k].jump) % (1 << 48)
        partition += k == 4


def test_rows_are_walked_one_by_one():
    """What lies on both sides of an index tensor's pattern, and where the row of index 0 is."""
    fields = {
        "src": {"dtype": DType.BF16, "address": 0x1100,
                "dims": [{"stride": 2, "size": 4}, {"stride": -8, "size": 3}]},
        "dst": {"dtype": DType.BF16, "space": Space.SBUF, "start_partition": 1,
                "num_partitions": 2, "offset": 6,
                "dims": [{"stride": 1, "size": 12}, {"size": 1}, {"size": 1},
                         {"stride": 12, "size": 5}]},
        "index": {"dtype": DType.INT32, "space": Space.SBUF, "start_partition": 2,
                  "num_partitions": 2, "offset": 40, "dims": [{"stride": -1, "size": 5}]},
        "index_stride": -300, "index_last": 7, "skip": 1,
    }  # fmt: skip
    ((_, transfer),) = simulate([(encode(Opcode.DMA_GATHER, fields), {"src": 0, "dst": 0})])
    indices = transfer.indices
    assert (transfer.indexed, indices.is_signed, indices.skip, indices.last) == (1, 1, 1, 7)
    assert (indices.stride, indices.low, indices.high) == (-300, 0x1100 - 16, 0x1100 + 8)
    assert (transfer.src.run, transfer.dst.run) == (8, 24)
    # The rows of a partition follow each other, yet no run goes from one to the next.
    rows, partitions = transfer.dst.levels[3], transfer.dst.levels[4]
    assert (rows.last, rows.jump, partitions.last) == (4, 24, 1)
    assert partitions.jump == (1 << 48) - 96
    assert [(level.last, level.jump) for level in (indices.levels[0], indices.levels[4])] == [
        (4, -4), (1, 16)
    ]  # fmt: skip
    assert (indices.offset, indices.partition) == (40, 2)


def test_contiguous_inner_dimensions_become_one_run():
    fields = {
        "src": {"dtype": DType.BF16, "address": 0x1000,
                "dims": [{"stride": 2, "size": 5}, {"stride": 77, "size": 1},
                         {"stride": 10, "size": 3}, {"stride": -64, "size": 4}]},
        "dst": {"dtype": DType.BF16, "space": Space.SBUF, "start_partition": 1,
                "num_partitions": 2, "offset": 6,
                "dims": [{"stride": 1, "size": 6}, {"stride": 8, "size": 5}]},
    }  # fmt: skip
    fields["src"]["address"] = 0x1100
    ((queue, transfer),) = simulate([(encode(Opcode.DMA_LOAD, fields), {"src": 0, "dst": 0})])
    assert (queue, transfer.cast, transfer.src.device, transfer.dst.device) == (0, 0, 1, 0)
    assert transfer.src.run == 5 * 3 * FORMATS[DType.BF16].bytes
    assert list(walk(transfer.src)) == [(0, 0x1100 - 64 * i) for i in range(4)]
    assert transfer.dst.run == 12
    assert list(walk(transfer.dst)) == [(p, 6 + 16 * i) for p in (1, 2) for i in range(5)]


def test_largest_counts():
    """2**32 - 1 elements pass, 2**32 are a bad operand; both sides alike."""

    def copy(sizes):
        dims = [{"stride": 0, "size": size} for size in sizes]
        side = {"dtype": DType.UINT8, "address": 1 << 40, "dims": dims}
        return encode(Opcode.DMA_COPY, {"src": side, "dst": side})

    none = {"src": 0, "dst": 0}
    good, bad = copy([65535, 65537]), copy([65536, 65536])
    outcomes = simulate([(good, none), (bad, none)])
    assert outcomes[0][1].src.levels[1].last == 65536
    assert outcomes[1] == (Trap.BAD_OPERAND, INSTRUCTION)
    assert reference(good, none) is None
    assert reference(bad, none) == outcomes[1]


def test_window_edges():
    base, size, *_ = WINDOWS[0]
    commands = []
    for address in (base - 1, base, base + size - 16, base + size - 15):
        source = {"dtype": DType.UINT8, "address": address, "dims": [{"stride": 1, "size": 16}]}
        target = {"dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 1, "offset": 0,
                  "dims": [{"stride": 1, "size": 16}]}  # fmt: skip
        raw = encode(Opcode.DMA_LOAD, {"src": source, "dst": target})
        commands.append((raw, {"src": 0, "dst": 0}))
    traps = [isinstance(outcome[0], Trap) for outcome in simulate(commands)]
    assert traps == [True, False, False, True]
    assert len(WINDOWS) == MEMORY_WINDOWS
