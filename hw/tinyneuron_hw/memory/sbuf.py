"""The state buffer: the software-managed memory every engine works from."""

from functools import reduce
from operator import or_
from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..blocks import Gated, Repeated
from ..config import LINE_BYTES, SBUF_BANKS, CoreConfig
from ..isa.waits import SBUF_PORTS
from .arbiter import BankArbiter
from .faults import Fault, FaultFinder, Injection
from .ports import DmaReadPort, DmaWritePort, LineReadPort, LineWritePort
from .sbuf_bank import LINE_WORDS, WORD_BITS, SbufBank, SbufBankSignature, WriteSource
from .sweep import SweepPort
from .waits import PortWaits, count_waits
from .write_turns import WriteTurns

__all__ = ["Sbuf"]


_WORDS = 8
"""Words of the widest chunk."""


class _Choice(wiring.Component):
    """Keeps what a read was for; clocked only by reads."""

    def __init__(self, bits: int):
        super().__init__({"choice": In(bits), "kept": Out(bits)})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.d.sync += self.kept.eq(self.choice)
        return m


class Sbuf(wiring.Component):
    """Partitions of 8 banks of 16-byte lines, ``bank = line % 8``, shared by all engines.

    In each cycle each bank (of all partitions together) serves one read and one write. Requests
    for the same bank are granted by priority: moving, stationary, DMA, Vector, Scalar; one that
    was refused 8 times goes first. A read of a line that is written in the same cycle gives the
    old bytes. Contents survive reset.

    Parameters
    ----------
    config:
        Core sizes.

    Members
    -------
    moving, stationary, vector_read, scalar_read: a line of every partition.
    vector_write, scalar_write: bytes of a line in some partitions.
    dma_read, dma_write: ``axi_bytes`` of one partition, for each DMA port.
    conflicts: requests refused in this cycle; ``waits``: which, and why.
    corrected: accesses that needed a correction, two cycles ago.
    faults: of each reader in the order above, then of each writer, DMA ports first: a word that
        was wanted and could not be corrected, one cycle after the data.
    inject: bits to invert when a word is written next; ``injected``: they are, in this cycle.
    sweep: writes zeros, row by row.

    Latency and throughput
    ----------------------
    Read data one cycle after the request; a write is readable from the next cycle. Every port
    takes a request per cycle while nobody else wants its bank. With ``config.ecc`` a write
    that changes a part of a 64-bit word takes two cycles, and the bank's read in the first.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        self._chunk_banks = max(1, config.axi_bytes // LINE_BYTES)
        self._rows = config.sbuf_lines // SBUF_BANKS
        readers, writers = 4 + config.dma_ports, 2 + config.dma_ports
        super().__init__({
            "moving": In(LineReadPort(config)),
            "stationary": In(LineReadPort(config)),
            "vector_read": In(LineReadPort(config)),
            "scalar_read": In(LineReadPort(config)),
            "vector_write": In(LineWritePort(config)),
            "scalar_write": In(LineWritePort(config)),
            "dma_read": In(DmaReadPort(config)).array(config.dma_ports),
            "dma_write": In(DmaWritePort(config)).array(config.dma_ports),
            "conflicts": Out(4),
            "waits": Out(PortWaits(SBUF_PORTS, config.dma_ports)),
            "corrected": Out(range(readers + writers + 1)),
            "faults": Out(Fault).array(readers + writers),
            "inject": In(Injection),
            "injected": Out(1),
            "sweep": In(SweepPort(config)),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        signature = SbufBankSignature(config)
        banks = []
        for b in range(SBUF_BANKS):
            bank = Repeated("tn_sbuf_bank", lambda: SbufBank(config), signature)
            # An idle bank costs neither power nor simulation time.
            gated = Gated(bank, bank.read | bank.write, name=f"sbuf_bank{b}")
            m.submodules[f"bank{b}"] = gated
            banks.append(bank)
        self._finders: list[FaultFinder] = []
        turns = self._take_turns(m)
        refused_reads = self._elaborate_reads(m, banks, turns)
        refused_writes = self._elaborate_writes(m, banks, turns)
        m.d.comb += self.conflicts.eq(sum(refused_reads + refused_writes))
        if config.ecc:
            self._elaborate_injection(m, banks)
            m.d.comb += self.corrected.eq(sum(finder.corrected for finder in self._finders))
            m.d.comb += [
                Value.cast(fault).eq(Value.cast(finder.fault))
                for fault, finder in zip(self.faults, self._finders, strict=True)
            ]
        return m

    def _group(self, port: Any) -> Value:
        """Number of the (group of) banks that a request wants; ``_row`` is the row in them."""
        return self._address(port)[: exact_log2(self._groups(port))]

    def _row(self, port: Any) -> Value:
        return self._address(port)[exact_log2(self._groups(port)) :]

    def _groups(self, port: Any) -> int:
        return SBUF_BANKS // self._chunk_banks if hasattr(port, "chunk") else SBUF_BANKS

    def _address(self, port: Any) -> Value:
        """Number of the port's unit of whole banks: a line, or the lines of a chunk."""
        return port.chunk[len(self._part(port)) :] if hasattr(port, "chunk") else port.line

    def _place(self, port: Any) -> tuple[Value, Value]:
        """The line, and in which partitions; or the chunk, and in which one."""
        if hasattr(port, "chunk"):
            return port.chunk, port.partition
        return port.line, port.partition_mask

    def _part(self, port: Any) -> Value:
        """Which part of the line a chunk smaller than a line is; 0 bits wide otherwise."""
        if not hasattr(port, "chunk"):
            return Const(0, 0)
        return port.chunk[: exact_log2(max(1, LINE_BYTES // self._config.axi_bytes))]

    @property
    def _writers(self) -> list[Any]:
        return [*self.dma_write, self.vector_write, self.scalar_write]

    def _take_turns(self, m: Module) -> WriteTurns:
        """Connects the writers, in order of priority, to what says when they may write."""
        m.submodules.write_turns = turns = WriteTurns(len(self._writers), SBUF_BANKS)
        dma, *others = SBUF_PORTS[5:]
        count_waits(m, self.waits, turns, [*[dma] * self._config.dma_ports, *others])
        for r, port in enumerate(self._writers):
            self._connect_request(m, turns, r, port)
            if self._config.ecc:
                m.d.comb += turns.partial[r].eq(self._partial_words(port).any())
        return turns

    def _partial_words(self, port: Any) -> Value:
        """Of which words of its line or chunk a write changes a part."""
        mask = port.mask if hasattr(port, "mask") else port.byte_mask
        size = WORD_BITS // 8
        words = [mask[i : i + size] for i in range(0, len(mask), size)]
        return Cat(word.any() & ~word.all() for word in words)

    def _connect_request(self, m: Module, arbiter: Any, r: int, port: Any) -> None:
        width = SBUF_BANKS // self._groups(port)
        for group in range(self._groups(port)):
            banks = slice(group * width, (group + 1) * width)
            hit = self._group(port) == group
            m.d.comb += arbiter.wanted[r][banks].eq(hit.replicate(width))
        m.d.comb += [arbiter.valid[r].eq(port.valid), port.ready.eq(arbiter.ready[r])]

    def _granted(self, m: Module, name: str, arbiter: Any, ports: list[Any]) -> list[Signal]:
        """The banks each of the ports gets."""
        granted = []
        for r, port in enumerate(ports):
            chosen = Signal(SBUF_BANKS, name=f"{name}_granted{r}")
            m.d.comb += chosen.eq(Mux(port.valid & port.ready, arbiter.wanted[r], 0))
            granted.append(chosen)
        return granted

    def _elaborate_reads(self, m: Module, banks: list[Any], turns: WriteTurns) -> list[Value]:
        ports = [self.moving, self.stationary, *self.dma_read, self.vector_read, self.scalar_read]
        m.submodules.read_arbiter = arbiter = BankArbiter(len(ports), SBUF_BANKS)
        moving, stationary, dma, *others = SBUF_PORTS[:5]
        names = [moving, stationary, *[dma] * self._config.dma_ports, *others]
        count_waits(m, self.waits, arbiter, names)
        for r, port in enumerate(ports):
            self._connect_request(m, arbiter, r, port)
        granted = self._granted(m, "read", arbiter, ports)
        if self._config.ecc:
            m.d.comb += arbiter.reserved.eq(reduce(or_, turns.reads))
        for b, bank in enumerate(banks):
            for r, port in enumerate(self._writers if self._config.ecc else []):
                with m.If(turns.reads[r][b]):
                    m.d.comb += [bank.read.eq(1), bank.read_row.eq(self._row(port))]
            for port, grant in zip(ports, granted, strict=True):
                with m.If(grant[b]):
                    m.d.comb += [bank.read.eq(1), bank.read_row.eq(self._row(port))]
                    if hasattr(port, "partition"):
                        m.d.comb += bank.partition.eq(port.partition)
        for r, (port, grant) in enumerate(zip(ports, granted, strict=True)):
            # Of what selects the data nothing moves without a grant, so nothing is selected then.
            place, where = self._place(port)
            selected = Cat(place, where) if self._config.ecc else place
            choice = _Choice(len(selected))
            m.submodules[f"read_choice{r}"] = Gated(choice, grant.any(), name=f"read_choice{r}")
            m.d.comb += choice.choice.eq(selected)
            m.d.sync += port.data_valid.eq(grant.any())
            part_bits, group_bits = len(self._part(port)), exact_log2(self._groups(port))
            part = choice.kept[:part_bits]
            group = choice.kept[part_bits : part_bits + group_bits]
            with m.Switch(group):
                for g in range(self._groups(port)):
                    with m.Case(g):
                        m.d.comb += Value.cast(port.data).eq(self._read_data(port, banks, g, part))
            if self._config.ecc:
                kept_place, kept_where = choice.kept[: len(place)], choice.kept[len(place) :]
                self._find_faults(m, f"read{r}", port, banks, port.data_valid, kept_place,
                                  kept_where, Const(-1, _WORDS))  # fmt: skip
        return [port.valid & ~port.ready for port in ports]

    def _read_data(self, port: Any, banks: list[Any], group: int, part: Value) -> Value:
        if not hasattr(port, "chunk"):
            return Value.cast(banks[group].lines)
        first = group * self._chunk_banks
        lines = Cat(bank.line for bank in banks[first : first + self._chunk_banks])
        return lines.word_select(part, len(port.data)) if len(part) else lines

    def _elaborate_writes(self, m: Module, banks: list[Any], turns: WriteTurns) -> list[Value]:
        ports = self._writers
        granted = self._granted(m, "write", turns, ports)
        for b, bank in enumerate(banks):
            m.d.comb += [
                bank.vector.eq(self.vector_write.data),
                bank.scalar.eq(self.scalar_write.data),
            ]
            for port, grant in zip(ports, granted, strict=True):
                with m.If(grant[b]):
                    m.d.comb += [
                        bank.write.eq(1),
                        bank.write_row.eq(self._row(port)),
                        *self._write_data(port, bank, b),
                    ]
            # No writer is active then, so the bytes are those of no chunk: zeros.
            with m.If(self.sweep.active & (self.sweep.row < self._rows)):
                m.d.comb += [
                    bank.write.eq(1),
                    bank.write_row.eq(self.sweep.row),
                    bank.bytes.eq(-1),
                    bank.partitions.eq(-1),
                ]
        for r, port in enumerate(ports if self._config.ecc else []):
            self._find_faults(m, f"write{r}", port, banks, turns.merging[r], *self._place(port),
                              self._partial_words(port))  # fmt: skip
        reads_first = [wanted.any() for wanted in turns.reads]
        return [
            port.valid & ~port.ready & ~first
            for port, first in zip(ports, reads_first, strict=True)
        ]

    def _find_faults(
        self, m: Module, name: str, port: Any, banks: list[Any], enable: Value, place: Value,
        where: Value, words: Value,
    ) -> None:  # fmt: skip
        """Adds a finder for what was read for a line (``where``: in which partitions) or a chunk
        (in which partition). ``words``: which of its words count."""
        config = self._config
        by_chunk = hasattr(port, "chunk")
        partitions = 1 if by_chunk else config.partitions
        count = max(1, 8 * config.axi_bytes // WORD_BITS) if by_chunk else LINE_WORDS
        finder = FaultFinder(partitions, count, WORD_BITS // 8)
        m.submodules[f"{name}_faults"] = finder
        self._finders.append(finder)
        part_bits = len(self._part(port))
        group = place[part_bits : part_bits + exact_log2(self._groups(port))]
        for kind in ("single", "double"):
            flags = Signal(partitions * count, name=f"{name}_{kind}")
            with m.Switch(group):
                for g in range(self._groups(port)):
                    with m.Case(g):
                        m.d.comb += flags.eq(self._flags(port, banks, kind, g, place, where))
            if not by_chunk:
                words_of = Cat(bit.replicate(LINE_WORDS) for bit in where)
                wanted = words_of & words[:LINE_WORDS].replicate(partitions)
            else:
                wanted = words[:count]
            m.d.comb += getattr(finder, kind).eq(Mux(enable, flags & wanted, 0))
        shift = exact_log2(config.axi_bytes if by_chunk else LINE_BYTES)
        m.d.comb += finder.offset.eq(Cat(Const(0, shift), place))
        if by_chunk:
            m.d.comb += finder.partition.eq(where)

    def _flags(
        self, port: Any, banks: list[Any], kind: str, group: int, place: Value, where: Value
    ) -> Value:
        """The flags of a kind for a line in all partitions, or a chunk in one."""
        if not hasattr(port, "chunk"):
            return Value.cast(getattr(banks[group], kind))
        first = group * self._chunk_banks
        chosen = banks[first : first + self._chunk_banks]
        flags = Cat(Value.cast(getattr(bank, kind)).word_select(where, LINE_WORDS)
                    for bank in chosen)  # fmt: skip
        part = place[: len(self._part(port))]
        words = len(flags) >> len(part)
        return flags.word_select(part, words) if len(part) else flags

    def _elaborate_injection(self, m: Module, banks: list[Any]) -> None:
        """Inverts bits of the codeword that ``inject`` names when it is written."""
        inject = self.inject
        line, word = inject.offset[exact_log2(LINE_BYTES) :], inject.offset[3:4]
        flips = Signal(len(banks[0].flips))
        width = len(flips) // LINE_WORDS
        m.d.comb += flips.eq(inject.flips << Mux(word, width, 0))
        hits = []
        for b, bank in enumerate(banks):
            touched = Mux(word, bank.bytes[8:].any(), bank.bytes[:8].any())
            hit = Signal(name=f"inject{b}")
            with m.If(inject.valid & ~inject.psum):
                m.d.comb += hit.eq(
                    bank.write
                    & (line == Cat(Const(b, 3), bank.write_row))
                    & bank.partitions.bit_select(inject.partition, 1)
                    & touched
                )
            m.d.comb += bank.flips.eq(flips)
            m.d.comb += bank.flip.eq(Mux(hit, Const(1, len(bank.flip)) << inject.partition, 0))
            hits.append(hit)
        m.d.comb += self.injected.eq(Cat(hits).any())

    def _write_data(self, port: Any, bank: Any, b: int) -> list[Any]:
        config = self._config
        if not hasattr(port, "chunk"):
            is_vector = port is self.vector_write
            return [
                bank.bytes.eq(port.byte_mask),
                bank.partitions.eq(port.partition_mask),
                bank.source.eq(WriteSource.VECTOR if is_vector else WriteSource.SCALAR),
            ]
        # A chunk is a part of one line (then it stands in every part), or several lines.
        parts = 1 << len(self._part(port))
        place = b % self._chunk_banks
        mask = Cat(Mux(self._part(port) == part, port.mask, 0) for part in range(parts))
        return [
            bank.bytes.eq(mask[LINE_BYTES * place : LINE_BYTES * (place + 1)]),
            bank.partitions.eq(Const(1, config.partitions) << port.partition),
            bank.chunk.eq(port.data.replicate(parts)[128 * place : 128 * (place + 1)]),
        ]
