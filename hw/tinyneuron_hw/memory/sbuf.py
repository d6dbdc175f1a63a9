"""The state buffer: the software-managed memory every engine works from."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..blocks import Gated, Repeated
from ..config import LINE_BYTES, SBUF_BANKS, CoreConfig
from .arbiter import BankArbiter
from .ports import DmaReadPort, DmaWritePort, LineReadPort, LineWritePort
from .sbuf_bank import SbufBank, SbufBankSignature, WriteSource

__all__ = ["Sbuf"]


class _Choice(wiring.Component):
    """Keeps which bank a read went to; clocked only by reads."""

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
    conflicts: requests refused in this cycle.

    Latency and throughput
    ----------------------
    Read data one cycle after the request; a write is readable from the next cycle. Every port
    takes a request per cycle while nobody else wants its bank.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        self._chunk_banks = max(1, config.axi_bytes // LINE_BYTES)
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
        refused_reads = self._elaborate_reads(m, banks)
        refused_writes = self._elaborate_writes(m, banks)
        m.d.comb += self.conflicts.eq(sum(refused_reads + refused_writes))
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

    def _part(self, port: Any) -> Value:
        """Which part of the line a chunk smaller than a line is; 0 bits wide otherwise."""
        if not hasattr(port, "chunk"):
            return Const(0, 0)
        return port.chunk[: exact_log2(max(1, LINE_BYTES // self._config.axi_bytes))]

    def _arbitrate(self, m: Module, name: str, ports: list[Any]) -> tuple[list, list]:
        """Connects ``ports``, in order of priority, to an arbiter. Returns, for each, the banks it
        gets, and whether it is refused."""
        arbiter = BankArbiter(len(ports), SBUF_BANKS)
        m.submodules[f"{name}_arbiter"] = arbiter
        granted = []
        for r, port in enumerate(ports):
            chosen = Signal(SBUF_BANKS, name=f"{name}_granted{r}")
            width = SBUF_BANKS // self._groups(port)
            for group in range(self._groups(port)):
                banks = slice(group * width, (group + 1) * width)
                hit = self._group(port) == group
                m.d.comb += arbiter.wanted[r][banks].eq(hit.replicate(width))
            m.d.comb += [
                arbiter.valid[r].eq(port.valid),
                port.ready.eq(arbiter.ready[r]),
                chosen.eq(Mux(port.valid & port.ready, arbiter.wanted[r], 0)),
            ]
            granted.append(chosen)
        return granted, [port.valid & ~port.ready for port in ports]

    def _elaborate_reads(self, m: Module, banks: list[Any]) -> list[Value]:
        ports = [self.moving, self.stationary, *self.dma_read, self.vector_read, self.scalar_read]
        granted, refused = self._arbitrate(m, "read", ports)
        for b, bank in enumerate(banks):
            for port, grant in zip(ports, granted, strict=True):
                with m.If(grant[b]):
                    m.d.comb += [bank.read.eq(1), bank.read_row.eq(self._row(port))]
                    if hasattr(port, "partition"):
                        m.d.comb += bank.partition.eq(port.partition)
        for r, (port, grant) in enumerate(zip(ports, granted, strict=True)):
            selected = Cat(self._part(port), self._group(port))
            # Of what selects the data nothing moves without a grant, so nothing is selected then.
            choice = _Choice(len(selected))
            m.submodules[f"read_choice{r}"] = Gated(choice, grant.any(), name=f"read_choice{r}")
            m.d.comb += choice.choice.eq(selected)
            m.d.sync += port.data_valid.eq(grant.any())
            kept = choice.kept
            part, group = kept[: len(self._part(port))], kept[len(self._part(port)) :]
            with m.Switch(group):
                for g in range(self._groups(port)):
                    with m.Case(g):
                        m.d.comb += Value.cast(port.data).eq(self._read_data(port, banks, g, part))
        return refused

    def _read_data(self, port: Any, banks: list[Any], group: int, part: Value) -> Value:
        if not hasattr(port, "chunk"):
            return Value.cast(banks[group].lines)
        first = group * self._chunk_banks
        lines = Cat(bank.line for bank in banks[first : first + self._chunk_banks])
        return lines.word_select(part, len(port.data)) if len(part) else lines

    def _elaborate_writes(self, m: Module, banks: list[Any]) -> list[Value]:
        ports = [*self.dma_write, self.vector_write, self.scalar_write]
        granted, refused = self._arbitrate(m, "write", ports)
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
        return refused

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
