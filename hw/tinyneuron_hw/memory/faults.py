"""Which word of what was read is broken."""

from typing import Any

from amaranth.hdl import Cat, Module, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Fault", "FaultFinder", "Injection"]


class Fault(data.Struct):
    """A word that could not be corrected."""

    valid: unsigned(1)
    offset: unsigned(24)
    """Of the word's first byte in its partition."""
    partition: unsigned(8)
    psum: unsigned(1)

    @property
    def address(self) -> Value:
        """As in TRAP_ADDRESS."""
        return Cat(self.offset, self.partition)


class Injection(data.Struct):
    """Bits to invert in one word, once, when it is written next."""

    valid: unsigned(1)
    offset: unsigned(24)
    """Of any byte of the word."""
    partition: unsigned(8)
    flips: unsigned(72)
    """Of the codeword: the data from bit 0, then the check bits."""
    psum: unsigned(1)
    """It is a byte of PSUM, not a word of SBUF."""


class FaultFinder(wiring.Component):
    """Reports the first broken word of an access.

    Parameters
    ----------
    partitions, words:
        What an access reads: adjacent words of one or of all partitions.
    word_bytes:
        Bytes of a word.
    psum:
        Whether it looks at PSUM.

    Members
    -------
    single, double: bit ``partition * words + word``: the word was corrected, could not be
        corrected. 0 in cycles without data, and for words that are not wanted.
    partition, offset: of the first word of partition 0.
    corrected: Out(1)
    fault: Out(Fault)

    Latency: one cycle.
    """

    def __init__(self, partitions: int, words: int, word_bytes: int, *, psum: bool = False):
        self._partitions = partitions
        self._words = words
        self._word_bytes = word_bytes
        self._psum = psum
        super().__init__({
            "single": In(partitions * words),
            "double": In(partitions * words),
            "partition": In(8),
            "offset": In(24),
            "corrected": Out(1),
            "fault": Out(Fault),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.d.comb += self.fault.psum.eq(self._psum)
        m.d.sync += [self.corrected.eq(self.single.any()), self.fault.valid.eq(self.double.any())]
        with m.If(self.double.any()):
            for p in reversed(range(self._partitions)):
                for w in reversed(range(self._words)):
                    with m.If(self.double[p * self._words + w]):
                        m.d.sync += [
                            self.fault.partition.eq(self.partition + p),
                            self.fault.offset.eq(self.offset + w * self._word_bytes),
                        ]
        return m
