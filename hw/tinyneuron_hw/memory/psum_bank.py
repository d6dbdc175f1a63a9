"""One bank of every PSUM partition."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, enum, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated, write_masked
from ..config import CoreConfig

__all__ = ["PsumBank", "PsumBankSignature", "PsumMemory", "PsumMemorySignature",
           "PsumWriteSource"]  # fmt: skip


class PsumWriteSource(enum.Enum, shape=2):
    """Whose words are written."""

    SUMS = 0
    VECTOR = 1
    SCALAR = 2


class PsumMemorySignature(wiring.Signature):
    """Ports of :class:`PsumMemory`."""

    def __init__(self, config: CoreConfig):
        words = range(config.psum_bank_words)
        super().__init__({
            "read": In(1), "read_word": In(words), "word": Out(32),
            "write": In(1), "write_word": In(words), "data": In(32), "mask": In(32),
        })  # fmt: skip


class PsumMemory(wiring.Component):
    """The words of one bank of one partition: one read and one write port.

    A word is there one cycle after ``read``; reading a word that is being written gives the old
    bytes. A write changes the bits of ``mask``, whole bytes; see
    :class:`~.sbuf_bank.SbufMemory` for its form.
    """

    def __init__(self, config: CoreConfig):
        self._words = config.psum_bank_words
        super().__init__(PsumMemorySignature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.memory = memory = Memory(shape=32, depth=self._words, init=[])
        read = memory.read_port()
        m.d.comb += [
            read.en.eq(self.read), read.addr.eq(self.read_word), self.word.eq(read.data),
        ]  # fmt: skip
        write_masked(m, memory, platform, enable=self.write, address=self.write_word,
                     data=self.data, mask=self.mask)  # fmt: skip
        return m


class PsumBankSignature(wiring.Signature):
    """Ports of :class:`PsumBank`."""

    def __init__(self, config: CoreConfig):
        words = range(config.psum_bank_words)
        lanes = data.ArrayLayout(32, config.columns)
        super().__init__({
            "read": In(1), "read_word": In(words), "lanes": Out(lanes),
            "write": In(1), "write_word": In(words), "bytes": In(4),
            "partitions": In(config.columns), "source": In(PsumWriteSource),
            "sums": In(lanes), "vector": In(lanes), "scalar": In(lanes),
        })  # fmt: skip


class PsumBank(wiring.Component):
    """One bank of every partition, used by one reader and one writer per cycle.

    Members
    -------
    read, read_word: reads the word in every partition; ``lanes`` one cycle later.
    write, write_word, bytes, partitions: writes ``bytes`` of the word in ``partitions``.
    source, sums, vector, scalar: which words are written; chosen here, partition by partition, so
        that a simulator makes the choice only where a word is written.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(PsumBankSignature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        signature = PsumMemorySignature(config)
        mask = Signal(32)
        m.d.comb += mask.eq(Cat(byte.replicate(8) for byte in self.bytes))
        is_vector = self.source == PsumWriteSource.VECTOR
        is_scalar = self.source == PsumWriteSource.SCALAR
        for p in range(config.columns):
            memory = Repeated("tn_psum_memory", lambda: PsumMemory(config), signature)
            m.submodules[f"partition{p}"] = memory
            m.d.comb += [
                memory.read.eq(self.read),
                memory.read_word.eq(self.read_word),
                memory.write.eq(self.write & self.partitions[p]),
                memory.write_word.eq(self.write_word),
                memory.mask.eq(mask),
                memory.data.eq(
                    Mux(is_vector, self.vector[p], Mux(is_scalar, self.scalar[p], self.sums[p]))
                ),
                self.lanes[p].eq(memory.word),
            ]
        return m
