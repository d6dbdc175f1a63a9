"""Random legal instructions for the Scalar engine."""

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.opcodes import (
    ActivationFunction,
    Opcode,
    ReduceCommand,
    RoundMode,
    Space,
)
from tinyneuron_hw.isa.rules import CAST_DTYPES, check
from tinyneuron_hw.isa.table import HEADER_ROWS, SLOTS

from ..lanes.programs import SCALARS, RandomProgram, fp32_bits, pattern

COMMANDS = [command for command in ReduceCommand if command is not ReduceCommand.LOAD_REDUCE]


class ScalarProgram(RandomProgram):
    """Draws instructions of the engine; any bytes of the memory are a table."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loaded: list[int] = []

    def instruction(self, opcode: Opcode) -> bytes:
        fields = getattr(self, opcode.name.lower())()
        raw = encode(opcode, fields)
        check(self.config, opcode, decode(raw).fields)
        return raw

    def activate(self) -> dict:
        fields = decode(super().instruction(Opcode.ACTIVATE)).fields
        first = ActivationFunction.TABLE0.value
        built_in = [f for f in ActivationFunction if f.value < first]
        tables = [ActivationFunction(first + slot) for slot in self.loaded]
        choose = self.random.choice
        return fields | {
            "function": choose(tables if tables and self.random.random() < 0.7 else built_in),
            "parameter": fp32_bits(choose(SCALARS)), "reduce_cmd": choose(COMMANDS),
            "round_mode": choose(list(RoundMode)),
        }  # fmt: skip

    def load_table(self) -> dict:
        slot = self.random.randrange(SLOTS)
        self.loaded.append(slot)
        rows = HEADER_ROWS + self.random.choice([1, 2, 9])
        offset = 4 * self.random.randrange(self.config.sbuf_partition_bytes * 3 // 16 - rows)
        return {
            "in0": pattern(DType.UINT32, Space.SBUF, offset=offset, dims=[(1, rows)]),
            "slot": slot,
        }

    def activate_read(self) -> dict:
        count = self.partitions()
        dst = self.operand([1, 1, 1, 1], count, self.random.choice(CAST_DTYPES), is_write=True)
        return {"dst": dst, "round_mode": self.random.choice(list(RoundMode))}

    def activate_seed(self) -> dict:
        return {"in0": self.operand([1, 1, 1, 1], self.partitions(), DType.UINT32)}
