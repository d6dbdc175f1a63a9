"""Random legal instructions for the lane engines."""

import random

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import decode, encode, fields_of
from tinyneuron_hw.isa.opcodes import (
    ITERATED_OPS,
    RAW_OPS,
    ActivationFunction,
    AluOp,
    Comparison,
    Opcode,
    OperandKind,
    ReduceCommand,
    RoundMode,
    Space,
)
from tinyneuron_hw.isa.roles import STOCHASTIC_OPCODES
from tinyneuron_hw.isa.rules import ALU_OPS, CAST_DTYPES, REDUCE_OPS, check, start_granule
from tinyneuron_hw.isa.rules_accumulate import ACCUMULATING, CUMULATIVE_OPS, LOADS, RUNNING_OPS
from tinyneuron_hw.isa.rules_operations import RAW_DTYPES
from tinyneuron_hw.isa.rules_reshape import pack_mask

RUNNING = (Opcode.TENSOR_SCALAR, Opcode.SCALAR_TENSOR_TENSOR, Opcode.TENSOR_CUMULATIVE,
           Opcode.SELECT, Opcode.INDEX_SELECT)  # fmt: skip
SCALARS = [0.0, -0.0, 1.0, -1.5, 3.0e38, 1.0e-41, float("inf"), float("nan"), 0.3, -7.25]
SPECIALS = [0, 0x8000_0000, 0x7F80_0000, 0x7FA0_0001, 0xFC00_7C01, 0x8001_0001, 0x7FFF_FFFF]


def fp32_bits(value: float) -> int:
    return int(np.float32(value).view(np.uint32))


def pattern(dtype=DType.FP32, space=Space.SBUF, *, start=0, partitions=4, offset=0, dims=((1, 1),)):
    """Fields of an access pattern; ``dims`` holds (stride, size), innermost first."""
    return {
        "dtype": dtype, "space": space, "start_partition": start, "num_partitions": partitions,
        "offset": offset,
        "dims": [{"stride": stride, "size": size} for stride, size in dims],
    }  # fmt: skip


def immediate(value: float) -> dict:
    return {"kind": OperandKind.IMMEDIATE, "dtype": DType.FP32.value, "value": fp32_bits(value)}


