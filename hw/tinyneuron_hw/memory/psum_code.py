"""How a word of PSUM is kept."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..ecc import check_bits, encode
from .faults import Injection
from .ports import psum_word_bits

__all__ = ["WORD_BYTES", "PsumEncoder", "code_bits", "kept_lanes"]

WORD_BYTES = 4


def code_bits(config: CoreConfig) -> int:
    """Bits in which a byte is kept: 8, or 13 with ``config.ecc``."""
    return 8 + (check_bits(8) if config.ecc else 0)


def kept_lanes(config: CoreConfig) -> data.ArrayLayout:
    """A word of every partition as it is kept: byte by byte, check bits above the data."""
    return data.ArrayLayout(WORD_BYTES * code_bits(config), config.columns)


class PsumEncoder(wiring.Component):
    """Words of one writer in codewords, and errors put into one of them; combinational.

    Members
    -------
    write, word, bytes, partitions: what is written in this cycle.
    lanes, kept: the words, and how they are kept.
    inject: bits to invert in the codeword it names; ``injected``: they are, in this cycle.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__({
            "write": In(1), "word": In(psum_word_bits(config)), "bytes": In(WORD_BYTES),
            "partitions": In(config.columns),
            "lanes": In(data.ArrayLayout(32, config.columns)), "kept": Out(kept_lanes(config)),
            "inject": In(Injection), "injected": Out(1),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config, inject = self._config, self.inject
        if not config.ecc:
            m.d.comb += self.kept.as_value().eq(self.lanes.as_value())
            return m
        unit = code_bits(config)
        place = inject.offset[:2]
        m.d.comb += self.injected.eq(
            inject.valid
            & inject.psum
            & self.write
            & (inject.offset[2:] == self.word)
            & self.bytes.bit_select(place, 1)
            & self.partitions.bit_select(inject.partition, 1)
        )
        flips = Signal(WORD_BYTES * unit)
        with m.If(self.injected):
            m.d.comb += flips.word_select(place, unit).eq(inject.flips[:unit])
        for p in range(config.columns):
            code = Signal(len(flips), name=f"code{p}")
            for i in range(WORD_BYTES):
                byte = self.lanes[p].word_select(i, 8)
                check = encode(m, byte, f"lane{p}_{i}")
                m.d.comb += code.word_select(i, unit).eq(Cat(byte, check))
            m.d.comb += self.kept[p].eq(code ^ Mux(inject.partition == p, flips, 0))
        return m
