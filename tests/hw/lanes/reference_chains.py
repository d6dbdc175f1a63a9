"""What the opcodes that chain, accumulate, select and count do, element by element."""

import numpy as np

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.access import element_offsets
from tinyneuron_hw.isa.opcodes import UNARY_OPS, AluOp, Comparison, ReduceCommand
from tinyneuron_hw.isa.rules import on_chip_dims

IDENTITY = {AluOp.MULTIPLY: 1.0, AluOp.MAX: -np.inf, AluOp.MIN: np.inf}
ACCUMULATES = (ReduceCommand.REDUCE, ReduceCommand.RESET_REDUCE, ReduceCommand.LOAD_REDUCE)
COMPARE = {
    Comparison.EQUAL: lambda a, b: a == b,
    Comparison.NOT_EQUAL: lambda a, b: a != b,
    Comparison.GREATER: lambda a, b: a > b,
    Comparison.GREATER_EQUAL: lambda a, b: a >= b,
    Comparison.LESS: lambda a, b: a < b,
    Comparison.LESS_EQUAL: lambda a, b: a <= b,
}


class Chains:
    """Adds these opcodes to a reference, whose partial results are ``partials``: None or one
    value for each partition."""

    def __init__(self, alu, narrow, tree):
        self.alu, self.narrow, self.tree = alu, narrow, tree
        self.partials: list[np.ndarray | None] = [None] * 8

    def operate(self, fields, number: int, values, operand):
        op = fields[f"op{number}"]
        swap = fields[f"reverse{number}"] and op not in UNARY_OPS
        return self.alu(op, operand, values) if swap else self.alu(op, values, operand)

    def begin(self, fields, load=None) -> bool:
        command = fields["reduce_cmd"]
        if command not in (ReduceCommand.IDLE, ReduceCommand.REDUCE):
            self.partials = [None] * 8
        if command is ReduceCommand.LOAD_REDUCE:
            count = fields["dst.num_partitions"]
            self.partials[0] = np.broadcast_to(load[:, 0], count).astype(np.float32)
        return command in ACCUMULATES

    def partial(self, k: int, op: AluOp, count: int) -> np.ndarray:
        held = self.partials[k]
        start = np.full(count, IDENTITY.get(op, 0.0), np.float32)
        return start if held is None else held[:count]

    def accumulate(self, fields, values, load=None) -> None:
        if self.begin(fields, load):
            for j in range(values.shape[1]):
                before = self.partial(j % 8, fields["reduce_op"], len(values))
                self.partials[j % 8] = self.alu(fields["reduce_op"], before, values[:, j])

    def scalar_tensor_tensor(self, fields) -> None:
        values = self.read_values(fields, "in0")
        values = self.operate(fields, 0, values, self.read_scalar(fields, "operand0"))
        values = self.operate(fields, 1, values, self.read_values(fields, "in1"))
        self.accumulate(fields, values)
        self.write_values(fields, values)

    def tensor_scan(self, fields) -> None:
        left, right = self.read_values(fields, "in0"), self.read_values(fields, "in1")
        r, results = self.read_scalar(fields, "operand0")[:, 0], []
        for j in range(left.shape[1]):
            r = self.operate(fields, 1, self.operate(fields, 0, left[:, j], r), right[:, j])
            results.append(r)
        self.write_values(fields, np.stack(results, axis=1))

    def tensor_cumulative(self, fields) -> None:
        values = self.read_values(fields, "in0")
        values = self.operate(fields, 0, values, self.read_scalar(fields, "operand0"))
        self.begin(fields, self.read_scalar(fields, "operand1"))
        r, results = self.partial(0, fields["op1"], len(values)), []
        for j in range(values.shape[1]):
            r = self.alu(fields["op1"], values[:, j], r)
            results.append(r)
        self.partials[0] = r
        self.write_values(fields, np.stack(results, axis=1))

    def select(self, fields) -> None:
        chosen = (self.read_values(fields, "in1") != 0) != bool(fields["reverse_pred"])
        self.choose(fields, chosen, self.read_scalar(fields, "operand0"))

    def index_select(self, fields) -> None:
        index = self.indices(fields, "in0").astype(np.float32)
        chosen = np.ones(index.shape, bool)
        for k in (0, 1):
            bound = self.read_scalar(fields, f"operand{k}")
            chosen &= COMPARE[fields[f"cmp{k}"]](index, bound)
        other = np.array([[fields["on_false"]]], np.uint32).view(np.float32)
        self.choose(fields, chosen, other)

    def choose(self, fields, chosen, other) -> None:
        values = np.where(chosen, self.read_values(fields, "in0"), other)
        self.accumulate(fields, values)
        target = fields["dst.dtype"]
        raw = self.narrow(values, target)
        if fields["in0.dtype"] is target and fields["reduce_cmd"] not in ACCUMULATES:
            raw = np.where(chosen, self.read(fields, "in0"), self.narrow(other, target))
        self.write(fields, raw, chosen if fields.get("keep") else None)

    def indices(self, fields, path: str) -> np.ndarray:
        dims = [
            (fields[f"index.strides.{k}"], size)
            for k, (_, size) in enumerate(on_chip_dims(fields, path))
        ]
        own = np.arange(fields["dst.num_partitions"]) * fields["index.channel_multiplier"]
        index = element_offsets(fields["offset"], dims, 1)[None, :] + own[:, None]
        return (index & 0xFFFF_FFFF).astype(np.uint32).view(np.int32)

    def iota(self, fields) -> None:
        index, target = self.indices(fields, "dst"), fields["dst.dtype"]
        if target in (DType.INT32, DType.UINT32):
            self.write(fields, index.view(np.uint32))
        else:
            self.write_values(fields, index.astype(np.float32))

    def read_accumulator(self, fields) -> None:
        op, count = fields["reduce_op"], fields["dst.num_partitions"]
        result = self.tree(op, [self.partial(k, op, count) for k in range(8)])[:, None]
        self.write_values(fields, -result if fields["negate"] else result)
