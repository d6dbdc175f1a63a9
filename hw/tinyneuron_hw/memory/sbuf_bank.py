"""One bank of every SBUF partition."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, enum, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated, write_masked
from ..config import LINE_BYTES, SBUF_BANKS, CoreConfig
from ..ecc import Syndromes, check_bits, correct, encode
from .ports import LINE_BITS

__all__ = ["LINE_WORDS", "WORD_BITS", "SbufBank", "SbufBankSignature", "SbufMemory",
           "SbufMemorySignature", "WriteSource"]  # fmt: skip

WORD_BITS = 64
"""Data bits of a codeword, which has 8 check bits more."""

LINE_WORDS = LINE_BITS // WORD_BITS
_CODE_BITS = WORD_BITS + check_bits(WORD_BITS)
_LINE_CODE_BITS = LINE_WORDS * _CODE_BITS
_ENCODER_SIGNATURE = wiring.Signature({
    "write": In(1), "data": In(LINE_BITS), "mask": In(LINE_BITS), "old": In(LINE_BITS),
    "flips": In(_LINE_CODE_BITS), "stored": Out(_LINE_CODE_BITS),
})  # fmt: skip


class WriteSource(enum.Enum, shape=2):
    """Where the bytes of a write come from."""

    CHUNK = 0
    VECTOR = 1
    SCALAR = 2


def _rows(config: CoreConfig) -> range:
    return range(config.sbuf_lines // SBUF_BANKS)


class SbufMemorySignature(wiring.Signature):
    """Ports of :class:`SbufMemory`."""

    def __init__(self, config: CoreConfig):
        rows = _rows(config)
        super().__init__({
            "read": In(1), "read_row": In(rows), "line": Out(LINE_BITS),
            "single": Out(LINE_WORDS), "double": Out(LINE_WORDS),
            "write": In(1), "write_row": In(rows), "data": In(LINE_BITS), "mask": In(LINE_BITS),
            "flip": In(1), "flips": In(_LINE_CODE_BITS),
        })  # fmt: skip


class SbufBankSignature(wiring.Signature):
    """Ports of :class:`SbufBank`."""

    def __init__(self, config: CoreConfig):
        rows = _rows(config)
        lines = data.ArrayLayout(LINE_BITS, config.partitions)
        flags = data.ArrayLayout(LINE_WORDS, config.partitions)
        super().__init__({
            "read": In(1), "read_row": In(rows), "partition": In(range(config.partitions)),
            "lines": Out(lines), "line": Out(LINE_BITS),
            "single": Out(flags), "double": Out(flags),
            "write": In(1), "write_row": In(rows), "bytes": In(LINE_BYTES),
            "partitions": In(config.partitions), "source": In(WriteSource), "chunk": In(LINE_BITS),
            "vector": In(lines), "scalar": In(lines),
            "flip": In(config.partitions), "flips": In(_LINE_CODE_BITS),
        })  # fmt: skip


class SbufMemory(wiring.Component):
    """The lines of one bank of one partition: one read and one write port.

    A line is there one cycle after ``read``; reading a line that is being written gives the old
    bytes. A write changes the bits of ``mask``, whole bytes. A target may replace this module with
    its memory macro. For simulation the mask is a selection between new and old bits, which runs
    as one assignment where byte enables would be sixteen.

    With ``config.ecc`` each 64-bit word of a line is kept with its check bits. ``line`` is
    corrected until the next cycle with a read or a write; bit w of ``single`` and ``double`` says
    what was wrong with word w. A write that changes part of a word must come in the cycle after a
    read of its row: the rest of the word is taken from there. With ``flip`` a written line is
    stored with the bits of ``flips`` inverted (word by word, check bits above the data).
    """

    def __init__(self, config: CoreConfig):
        self._rows = len(_rows(config))
        self._ecc = config.ecc
        super().__init__(SbufMemorySignature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        if self._ecc:
            self._elaborate_coded(m)
            return m
        m.submodules.memory = memory = Memory(shape=LINE_BITS, depth=self._rows, init=[])
        read = memory.read_port()
        m.d.comb += [
            read.en.eq(self.read), read.addr.eq(self.read_row), self.line.eq(read.data),
        ]  # fmt: skip
        write_masked(m, memory, platform, enable=self.write, address=self.write_row,
                     data=self.data, mask=self.mask)  # fmt: skip
        return m

    def _elaborate_coded(self, m: Module) -> None:
        m.submodules.memory = memory = Memory(shape=_LINE_CODE_BITS, depth=self._rows, init=[])
        read, write = memory.read_port(), memory.write_port(granularity=_CODE_BITS)
        m.submodules.encoder = encoder = Repeated(
            "tn_sbuf_encoder", SbufEncoder, _ENCODER_SIGNATURE, guard="write"
        )
        m.d.comb += [
            read.en.eq(self.read),
            read.addr.eq(self.read_row),
            encoder.write.eq(self.write),
            encoder.data.eq(self.data),
            encoder.mask.eq(self.mask),
            encoder.old.eq(self.line),
            encoder.flips.eq(Mux(self.flip, self.flips, 0)),
            write.addr.eq(self.write_row),
            write.data.eq(encoder.stored),
        ]
        m.submodules.syndromes = syndromes = Syndromes.repeated(WORD_BITS, LINE_WORDS)
        m.d.sync += syndromes.wanted.eq(self.read)
        m.d.comb += Value.cast(syndromes.codes).eq(read.data)
        for w in range(LINE_WORDS):
            word = syndromes.codes[w][:WORD_BITS]
            found = correct(m, word, syndromes.syndromes[w], f"word{w}")
            m.d.comb += [
                self.line.word_select(w, WORD_BITS).eq(found.data),
                self.single[w].eq(found.single),
                self.double[w].eq(found.double),
                write.en[w].eq(self.write & self.mask.word_select(w, WORD_BITS).any()),
            ]


class SbufEncoder(wiring.Component):
    """What is stored of a line when ``data`` replaces the bits of ``mask`` in ``old``, with
    ``flips`` inverted: word by word, check bits above the data. Combinational; counts while
    ``write`` is high."""

    def __init__(self) -> None:
        super().__init__(_ENCODER_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        merged = Signal(LINE_BITS)
        m.d.comb += merged.eq((self.data & self.mask) | (self.old & ~self.mask))
        words = [merged.word_select(w, WORD_BITS) for w in range(LINE_WORDS)]
        coded = Cat(Cat(word, encode(m, word, f"new{w}")) for w, word in enumerate(words))
        m.d.comb += self.stored.eq(coded ^ self.flips)
        return m


class SbufBank(wiring.Component):
    """One bank of every partition, used by one reader and one writer per cycle.

    Members
    -------
    read, read_row: reads the row in every partition.
    partition: whose line ``line`` shows with the data of this read.
    lines, line: one cycle after ``read``; with them ``single`` and ``double``, the errors found.
    write, write_row, bytes, partitions: writes ``bytes`` of the row in ``partitions``.
    source, chunk, vector, scalar: the bytes come from a line of every partition (``vector``,
        ``scalar``) or from one line for all (``chunk``). The choice is made here, partition by
        partition, so that a simulator makes it only where a line is written.
    flip, flips: see :class:`SbufMemory`; in which partitions.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(SbufBankSignature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        signature = SbufMemorySignature(config)
        mask = Signal(LINE_BITS)
        with m.If(self.write):  # nothing to spread in other cycles
            m.d.comb += mask.eq(Cat(byte.replicate(8) for byte in self.bytes))
        is_vector = self.source == WriteSource.VECTOR
        is_scalar = self.source == WriteSource.SCALAR
        for p in range(config.partitions):
            memory = Repeated("tn_sbuf_memory", lambda: SbufMemory(config), signature)
            m.submodules[f"partition{p}"] = memory
            m.d.comb += [
                memory.read.eq(self.read),
                memory.read_row.eq(self.read_row),
                memory.write.eq(self.write & self.partitions[p]),
                memory.write_row.eq(self.write_row),
                memory.mask.eq(mask),
                memory.data.eq(
                    Mux(is_vector, self.vector[p], Mux(is_scalar, self.scalar[p], self.chunk))
                ),
                self.lines[p].eq(memory.line),
                self.single[p].eq(memory.single),
                self.double[p].eq(memory.double),
                memory.flip.eq(self.flip[p]),
                memory.flips.eq(self.flips),
            ]
        partition = Signal.like(self.partition)
        with m.If(self.read):
            m.d.sync += partition.eq(self.partition)
        with m.Switch(partition):
            for p in range(config.partitions):
                with m.Case(p):
                    m.d.comb += self.line.eq(self.lines[p])
        return m
