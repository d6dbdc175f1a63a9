"""The diagram of the core's blocks."""

from __future__ import annotations

from drawing import Drawing
from tinyneuron_hw.config import NUM_SEMAPHORES, PSUM_BANKS, SBUF_BANKS, get_config
from tinyneuron_hw.isa.opcodes import Stream

__all__ = ["render"]


def _size(count: int) -> str:
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count} {unit}"
        count //= 1024
    return f"{count} GiB"


def render() -> str:
    """The chip of configuration ``default``: what is connected to what."""
    config = get_config("default")
    rows, columns = config.partitions, config.columns
    d = Drawing(980, 620, "Block diagram of the tinyneuron chip")
    d.box(176, 20, 786, 510, role="plain", radius=12)
    d.text(946, 40, "chip", anchor="end", style="small", bold=True)
    d.box(192, 50, 754, 390, role="plain", dashed=True, radius=10)
    d.text(934, 68, "core", anchor="end", style="small", bold=True)

    d.box(14, 84, 96, 60, ["host CPU", "runtime"], "outside")
    d.box(212, 84, 146, 60, ["host port", "registers, counters"], "control")
    d.path([(110, 104), (212, 104)], "outside", ends="both")
    d.text(143, 97, "AXI4-Lite", size=10.5, style="small")
    d.path([(212, 132), (110, 132)], "control", dashed=True)
    d.text(143, 147, "interrupt", size=10.5, style="small")

    d.box(212, 190, 146, 230, ["sequencers"], "control", top=True)
    for index, stream in enumerate(Stream):
        d.box(226, 220 + 28 * index, 118, 22, [stream.name], "plain", size=10.5, radius=4)
    d.text(285, 380, f"{NUM_SEMAPHORES} semaphores", size=11, style="small")
    d.text(285, 397, "loops, branches, traps", size=11, style="small")
    d.path([(285, 144), (285, 190)], "control")

    engines = [
        ("Tensor", [f"{rows} x {columns} PEs", "multiply, accumulate"], 390, 140),
        ("Vector", [f"{rows} lanes", "FP32"], 548, 108),
        ("Scalar", [f"{rows} lanes", "FP32"], 674, 108),
        ("DMA", [f"{config.dma_engines} queues", "strides, casts"], 800, 128),
    ]  # fmt: skip
    d.box(390, 84, 538, 66,
          ["SBUF", f"{rows} partitions x {_size(config.sbuf_partition_bytes)}, "
           f"{SBUF_BANKS} interleaved banks of 16-byte lines"], "memory")  # fmt: skip
    d.box(390, 350, 392, 66,
          ["PSUM", f"{columns} partitions x {PSUM_BANKS} banks x {_size(config.psum_bank_bytes)}, "
           "adders beside the memory"], "memory")  # fmt: skip

    d.path([(358, 204), (834, 204)], "control", ends="", dashed=True)
    for name, facts, x, width in engines:
        d.box(x, 234, width, 70, [name, *facts], "compute")
        d.path([(x + 34, 204), (x + 34, 234)], "control", dashed=True)
        if name == "Tensor":
            for at, label in ((78, "moving"), (112, "stationary")):
                d.path([(x + at, 150), (x + at, 234)], "memory")
                left = at == 78
                d.text(x + at + (-5 if left else 5), 176, label, size=10, style="small",
                       anchor="end" if left else "start")  # fmt: skip
            d.path([(x + 70, 304), (x + 70, 350)], "memory")
            d.text(x + 78, 331, "sums", size=10, style="small", anchor="start")
            continue
        d.path([(x + 76, 150), (x + 76, 234)], "memory", ends="both")
        if name != "DMA":
            d.path([(x + 56, 304), (x + 56, 350)], "memory", ends="both")
    d.text(364, 197, "commands", size=10.5, style="small", anchor="start")

    d.box(390, 462, 538, 50,
          ["memory controller", f"{config.memory_bytes} bytes a cycle, reads and writes together"],
          "memory")  # fmt: skip
    d.path([(876, 304), (876, 462)], "memory", ends="both")
    d.text(868, 392, f"AXI4, {config.axi_bytes} bytes", size=10.5, style="small", anchor="end")
    d.path([(390, 487), (285, 487), (285, 420)], "control")
    d.text(296, 480, "fetch (AXI4)", size=10.5, style="small", anchor="start")

    d.box(390, 558, 538, 44,
          ["device memory", f"{_size(config.device_memory_bytes)}, {config.memory_channels} "
           f"channels of {config.memory.upper()}"], "outside")  # fmt: skip
    d.path([(659, 512), (659, 558)], "memory", ends="both")
    d.text(668, 546, "PHY-like port", size=10.5, style="small", anchor="start")

    for y, role, label in ((566, "memory", "data"), (590, "control", "control")):
        d.path([(24, y), (64, y)], role, dashed=role == "control")
        d.text(74, y + 4, label, size=11, style="small", anchor="start")
    return d.render()
