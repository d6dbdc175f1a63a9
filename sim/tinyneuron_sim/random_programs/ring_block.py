"""Rings: instructions whose transfers stand in device memory."""

from __future__ import annotations

from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import TRANSFER_OPCODES, Opcode, Stream

from .draw import Use
from .listing import Item
from .patterns import NoRoomError
from .scope import LONGEST, Scope

__all__ = ["draw_ring", "ring"]

_MOST = 4
"""Descriptors that a ring means, at most."""
_DRAWS = 20
"""Draws of one that fits."""


def ring(scope: Scope) -> None:
    """A ring of transfers, lists and rows that indices choose among them."""
    stream = scope.rng.choice(scope.streams)
    item, use = draw_ring(scope, stream)
    scope.spend(item, stream)
    scope.emit(stream, item, use)


def draw_ring(scope: Scope, stream: Stream) -> tuple[Item, Use]:
    """A DMA_RING and what its transfers use; it ends with the one that makes them longer than
    ``LONGEST`` together. Its own bytes count for nothing: no program writes them.

    Raises
    ------
    NoRoomError
        The program's rings fill their place.
    """
    rng, rings = scope.rng, scope.world.drawer.rings
    count, queue = rng.randint(1, _MOST), rng.randrange(scope.world.arena.config.dma_engines)
    use, descriptors, cycles = Use.nothing(), [], 0
    for _ in range(_DRAWS):
        opcode = rng.choice(TRANSFER_OPCODES)
        try:
            fields, more = scope.draw(opcode, queue=0)
        except NoRoomError:
            continue
        cycles += scope.spend(Item(opcode, fields | {"queue": queue}), stream)
        descriptors.append(encode(opcode, fields))
        use = use.joined(more)
        if len(descriptors) == count or cycles > LONGEST:
            break
    if not descriptors or not rings.room(len(descriptors)):
        raise NoRoomError(f"a ring of {len(descriptors)} descriptors")
    return Item(Opcode.DMA_RING, rings.add(descriptors) | {"queue": queue}), use
