"""One bank of every PSUM partition."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, enum, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated, write_masked
from ..config import CoreConfig
from ..ecc import Syndromes, correct
from .psum_code import WORD_BYTES, code_bits, kept_lanes

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
        kept = WORD_BYTES * code_bits(config)
        super().__init__({
            "read": In(1), "read_word": In(words), "word": Out(32),
            "single": Out(WORD_BYTES), "double": Out(WORD_BYTES),
            "write": In(1), "write_word": In(words), "data": In(kept), "mask": In(kept),
        })  # fmt: skip


class PsumMemory(wiring.Component):
    """The words of one bank of one partition: one read and one write port.

    A word is there one cycle after ``read``; reading a word that is being written gives the old
    bytes. A write changes the bits of ``mask``, whole bytes; see
    :class:`~.sbuf_bank.SbufMemory` for its form. With ``config.ecc`` ``data`` are codewords of
    bytes, so that no write has to read first; ``word`` is corrected until the next cycle with a
    read or a write, and ``single`` and ``double`` say what was wrong with each byte.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(PsumMemorySignature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        unit = code_bits(self._config)
        m.submodules.memory = memory = Memory(
            shape=WORD_BYTES * unit, depth=self._config.psum_bank_words, init=[]
        )
        read = memory.read_port()
        m.d.comb += [read.en.eq(self.read), read.addr.eq(self.read_word)]
        write_masked(m, memory, platform, enable=self.write, address=self.write_word,
                     data=self.data, mask=self.mask, unit=unit)  # fmt: skip
        if not self._config.ecc:
            m.d.comb += self.word.eq(read.data)
            return m
        m.submodules.syndromes = syndromes = Syndromes.repeated(8, WORD_BYTES)
        m.d.sync += syndromes.wanted.eq(self.read)
        m.d.comb += Value.cast(syndromes.codes).eq(read.data)
        for i in range(WORD_BYTES):
            found = correct(m, syndromes.codes[i][:8], syndromes.syndromes[i], f"byte{i}")
            m.d.comb += [
                self.word.word_select(i, 8).eq(found.data),
                self.single[i].eq(found.single),
                self.double[i].eq(found.double),
            ]
        return m


class PsumBankSignature(wiring.Signature):
    """Ports of :class:`PsumBank`."""

    def __init__(self, config: CoreConfig):
        words = range(config.psum_bank_words)
        lanes = data.ArrayLayout(32, config.columns)
        kept = kept_lanes(config)
        flags = data.ArrayLayout(WORD_BYTES, config.columns)
        super().__init__({
            "read": In(1), "read_word": In(words), "lanes": Out(lanes),
            "single": Out(flags), "double": Out(flags),
            "write": In(1), "write_word": In(words), "bytes": In(WORD_BYTES),
            "partitions": In(config.columns), "source": In(PsumWriteSource),
            "sums": In(kept), "vector": In(kept), "scalar": In(kept),
        })  # fmt: skip


class PsumBank(wiring.Component):
    """One bank of every partition, used by one reader and one writer per cycle.

    Members
    -------
    read, read_word: reads the word in every partition; ``lanes`` one cycle later, with them
        ``single`` and ``double``, the bytes with errors.
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
        mask = Signal(WORD_BYTES * code_bits(config))
        m.d.comb += mask.eq(Cat(byte.replicate(code_bits(config)) for byte in self.bytes))
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
                self.single[p].eq(memory.single),
                self.double[p].eq(memory.double),
            ]
        return m
