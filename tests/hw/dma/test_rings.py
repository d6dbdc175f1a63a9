"""Rings of descriptors, through the DMA block."""

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream

CONFIG = CoreConfig(
    name="dma_rings", partitions=4, columns=4, sbuf_partition_bytes=2048, psum_bank_bytes=64,
    dma_engines=2, dma_buffer_beats=32, device_memory_bytes=1 << 16,
)  # fmt: skip
RING, SOURCE, TARGET = 0x1000, 0x3000, 0x5000


def copy(source, target, size, **more):
    """A copy of ``size`` bytes inside device memory, as a descriptor or an instruction."""
    sides = {
        path: {"dtype": DType.UINT8, "address": at, "dims": [{"stride": 1, "size": size}]}
        for path, at in (("src", source), ("dst", target))
    }
    return encode(Opcode.DMA_COPY, sides | more)


def put(bench, number, raw, base=RING):
    bench.memory[base + 128 * number : base + 128 * (number + 1)] = raw


def add_ring(bench, entries, first, count, *, queue=0, base=RING, **more):
    ring = {"address": base, "entries": entries, "first": first, "count": count}
    bench.add(Opcode.DMA_RING, {"ring": ring, "queue": queue}, stream=Stream.VECTOR, **more)


def test_descriptors_run_in_order_around_the_end(dma_bench):
    """Each copies what the one before it wrote; the last four entries are not meant."""
    bench = dma_bench(CONFIG, seed=1)
    places = [SOURCE, *(TARGET + 100 * i + i for i in range(5))]
    for i in range(5):
        put(bench, (7 + i) % 9, copy(places[i], places[i + 1], 90))
    source = bytes(bench.memory[SOURCE : SOURCE + 90])
    add_ring(bench, 9, 7, 5, semaphore=4, pc=6)
    bench.run()
    for place in places:
        assert bench.memory[place : place + 90] == source
    assert bench.updates == [(0, 4, 1)]
    assert [(kind, pc) for _, _, kind, pc, _ in bench.events] == [(0, 6), (1, 6)] * 5
    assert bench.traps == []