def random_memory(rng: np.random.Generator, partitions: int, size: int) -> np.ndarray:
    """uint8[partitions, size]: FP32 values of many magnitudes and specials of every type."""
    words = rng.normal(size=(partitions, size // 4)).astype(np.float32).view(np.uint32)
    kind = rng.integers(0, 10, words.shape)
    exponent = rng.integers(0, 256, words.shape).astype(np.uint32) << np.uint32(23)
    words = np.where(kind == 0, words & np.uint32(0x807F_FFFF) | exponent, words)
    words = np.where(kind == 1, rng.integers(-1000, 1000, words.shape).astype(np.uint32), words)
    halves = rng.normal(size=(*words.shape, 2)).astype(np.float16).view(np.uint32)[..., 0]
    words = np.where(kind >= 6, halves, words)
    specials = np.array(SPECIALS, np.uint32)
    words = np.where(kind == 2, rng.choice(specials, words.shape), words)
    return words.astype("<u4").view(np.uint8)


class RandomProgram:
    """Draws instructions; sources lie in the lower three quarters of each memory, destinations in
    the last one."""

    def __init__(self, config: CoreConfig, seed: int, *, max_elements: int = 24):
        self.config = config
        self.random = random.Random(seed)
        self.max_elements = max_elements

    def sizes(self, limit: int) -> list[int]:
        sizes = [1, 1, 1, 1]
        for dim in range(4):
            sizes[dim] = self.random.randint(1, max(1, min(limit, self.random.choice([1, 3, 24]))))
            limit //= sizes[dim]
        return sizes

    def partitions(self) -> int:
        return self.random.randint(1, self.config.partitions)

    def start(self, space: Space, count: int) -> int:
        rows = self.config.columns if space is Space.PSUM else self.config.partitions
        return self.random.randrange(0, rows - count + 1, start_granule(self.config, count))

    def operand(self, sizes, count: int, dtype: DType, *, is_write=False) -> dict:
        """A pattern of these sizes somewhere in its region."""
        while True:
            fits = count <= self.config.columns
            space = self.random.choice([Space.SBUF, Space.PSUM if fits else Space.SBUF])
            element = FORMATS[dtype].bytes
            psum = space is Space.PSUM
            config = self.config
            size = config.psum_partition_bytes if psum else config.sbuf_partition_bytes
            low, high = (size * 3 // 4, size) if is_write else (0, size * 3 // 4)
            strides, span = [], 1
            for extent in sizes:
                strides.append(self.random.choice([1, -1, span, span, -span, span + 1, 2, 0]))
                span = max(span, abs(strides[-1]) * extent)
            reach = [stride * (extent - 1) for stride, extent in zip(strides, sizes, strict=True)]
            first = low // element - sum(min(x, 0) for x in reach)
            last = high // element - 1 - sum(max(x, 0) for x in reach)
            if first <= last:
                offset = self.random.randint(first, last) * element
                dims = list(zip(strides, sizes, strict=True))
                return pattern(dtype, space, start=self.start(space, count), partitions=count,
                               offset=offset, dims=dims)  # fmt: skip

    def scalar(self, count: int, dtype: DType | None) -> dict:
        """An operand; with a type, one for operations on its bits."""
        if self.random.random() < 0.5:
            amount = self.random.choice([1, 7, 8, 31, 32, self.random.getrandbits(32)])
            value = fp32_bits(self.random.choice(SCALARS)) if dtype is None else amount
            return immediate(0) | {"value": value}
        dtype = dtype or self.random.choice(CAST_DTYPES)
        one = self.operand([1, 1, 1, 1], count, dtype)
        return {"kind": OperandKind.PER_PARTITION, "dtype": dtype.value, "space": one["space"],
                "start_partition": one["start_partition"], "value": one["offset"]}  # fmt: skip

    def reduce(self, opcode: Opcode, *, accumulates: bool = True) -> dict:
        """A command to the accumulator."""
        if not accumulates:
            return {"reduce_cmd": self.random.choice([ReduceCommand.IDLE, ReduceCommand.RESET])}
        commands = [
            c for c in ReduceCommand if c is not ReduceCommand.LOAD_REDUCE or opcode in LOADS
        ]
        command = self.random.choice(commands)
        fields = {"reduce_cmd": command, "reduce_op": self.random.choice(RUNNING_OPS)}
        if command is ReduceCommand.LOAD_REDUCE:
            fields["op1"] = AluOp.BYPASS
        return fields

    def numeric(self, number: int) -> list[AluOp]:
        """Operations of a chain, not on bits."""
        kinds = [op for op in ALU_OPS if op not in RAW_OPS]
        chosen = [self.random.choice(kinds) for _ in range(number)]
        if sum(op in ITERATED_OPS for op in chosen) > 1:
            chosen[0] = AluOp.SUBTRACT
        return chosen

    def chain(self, opcode: Opcode, source, target, count: int) -> dict:
        """Fields of an instruction that chains, accumulates or selects."""
        choose, flip = self.random.choice, lambda: self.random.getrandbits(1)
        fields = {"in0": source(), "dst": target(), "operand0": self.scalar(count, None)}
        if opcode in (Opcode.SCALAR_TENSOR_TENSOR, Opcode.TENSOR_SCAN):
            op0, op1 = self.numeric(2)
            fields |= {"in1": source(), "op0": op0, "op1": op1,
                       "reverse0": flip(), "reverse1": flip()}  # fmt: skip
            if opcode is Opcode.SCALAR_TENSOR_TENSOR:
                fields |= self.reduce(opcode)
        elif opcode is Opcode.TENSOR_CUMULATIVE:
            fields |= {"operand1": self.scalar(count, None), "op0": self.numeric(1)[0],
                       "op1": choose(CUMULATIVE_OPS), "reverse0": flip(),
                       "reduce_cmd": choose(ACCUMULATING)}  # fmt: skip
        elif opcode is Opcode.SELECT:
            fields |= {"in1": source(), "reverse_pred": flip(), **self.reduce(opcode)}
            if fields["reduce_cmd"] not in ACCUMULATING:
                fields["keep"] = flip()
        else:
            bounds = [immediate(choose([-3.0, 0.0, 2.5, 9.0, float("nan")])) for _ in range(2)]
            bounds[1] = choose([bounds[1], self.scalar(count, None)])
            fields |= {"index": self.index(), "offset": self.random.randint(-9, 9),
                       "operand0": bounds[0], "operand1": bounds[1],
                       "cmp0": choose(list(Comparison)), "cmp1": choose(list(Comparison)),
                       "on_false": fp32_bits(choose(SCALARS)), **self.reduce(opcode)}  # fmt: skip
        if opcode in (Opcode.SELECT, Opcode.INDEX_SELECT) and flip():
            dtype = choose(list(DType))
            fields["in0"], fields["dst"] = source(dtype), target(dtype=dtype)
        return fields

    def index(self) -> dict:
        strides = [self.random.choice([0, 1, -1, 5, self.random.getrandbits(31)]) for _ in range(4)]
        return {"channel_multiplier": self.random.choice([0, 1, -2, 0x4000_0001]),
                "strides": strides}  # fmt: skip

    def eight(self, opcode: Opcode, count: int) -> dict:
        """Fields of MAX8, FIND_INDEX8 or MATCH_REPLACE8; half of them look for what is there."""
        choose = self.random.choice
        number = max(8, self.random.randint(1, self.max_elements))
        sizes, short = [number, 1, 1, 1], [choose([[8, 1, 1, 1], [2, 4, 1, 1], [1, 2, 2, 2]])] * 2
        fields = {"in0": self.operand(sizes, count, choose(CAST_DTYPES))}
        if opcode is Opcode.MAX8:
            return fields | {"dst": self.operand(short[0], count, choose(CAST_DTYPES),
                                                 is_write=True)}  # fmt: skip
        fields["in1"] = self.operand(short[0], count, choose(CAST_DTYPES))
        if self.random.random() < 0.5:
            stride = choose([0, fields["in0"]["dims"][0]["stride"]])
            fields["in1"] = {**fields["in0"], "dims": [{"stride": stride, "size": 8}]}
        if opcode is Opcode.FIND_INDEX8:
            dtype = choose([DType.UINT16, DType.UINT32])
            return fields | {"dst": self.operand(short[1], count, dtype, is_write=True)}
        dst = self.operand(sizes, count, choose(CAST_DTYPES), is_write=True)
        return fields | {"dst": dst, "value": fp32_bits(choose(SCALARS))}

    def transpose(self) -> dict:
        quadrant, dtype = self.config.quadrant, self.random.choice(list(DType))
        lanes, count = quadrant * self.random.randint(1, 4), quadrant * self.random.randint(1, 3)
        shapes = [(lanes, count)] * 2
        if self.random.random() < 0.5:
            lanes, count = (self.random.randint(1, quadrant) for _ in range(2))
            shapes = [(lanes, count), (count, lanes)]
        return {
            path: self.operand([number, 1, 1, 1], partitions, dtype, is_write=path == "dst")
            for path, (partitions, number) in zip(("in0", "dst"), shapes, strict=True)
        }

    def shuffle(self, sizes: list[int]) -> dict:
        quadrant, dtype = self.config.quadrant, self.random.choice(list(DType))
        sources: list[int | None] = [
            self.random.choice([None, *range(quadrant)]) for _ in range(quadrant)
        ]
        return {"in0": self.operand(sizes, self.partitions(), dtype), "mask": pack_mask(sources),
                "dst": self.operand(sizes, self.partitions(), dtype, is_write=True)}  # fmt: skip

    def instruction(self, opcode: Opcode) -> bytes:
        count, choose = self.partitions(), self.random.choice
        sizes = self.sizes(self.max_elements)
        if opcode in RUNNING:  # reading the accumulator may then ask for every lane
            count = self.config.partitions
        flip = lambda: self.random.getrandbits(1)  # noqa: E731
        works_on_bits = opcode in (Opcode.TENSOR_TENSOR, Opcode.TENSOR_SCALAR,
                                   Opcode.TENSOR_REDUCE)  # fmt: skip
        bits = choose(RAW_DTYPES) if works_on_bits and self.random.random() < 0.3 else None

        def source(dtype=bits) -> dict:
            return self.operand(sizes, count, dtype or choose(CAST_DTYPES))

        def target(of=sizes, dtype=bits) -> dict:
            return self.operand(of, count, dtype or choose(CAST_DTYPES), is_write=True)

        def ops(number: int) -> list[AluOp]:
            kinds = [op for op in ALU_OPS if op not in RAW_OPS] if bits is None else RAW_OPS
            chosen = [choose([*kinds, AluOp.BYPASS]) for _ in range(number)]
            if sum(op in ITERATED_OPS for op in chosen) > 1:
                chosen[0] = AluOp.ADD
            return chosen

        match opcode:
            case Opcode.TENSOR_TENSOR:
                fields = {"in0": source(), "in1": source(), "dst": target(), "op": ops(1)[0]}
            case Opcode.TENSOR_SCALAR:
                op0, op1 = ops(2)
                fields = {
                    "in0": source(), "dst": target(), "operand0": self.scalar(count, bits),
                    "operand1": self.scalar(count, bits), "op0": op0, "op1": op1,
                    "reverse0": flip(), "reverse1": flip(),
                    **self.reduce(opcode, accumulates=bits is None),
                }  # fmt: skip
            case Opcode.TENSOR_REDUCE:
                depth = self.random.randint(1, 4)
                rest = [*sizes[depth:], 1, 1, 1, 1][:4]
                reductions = [op for op in REDUCE_OPS if (op in RAW_OPS) != (bits is None)]
                fields = {"in0": source(), "dst": target(rest), "op": choose(reductions),
                          "reduce_dims": depth, "negate": bits is None and flip()}  # fmt: skip
            case Opcode.TENSOR_COPY:
                fields = {"in0": source(), "dst": target()}
                if flip():
                    dtype = choose(list(DType))
                    fields = {"in0": self.operand(sizes, count, dtype),
                              "dst": self.operand(sizes, count, dtype, is_write=True)}  # fmt: skip
            case Opcode.MEMSET:
                dst = self.operand(sizes, count, choose(list(DType)), is_write=True)
                fields = {"dst": dst, "value": self.random.getrandbits(32)}
            case Opcode.IOTA:
                dst = target(dtype=choose([DType.INT32, DType.UINT32, choose(CAST_DTYPES)]))
                fields = {"dst": dst, "index": self.index(), "offset": self.random.randint(-99, 99)}
            case Opcode.READ_ACCUMULATOR:
                fields = {"dst": target([1, 1, 1, 1]), "reduce_op": choose(RUNNING_OPS),
                          "negate": flip()}  # fmt: skip
            case Opcode.RNG:
                fields = {"dst": target()}
            case Opcode.SET_SEED:
                fields = {"in0": self.operand([1, 1, 1, 1], count, DType.UINT32)}
            case Opcode.DROPOUT:
                share = choose([immediate(choose([0.0, 0.3, 0.5, 1.0, float("nan")])),
                                self.scalar(count, None)])  # fmt: skip
                fields = {"in0": source(), "dst": target(), "operand0": share}
                if flip():
                    fields["dst"] = self.operand(sizes, count, fields["in0"]["dtype"],
                                                 is_write=True)  # fmt: skip
            case Opcode.MAX8 | Opcode.FIND_INDEX8 | Opcode.MATCH_REPLACE8:
                fields = self.eight(opcode, count)
            case Opcode.TRANSPOSE:
                fields = self.transpose()
            case Opcode.SHUFFLE:
                fields = self.shuffle(sizes)
            case Opcode.ACTIVATE:
                fields = {"in0": source(), "dst": target(), "bias": self.scalar(count, None),
                          "scale": self.scalar(count, None),
                          "function": choose(list(ActivationFunction))}  # fmt: skip
            case _:
                fields = self.chain(opcode, source, target, count)
        if "round_mode" in {field.path for field in fields_of(opcode)} and (
            opcode in STOCHASTIC_OPCODES
        ):
            fields["round_mode"] = choose(list(RoundMode))
        raw = encode(opcode, fields)
        check(self.config, opcode, decode(raw).fields)
        return raw
