"""Choices that do not change results: engine, issuing stream and DMA queue of each instruction."""

from __future__ import annotations

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import ActivationFunction, Opcode, OperandKind, Stream

from .ir import DeviceRef, Instr, Module, Tile, TileRef

__all__ = [
    "choose_engines",
    "choose_queues",
    "drop_repeated_stationary",
    "queue_plan",
    "transfer_beats",
]

ONE = 0x3F80_0000
MINUS_ZERO = 0x8000_0000
TRANSFER_CYCLES = 130
"""What a transfer takes beside its beats, about."""
LARGE_BEATS = 1024
"""Loads from this size on go one after another: the start of each is little beside it."""
RARE_STORES = 64
"""Loads for each store, in beats, from which one queue is enough for stores."""
LONG_BEATS = 1 << 16
"""Loads of a program that is long enough to gain from another queue: three that share the port
bring the first data later than two."""
_FLOATS = (DType.FP32, DType.BF16, DType.FP16)

_STORES = (Opcode.DMA_STORE, Opcode.DMA_SCATTER)


def drop_repeated_stationary(module: Module) -> None:
    """Removes each LOAD_STATIONARY of what the array already holds."""
    loaded: tuple[object, ...] | None = None
    source: Tile | None = None
    kept = []
    for instr in module.instructions:
        if instr.edge is not None:
            loaded = None
        elif instr.opcode is Opcode.LOAD_STATIONARY:
            ref = instr.reads["src"]
            assert isinstance(ref, TileRef)
            key = (ref, *sorted(instr.fields.items()), *instr.parts.items())
            if key == loaded:
                continue
            loaded, source = key, ref.base
        elif any(ref.base is source for ref in instr.writes.values()):
            loaded = None
        kept.append(instr)
    module.instructions = kept


def choose_engines(module: Module) -> None:
    """Spreads copies over the Vector and Scalar engines by the work each has so far.

    A copy that casts gives the same bits on both; the others stay on the Vector engine.
    """
    load = {Stream.VECTOR: 0, Stream.SCALAR: 0}
    for instr in module.instructions:
        if instr.opcode is Opcode.TENSOR_COPY and instr.stream is None:
            instr.stream = Stream.VECTOR
            if _casts_floats(instr) and load[Stream.SCALAR] < load[Stream.VECTOR]:
                _copy_by_activation(instr)
        if instr.stream in load:
            refs = [ref for ref in instr.operands.values() if isinstance(ref, TileRef)]
            load[instr.stream] += max(ref.per_partition for ref in refs)


def transfer_beats(instr: Instr, config: CoreConfig) -> int:
    """Cycles on the port of a transfer's device side, about: whole beats of each contiguous run."""
    total = 0
    for ref in instr.operands.values():
        if isinstance(ref, DeviceRef):
            size = FORMATS[ref.dtype].bytes
            stride, extent = ref.dims[-1] if ref.dims else (1, 1)
            run = extent if stride == 1 else 1
            rows = 1 if ref.rows is None else instr.reads["index"].elements
            beats = ref.elements // run * -(-run * size // config.axi_bytes)
            total = max(total, rows * beats)
    return total


def _casts_floats(instr: Instr) -> bool:
    source, target = instr.reads["in0"].dtype, instr.writes["dst"].dtype
    return source is not target and source in _FLOATS and target in _FLOATS


def _copy_by_activation(instr: Instr) -> None:
    instr.opcode, instr.stream = Opcode.ACTIVATE, Stream.SCALAR
    # x * 1 + (-0) is x, for every x.
    values = {"scale": ONE, "bias": MINUS_ZERO}
    instr.fields = {"function": ActivationFunction.IDENTITY}
    for path, value in values.items():
        fields = {"kind": OperandKind.IMMEDIATE, "value": value}
        instr.fields |= {f"{path}.{name}": item for name, item in fields.items()}


def queue_plan(
    config: CoreConfig, rare_stores: bool = False
) -> dict[str, tuple[Stream, list[int]]]:
    """Who issues ``load`` and ``store``, or stores of what an engine made (its name), on which
    queues.

    A queue belongs to one stream, so its order is the program's. Loads come from SYNC, which has
    nothing else to wait for; stores from GPSIMD, so that one waiting for its data holds up no
    load. Without GPSIMD they come from the engine that makes the data. Half of the queues store,
    unless there is little to be stored.
    """
    count = config.dma_engines
    everything = list(range(count))
    if config.has_gpsimd and count >= 2:
        stores = 1 if rare_stores else max(1, count // 2)
        return {
            "load": (Stream.SYNC, everything[:-stores]),
            "store": (Stream.GPSIMD, everything[-stores:]),
        }
    if not config.has_gpsimd and count >= 4:
        return {
            "load": (Stream.SYNC, everything[:-2]),
            "store": (Stream.SYNC, everything[:-2]),
            "VECTOR": (Stream.VECTOR, [count - 2]),
            "SCALAR": (Stream.SCALAR, [count - 1]),
        }
    return {"load": (Stream.SYNC, everything), "store": (Stream.SYNC, everything)}


def _stores_are_rare(module: Module) -> bool:
    """Whether a long program loads so much that one queue more is worth one less for stores."""
    beats = {True: 0, False: 0}
    for instr in module.instructions:
        if instr.is_dma:
            beats[instr.opcode in _STORES] += transfer_beats(instr, module.config)
    return max(RARE_STORES * beats[True], LONG_BEATS) <= beats[False]


def choose_queues(module: Module) -> None:
    """Gives every transfer a queue and the stream that issues it: of those that may take it, the
    one with the least work so far.

    Large loads follow each other in one queue, so that the small ones in the others do not stand
    behind them.
    """
    plan = queue_plan(module.config, _stores_are_rare(module))
    loads = plan["load"][1]
    large = [
        instr
        for instr in module.instructions
        if instr.is_dma
        and instr.opcode not in _STORES
        and transfer_beats(instr, module.config) >= LARGE_BEATS
    ]
    small_loads = loads[1:] if large and len(loads) > 1 else loads
    work = dict.fromkeys(range(module.config.dma_engines), 0)
    serial = set(map(id, large))
    producer: dict[Tile, str] = {}
    for instr in module.instructions:
        if instr.is_dma:
            role = "load"
            if instr.opcode in _STORES:
                source = instr.reads["src"].base
                assert isinstance(source, Tile)
                role = producer.get(source, "store")
                role = role if role in plan else "store"
            stream, queues = plan[role]
            if queues == loads:
                queues = loads[:1] if id(instr) in serial else small_loads
            queue = min(queues, key=lambda number: work[number])
            work[queue] += TRANSFER_CYCLES + transfer_beats(instr, module.config)
            instr.stream, instr.queue = stream, queue
        if instr.stream is None:
            continue
        for ref in instr.writes.values():
            if isinstance(ref.base, Tile):
                producer[ref.base] = "store" if instr.is_dma else instr.stream.name
