"""Register-named fields, and what DMA commands carry."""

import random

import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream

from .bench import BASES, FAST, Bench, TrapRecord, halt
from .programs import move


class TestOperands:
    def test_register_named_fields_reach_the_engine(self):
        rng = random.Random(4)
        limits = {"dst.start_partition": (0, 1), "dst.num_partitions": (1, 2),
                  "dst.offset": (0, 64), "value": (0, 1 << 31)}  # fmt: skip
        for i in range(4):
            limits[f"dst.dims.{i}.stride"] = (-2, 3)
            limits[f"dst.dims.{i}.size"] = (1, 3)
        fields = {"dst.dtype": DType.UINT8, "dst.space": Space.SBUF}
        code, want = [], {}
        for number, (path, (low, high)) in enumerate(limits.items()):
            want[path] = rng.randrange(low, high)
            if path == "dst.offset":
                want[path] = 1000
            code.append(move(number, want[path] & 0xFFFF_FFFF))
            fields |= {path: number, f"{path}_by_register": 1}
        code += [encode(Opcode.MEMSET, fields), halt()]
        bench = Bench({Stream.VECTOR: code}).run()
        assert bench.done
        ((_, _, raw),) = bench.issued
        got = decode(raw.to_bytes(128, "little"))
        assert got.registers() == {}
        assert {path: got[path] for path in want} == want

    @pytest.mark.parametrize(
        ("path", "value", "fits"),
        [
            ("dst.dims.0.stride", 0x7FFF, True),
            ("dst.dims.0.stride", 0x8000, False),
            ("dst.dims.1.stride", 0xFFFF_8000, True),
            ("dst.dims.1.stride", 0xFFFF_7FFF, False),
            ("dst.num_partitions", 256, False),
            ("dst.dims.2.size", 0x1_0001, False),
            ("dst.offset", 0x100_0000, False),
        ],
    )
    def test_a_register_value_must_fit_its_field(self, path, value, fits):
        fields = {"dst.dtype": DType.UINT8, "dst.space": Space.SBUF, "dst.num_partitions": 1}
        code = [move(5, value), encode(Opcode.MEMSET, fields | {path: 5, f"{path}_by_register": 1})]
        bench = Bench({Stream.VECTOR: [*code, halt()]}, timing=FAST).run()
        assert bench.done == fits
        if not fits:
            trap = TrapRecord(Trap.BAD_OPERAND, Stream.VECTOR, 1, BASES[1] + 128)
            assert bench.traps == [trap]

    def test_dma_commands_carry_registers_and_place(self):
        on_chip = {"dtype": DType.FP32, "space": Space.SBUF, "num_partitions": 1}
        device = {"dtype": DType.FP32, "address": 64, "address_uses_register": 1, "scale": 4}
        code = [
            move(1, 11), move(2, 22),
            encode(Opcode.DMA_LOAD, dst=on_chip, src=device | {"register": 1}),
            encode(Opcode.DMA_STORE, src=on_chip, dst=device | {"register": 2}),
            encode(Opcode.DMA_COPY, src=device | {"register": 1}, dst=device | {"register": 2}),
            encode(Opcode.DMA_LOCAL, src=on_chip, dst=on_chip, queue=1),
            halt(),
        ]  # fmt: skip
        bench = Bench(dict.fromkeys(Stream, code), seed=8).run()
        assert bench.done
        assert len(bench.dma_commands) == 20
        for stream in Stream:
            mine = [c for c in bench.dma_commands if c.stream is stream]
            assert [c.pc for c in mine] == [2, 3, 4, 5]
            assert [(c.src_register, c.dst_register) for c in mine] == [
                (11, 0), (0, 22), (11, 22), (0, 0)
            ]  # fmt: skip
            assert [c.instruction_address for c in mine] == [
                BASES[stream.value] + 128 * c.pc for c in mine
            ]
