"""Instructions and random programs for the tests of the sequencers."""

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp, Space, UpdateMode, WaitMode

from .bench import nop, op, register


def dump(registers=range(32)):
    """NOPs that set semaphore r to register r."""
    return [op(Opcode.NOP, update=(UpdateMode.SET, r, 0), header__update__value=register(r))
            for r in registers]  # fmt: skip


def move(dst, value):
    return op(Opcode.REGISTER, op=RegisterOp.OR, dst=dst, a=value, b=0)


def loop(count, body, **fields):
    return op(Opcode.LOOP, count=count, body=body, **fields)


def branch(condition, target, a=0, b=0, **fields):
    return op(Opcode.BRANCH, condition=condition, target=target, a=a, b=b, **fields)


def memset(value=0, **fields):
    """A MEMSET of one element per partition; legal unless ``fields`` say otherwise."""
    base = {"dst__dtype": DType.FP32, "dst__space": Space.SBUF, "dst__num_partitions": 1}
    return op(Opcode.MEMSET, value=value, **(base | fields))


def load(**fields):
    return op(Opcode.LOAD_STATIONARY,
              **({"src__dtype": DType.BF16, "src__num_partitions": 4} | fields))  # fmt: skip


def multiply(**fields):
    return op(Opcode.MULTIPLY_MOVING, **({
        "src__dtype": DType.BF16, "src__num_partitions": 4, "dst__dtype": DType.FP32,
        "dst__space": Space.PSUM, "dst__num_partitions": 4,
    } | fields))  # fmt: skip


def bad_opcode(raw):
    """The instruction with a reserved bit of its header set."""
    return (int.from_bytes(raw, "little") | 1 << 127).to_bytes(128, "little")


def values(bench, stream):
    """The ``value`` field of the MEMSETs in the order of issue."""
    return [decode(raw.to_bytes(128, "little"))["value"]
            for _, of, raw in bench.issued if of is stream]  # fmt: skip


TOKENS, DONE = 40, 41
"""Semaphores: engine instructions of random programs wait for tokens, and count when done."""


def random_memset(rng):
    """A MEMSET of a register or a number, with and without a wait and an update."""
    header = {}
    if rng.random() < 0.3:
        header["wait"] = (WaitMode.GREATER_EQUAL_SUBTRACT, TOKENS, rng.randint(1, 3))
    if rng.random() < 0.4:
        header["update"] = (UpdateMode.ADD, DONE, 1)
    value = register(rng.randrange(32)) if rng.random() < 0.6 else rng.getrandbits(32)
    return memset(value, **header)


def random_block(rng, depth, size, free, engine=0.0):
    """Instructions with nested loops and NOPs, that write the registers ``free``; a share of
    ``engine`` are MEMSETs."""
    code = []
    while len(code) < size:
        if rng.random() < engine:
            code.append(random_memset(rng))
            continue
        kind = rng.random()
        if kind < 0.5 or size - len(code) < 3:
            a = register(rng.randrange(32)) if rng.random() < 0.6 else rng.getrandbits(32)
            b = register(rng.randrange(32)) if rng.random() < 0.6 else rng.getrandbits(32)
            code.append(op(Opcode.REGISTER, op=rng.choice(list(RegisterOp)),
                           dst=rng.choice(free), a=a, b=b))  # fmt: skip
        elif kind < 0.65:
            code.append(nop())
        elif depth < 4:
            length = rng.randint(1, min(9, size - len(code) - 1))
            body = random_block(rng, depth + 1, length, free, engine)
            counter = 24 + depth
            count = rng.choice((0, 1, 2, 3))
            fields = {"counter": counter, "counter_enable": rng.randrange(2),
                      "start": rng.getrandbits(32), "step": rng.randint(-5, 5)}  # fmt: skip
            code += [loop(count, len(body), **fields), *body]
    return code


def with_forward_branches(rng, code):
    """Replaces NOPs by branches to later instructions of the same program."""
    for pc, raw in enumerate(code):
        if raw == nop() and rng.random() < 0.6:
            target = rng.randint(pc + 1, min(len(code) - 1, pc + 12))
            a, b = register(rng.randrange(32)), rng.choice((0, register(rng.randrange(32))))
            code[pc] = branch(rng.choice(list(Condition)), target, a, b)
    return code
