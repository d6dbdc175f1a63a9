"""How a word of PSUM is kept."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated
from ..config import CoreConfig
from ..ecc import check_bits, encode
from .faults import Injection
from .ports import psum_word_bits

__all__ = ["WORD_BYTES", "PsumEncoder", "code_bits", "kept_lanes"]

WORD_BYTES = 4
_CODE_BITS = 8 + check_bits(8)


def code_bits(config: CoreConfig) -> int:
    """Bits in which a byte is kept: 8, or 13 with ``config.ecc``."""
    return _CODE_BITS if config.ecc else 8


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
            encoder = Repeated("tn_psum_encoder", _WordEncoder, _SIGNATURE, guard="write")
            m.submodules[f"partition{p}"] = encoder
            m.d.comb += [
                encoder.write.eq(self.write),
                encoder.word.eq(self.lanes[p]),
                encoder.flips.eq(Mux(inject.partition == p, flips, 0)),
                self.kept[p].eq(encoder.kept),
            ]
        return m


_SIGNATURE = wiring.Signature({
    "write": In(1), "word": In(8 * WORD_BYTES), "flips": In(WORD_BYTES * _CODE_BITS),
    "kept": Out(WORD_BYTES * _CODE_BITS),
})  # fmt: skip


class _WordEncoder(wiring.Component):
    """How a word is kept, with ``flips`` inverted; counts while ``write`` is high."""

    def __init__(self) -> None:
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        parts = [self.word.word_select(i, 8) for i in range(WORD_BYTES)]
        coded = Cat(Cat(byte, encode(m, byte, f"byte{i}")) for i, byte in enumerate(parts))
        m.d.comb += self.kept.eq(coded ^ self.flips)
        return m
