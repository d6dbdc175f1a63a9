"""Configurations: the one place every size comes from.

A :class:`CoreConfig` is frozen and validated; derived sizes are properties. RTL, golden model,
firmware and docs read the same object, so a size exists once.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

__all__ = ["PRESETS", "ConfigError", "CoreConfig", "get_config"]

LINE_BYTES = 16
"""Bytes of one SBUF line (one bank access of one partition)."""

SBUF_BANKS = 8
"""Banks per SBUF partition, interleaved by line: ``bank = (offset // 16) % 8``."""

PSUM_BANKS = 8
"""Banks per PSUM partition, each contiguous: ``bank = offset // psum_bank_bytes``."""

NUM_SEMAPHORES = 64
"""Counting semaphores, shared by all streams and DMA engines."""

NUM_REGISTERS = 32
"""Scalar registers of each stream, 32 bits each."""

LOOP_DEPTH = 8
"""Nested hardware loops per stream."""

INSTRUCTION_BYTES = 128
"""Bytes of every instruction."""

MEMORY_WINDOWS = 4
"""Device-memory windows the runtime can open for a program."""

HOST_BASE = 1 << 47
"""Device address of the host's memory, if the core reaches it."""

ALLOWED_ROWS = (4, 8, 16, 32, 64, 128)
"""What ``partitions`` and ``columns`` may be."""

MEMORIES = ("hbm", "ddr4", "fixed")
"""What ``memory`` may be; the first two are the timing tables of ``hbm/timing.py``."""


class ConfigError(ValueError):
    """A configuration breaks a rule; the message names the field, the rule and the value."""


_KINDS = {"int": (int, "an integer"), "str": (str, "a string"), "bool": (bool, "a boolean")}


@dataclass(frozen=True, kw_only=True)
class CoreConfig:
    """Sizes of one core.

    Parameters
    ----------
    name:
        What ``--config`` calls it.
    partitions:
        SBUF partitions = PE rows = lanes of the Vector and Scalar engines; one of 4 ... 128.
    columns:
        PE columns = PSUM partitions; one of 4 ... 128, independent of ``partitions``.
    sbuf_partition_bytes:
        SBUF bytes per partition, a multiple of 128, at most 192 KiB.
    psum_bank_bytes:
        Bytes of one PSUM bank of one partition (8 banks each), a power of two, 64 ... 2048.
    pe_latency:
        Register stages a partial sum crosses in one PE, 1 ... 3. Never changes a result.
    dma_engines:
        DMA engines (queues), 1 ... 16.
    device_memory_bytes:
        Size of device memory, a multiple of 4 KiB, at most 2**48 bytes.
    host_memory_bytes:
        Host memory that the core reaches at address ``HOST_BASE``, a multiple of 4 KiB, at most
        2**46 bytes; 0: none.
    memory:
        Device memory: ``hbm`` and ``ddr4`` have banks, rows, refresh and error correction;
        ``fixed`` answers every access after the same time.
    memory_latency:
        With ``fixed``, cycles from a read command on the memory port to its data, 1 ... 1023.
    fetch_buffer:
        Instructions the prefetch buffer of one stream holds, a power of two, 4 ... 64. Code runs at
        full speed when they take longer than ``memory_latency`` to arrive.
    queue_depth:
        Instructions one engine accepts ahead of the one it executes, 1 ... 16.
    dma_buffer_beats:
        Read beats one DMA engine can have in flight, a power of two, 16 ... 1024.
    has_gpsimd:
        Whether the GPSIMD stream exists (false for NeuronCore-v1).
    ecc:
        Whether SBUF and PSUM correct single and find double errors, in each 64-bit word of SBUF and
        in each byte of PSUM.
    """

    name: str
    partitions: int
    columns: int
    sbuf_partition_bytes: int
    psum_bank_bytes: int
    pe_latency: int = 2
    dma_engines: int = 4
    device_memory_bytes: int = 1 << 32
    host_memory_bytes: int = 0
    memory: str = "fixed"
    memory_latency: int = 100
    fetch_buffer: int = 32
    queue_depth: int = 4
    dma_buffer_beats: int = 128
    has_gpsimd: bool = True
    ecc: bool = False

    def __post_init__(self) -> None:
        def require(ok: bool, field: str, rule: str) -> None:
            if not ok:
                raise ConfigError(
                    f"config {self.name!r}: {field} must be {rule}, not {getattr(self, field)!r}"
                )

        for field in dataclasses.fields(self):
            kind, rule = _KINDS[str(field.type)]
            require(type(getattr(self, field.name)) is kind, field.name, rule)
        require(self.name != "", "name", "a word")
        rows = "one of " + ", ".join(map(str, ALLOWED_ROWS))
        require(self.partitions in ALLOWED_ROWS, "partitions", rows)
        require(self.columns in ALLOWED_ROWS, "columns", rows)
        lines, remainder = divmod(self.sbuf_partition_bytes, LINE_BYTES * SBUF_BANKS)
        size_ok = remainder == 0 and 1 <= lines <= 1536
        require(size_ok, "sbuf_partition_bytes", "a multiple of 128 from 128 to 196608")
        bank = self.psum_bank_bytes
        bank_ok = 64 <= bank <= 2048 and bank & (bank - 1) == 0
        require(bank_ok, "psum_bank_bytes", "a power of two from 64 to 2048")
        require(1 <= self.pe_latency <= 3, "pe_latency", "from 1 to 3")
        require(1 <= self.dma_engines <= 16, "dma_engines", "from 1 to 16")
        memory = self.device_memory_bytes
        memory_ok = 4096 <= memory <= 1 << 48 and memory % 4096 == 0
        require(memory_ok, "device_memory_bytes", "a multiple of 4096 from 4096 to 2**48")
        host = self.host_memory_bytes
        host_ok = 0 <= host <= 1 << 46 and host % 4096 == 0
        require(host_ok, "host_memory_bytes", "a multiple of 4096 from 0 to 2**46")
        fits = host == 0 or memory <= HOST_BASE
        require(fits, "device_memory_bytes", "at most 2**47 beside host memory")
        require(self.memory in MEMORIES, "memory", "hbm, ddr4 or fixed")
        require(1 <= self.memory_latency <= 1023, "memory_latency", "from 1 to 1023")
        fetch = self.fetch_buffer
        require(4 <= fetch <= 64 and fetch & (fetch - 1) == 0, "fetch_buffer", "4, 8, 16, 32 or 64")
        require(1 <= self.queue_depth <= 16, "queue_depth", "from 1 to 16")
        beats = self.dma_buffer_beats
        require(
            16 <= beats <= 1024 and beats & (beats - 1) == 0,
            "dma_buffer_beats",
            "a power of two from 16 to 1024",
        )

    @property
    def quadrant(self) -> int:
        """Partitions of one quadrant; start partitions are multiples of it."""
        return self.partitions // 4

    @property
    def psum_partition_bytes(self) -> int:
        """PSUM bytes per partition."""
        return PSUM_BANKS * self.psum_bank_bytes

    @property
    def psum_bank_words(self) -> int:
        """32-bit words of one PSUM bank of one partition = largest N of a matmul."""
        return self.psum_bank_bytes // 4

    @property
    def sbuf_lines(self) -> int:
        """16-byte lines per SBUF partition."""
        return self.sbuf_partition_bytes // LINE_BYTES

    @property
    def memory_bytes(self) -> int:
        """Bytes device memory moves per core cycle, reads and writes together."""
        return 2 * self.partitions

    @property
    def axi_bytes(self) -> int:
        """Data bytes of one AXI4 port (DMA and fetch): a slice of ``memory_bytes``."""
        return min(self.memory_bytes, 64)

    @property
    def access_bytes(self) -> int:
        """Bytes of one access of a memory channel, a burst of four: a whole number of AXI beats.
        Beats of 64 bytes need two of the 64-bit pseudo-channels, which then work as one."""
        return max(32, self.axi_bytes)

    @property
    def memory_ranges(self) -> tuple[tuple[int, int], ...]:
        """Addresses [low, high) that have memory behind them."""
        device = (0, self.device_memory_bytes)
        host = (HOST_BASE, HOST_BASE + self.host_memory_bytes)
        return (device, host) if self.host_memory_bytes else (device,)

    @property
    def memory_channels(self) -> int:
        """Channels of device memory; each moves a quarter of an access per cycle."""
        return 4 * self.memory_bytes // self.access_bytes

    @property
    def dma_ports(self) -> int:
        """AXI4 DMA masters; DMA engine ``e`` uses master ``e % dma_ports``."""
        return min(self.dma_engines, max(1, self.memory_bytes // self.axi_bytes))

    @property
    def macs_per_cycle(self) -> int:
        """Multiply-accumulates per cycle at 16-bit rate."""
        return self.partitions * self.columns

    def with_changes(self, **changes: object) -> CoreConfig:
        """A validated copy with some fields replaced."""
        unknown = set(changes) - {field.name for field in dataclasses.fields(self)}
        if unknown:
            name = changes.get("name", self.name)
            raise ConfigError(f"config {name!r}: no field named {sorted(unknown)[0]!r}")
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


_KIB = 1024

PRESETS: dict[str, CoreConfig] = {
    config.name: config
    for config in (
        CoreConfig(
            name="tiny",
            partitions=4,
            columns=4,
            sbuf_partition_bytes=8 * _KIB,
            psum_bank_bytes=256,
            dma_engines=2,
            device_memory_bytes=1 << 26,
            fetch_buffer=16,
        ),
        CoreConfig(
            name="default",
            partitions=16,
            columns=16,
            sbuf_partition_bytes=32 * _KIB,
            psum_bank_bytes=2 * _KIB,
            memory="hbm",
            ecc=True,
        ),
        CoreConfig(
            name="small",
            partitions=16,
            columns=16,
            sbuf_partition_bytes=16 * _KIB,
            psum_bank_bytes=512,
        ),
        CoreConfig(
            name="inferentia2",
            partitions=128,
            columns=128,
            sbuf_partition_bytes=192 * _KIB,
            psum_bank_bytes=2 * _KIB,
            dma_engines=16,
            device_memory_bytes=1 << 34,
            memory="hbm",
        ),
        CoreConfig(
            name="inferentia1",
            partitions=128,
            columns=128,
            sbuf_partition_bytes=96 * _KIB,
            psum_bank_bytes=2 * _KIB,
            dma_engines=16,
            device_memory_bytes=1 << 31,
            memory="ddr4",
            has_gpsimd=False,
        ),
    )
}


def get_config(name: str | CoreConfig) -> CoreConfig:
    """The configuration of this name (a :class:`CoreConfig` passes through): a preset, or a preset
    with changes, ``default,partitions=8,columns=8``.

    Raises
    ------
    ConfigError
        No such preset or field, or a value that breaks a rule.
    """
    if isinstance(name, CoreConfig):
        return name
    preset, *changes = name.split(",")
    if preset not in PRESETS:
        raise ConfigError(f"unknown config {preset!r}; known: {', '.join(sorted(PRESETS))}")
    if not changes:
        return PRESETS[preset]
    fields: dict[str, object] = {}
    for change in changes:
        field, _, value = change.partition("=")
        if field == "name" or field in fields or not value:
            raise ConfigError(f"config {name!r}: {change!r} must be FIELD=VALUE, each field once")
        fields[field] = _value(value)
    return PRESETS[preset].with_changes(**fields | {"name": name})


def _value(text: str) -> object:
    """A field's value: an integer or a boolean; other text stays and breaks the field's rule."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return int(text, 0)
    except ValueError:
        return text
