"""Random programs."""

import random

from tinyneuron.program.program import Program, Relocation, TensorSpec
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode, fields_of
from tinyneuron_hw.isa.opcodes import STREAM_OPCODES, Opcode, Stream


def random_instruction(rng: random.Random, opcode: Opcode) -> bytes:
    """Random legal-looking field values: any code of an enumeration, any number that fits."""
    values = {}
    flags = {}
    for field in fields_of(opcode):
        name = field.path
        if field.is_reserved or name == "header.opcode":
            continue
        if name.endswith("_by_register"):
            flags[name.removesuffix("_by_register")] = rng.random() < 0.2
        elif field.enum is not None:
            values[name] = rng.choice(list(field.enum))
        elif name.endswith("dtype"):
            values[name] = rng.choice(list(DType)).value
        else:
            low, high = field.bounds
            values[name] = rng.choice([0, 1, rng.randint(low, high)])
    for name, flag in flags.items():
        if flag:
            values[name] = rng.randrange(32)
            values[name + "_by_register"] = 1
    return encode(opcode, values)


def random_program(rng: random.Random) -> Program:
    streams = {}
    relocations = []
    for stream in rng.sample(list(Stream), 3):
        opcodes = [rng.choice(STREAM_OPCODES[stream]) for _ in range(8)]
        streams[stream] = [random_instruction(rng, opcode) for opcode in opcodes]
        for index, opcode in enumerate(opcodes):
            if opcode in (Opcode.DMA_LOAD, Opcode.DMA_COPY):
                relocations.append(Relocation(stream, index, "src.address", "x"))
    relocations.sort(key=lambda item: (item.stream.value, item.index))
    tensors = [
        TensorSpec("x", (3, 5), DType.BF16, "input"),
        TensorSpec("w", (2,), DType.FP32, "constant"),
        TensorSpec("y", (), DType.INT8, "output"),
    ]
    constants = {"w": rng.randbytes(8)}
    metadata = {"kernel": "a # b", "source": [1, 2]}
    return Program(get_config("tiny"), streams, tensors, constants, relocations, metadata)
