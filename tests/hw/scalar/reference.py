"""What the Scalar engine's opcodes do, on top of the lanes' reference. Tables are golden's, which
`tests/firmware/tables` compares with the functions themselves."""

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import ActivationFunction, ReduceCommand, RoundMode
from tinyneuron_sim.golden.numerics import from_float32
from tinyneuron_sim.golden.scalar_state import ScalarState
from tinyneuron_sim.golden.table import evaluate

from ..lanes.reference import Reference, canonical

Code = ActivationFunction


class ScalarReference(Reference):
    """Keeps the tables and the partial sums from instruction to instruction."""

    def __init__(self, config: CoreConfig, sbuf: np.ndarray, psum: np.ndarray):
        super().__init__(config, sbuf, psum)
        self.state = ScalarState(len(sbuf))

    def activate(self, fields) -> None:
        x = self.read_values(fields, "in0")
        x = canonical(canonical(x * self.read_scalar(fields, "scale"))
                      + self.read_scalar(fields, "bias"))  # fmt: skip
        values = canonical(self.function(fields, x))
        sums, command = self.state.sums, fields["reduce_cmd"]
        if command in (ReduceCommand.RESET, ReduceCommand.RESET_REDUCE):
            sums[:] = 0
        if command in (ReduceCommand.REDUCE, ReduceCommand.RESET_REDUCE):
            for j in range(values.shape[1]):
                part = sums[: len(values), j % 8]
                part[:] = canonical(part + values[:, j])
        self.write_cast(fields, values)

    def write_cast(self, fields, values: np.ndarray) -> None:
        random = None
        if fields["round_mode"] is RoundMode.STOCHASTIC:
            random = self.state.generators.draw(values.shape[1])[: len(values)]
        self.write(fields, from_float32(values, fields["dst.dtype"], random))

    def function(self, fields, x: np.ndarray) -> np.ndarray:
        code = fields["function"]
        if code.value >= Code.TABLE0.value:
            return evaluate(self.state.table(code.value - Code.TABLE0.value), x)
        slope = np.array([fields["parameter"]], np.uint32).view(np.float32)
        zero, one = np.float32(0), np.float32(1)
        return {
            Code.IDENTITY: lambda: x,
            Code.RELU: lambda: np.where(np.isnan(x) | (x > 0), x, zero),
            Code.PRELU: lambda: np.where(np.signbit(x), x * slope, x),
            Code.SQUARE: lambda: x * x,
            Code.ABSOLUTE: lambda: np.abs(x),
            Code.SIGN: lambda: np.where(
                np.isnan(x), x, np.where(x == 0, zero, np.copysign(one, x))
            ),
        }[code]()

    def load_table(self, fields) -> None:
        words = self.read({**fields, "dst.num_partitions": 4}, "in0").astype(object)
        self.state.load(fields["slot"], [a | b << 32 | c << 64 | d << 96 for a, b, c, d in words.T])

    def activate_read(self, fields) -> None:
        p = self.state.sums[: fields["dst.num_partitions"]].T[..., None]
        low = canonical(canonical(p[0] + p[1]) + canonical(p[2] + p[3]))
        high = canonical(canonical(p[4] + p[5]) + canonical(p[6] + p[7]))
        self.write_cast(fields, canonical(low + high))

    def activate_seed(self, fields) -> None:
        count = fields["in0.num_partitions"]
        seeds = self.read({**fields, "dst.num_partitions": count}, "in0")
        self.state.generators.seed(seeds[:, 0])
