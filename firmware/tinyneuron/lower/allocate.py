"""Places tiles in SBUF and PSUM by liveness.

A tile lives from its first to its last access in program order. Of the free places the one that
has been free longest is taken: then the instructions that must be over before the new tile is
written are old ones, and loads run ahead of the engines as far as memory allows. In PSUM a tile
takes whole banks, so banks rotate the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Space

from .control import extended, region_spans, regions_of
from .ir import LoweringError, Module, Tile

__all__ = ["Lifetime", "allocate", "lifetimes", "rooms", "size_in"]


@dataclass(frozen=True)
class Lifetime:
    """First and last instruction that touches a tile, and the bytes it takes per partition."""

    tile: Tile
    first: int
    last: int
    size: int


@dataclass
class _Segment:
    """Bytes [low, high): the last tile there, and since which instruction they are free
    (None: in use)."""

    low: int
    high: int
    owner: Tile | None = None
    free_since: int | None = -1


def lifetimes(module: Module, space: Space) -> list[Lifetime]:
    """Lifetimes of the tiles in a memory, by first access; what a loop uses and did not make lasts
    as long as the loop."""
    spans: dict[Tile, tuple[int, int]] = {}
    loops, around = region_spans(module.instructions), regions_of(module.instructions)
    for index, instr in enumerate(module.instructions):
        for ref in instr.operands.values():
            tile = ref.base
            if isinstance(tile, Tile) and tile.space is space:
                first, last = extended(index, around[index], tile.region, loops)
                known = spans.get(tile, (first, last))
                spans[tile] = (min(first, known[0]), max(last, known[1]))
    lives = [
        Lifetime(tile, first, last, size_in(module.config, tile))
        for tile, (first, last) in spans.items()
    ]
    return sorted(lives, key=lambda life: life.first)


def allocate(module: Module) -> dict[Tile, list[Tile]]:
    """Sets ``offset`` of every tile; returns, for each, the tiles that had its bytes before.

    Raises
    ------
    LoweringError
        More is live at once than fits: says what, how much, from which lines.
    """
    before: dict[Tile, list[Tile]] = {}
    for space in (Space.SBUF, Space.PSUM):
        room = rooms(module.config)[space]
        lives = lifetimes(module, space)
        places = (
            _place(lives, room, _longest_free)
            or _place(lives, room, _lowest)
            or _place_largest_first(lives, room)
        )
        if places is None:
            raise _too_much(module, lives, space, room)
        before |= _predecessors(lives, places, room)
        for life in lives:
            life.tile.offset = places[life.tile]
    return before


def _unit(config: CoreConfig, space: Space) -> int:
    # DMA moves whole chunks of axi_bytes fastest; a matmul's destination is one bank.
    return config.psum_bank_bytes if space is Space.PSUM else config.axi_bytes


def rooms(config: CoreConfig) -> dict[Space, int]:
    """Bytes per partition."""
    return {Space.SBUF: config.sbuf_partition_bytes, Space.PSUM: config.psum_partition_bytes}


def size_in(config: CoreConfig, tile: Tile) -> int:
    """Bytes per partition that a tile takes."""
    unit = _unit(config, tile.space)
    return -(-tile.bytes_per_partition // unit) * unit


_Choice = Callable[[Sequence[tuple[int, int]]], int]
"""Picks the offset from candidates (free since, offset)."""


def _longest_free(candidates: Sequence[tuple[int, int]]) -> int:
    return min(candidates)[1]


def _lowest(candidates: Sequence[tuple[int, int]]) -> int:
    return min(offset for _, offset in candidates)


def _place(lives: list[Lifetime], room: int, choice: _Choice) -> dict[Tile, int] | None:
    """Offsets of all tiles, taken in program order, or None when one does not fit."""
    segments = [_Segment(0, room)]
    places: dict[Tile, int] = {}
    ending: list[Lifetime] = []
    for life in lives:
        for other in ending:
            if other.last < life.first:
                _release(segments, other)
        ending = [other for other in ending if other.last >= life.first]
        candidates = _windows(segments, life.size)
        if not candidates:
            return None
        offset = choice(candidates)
        places[life.tile] = offset
        _occupy(segments, offset, life)
        ending.append(life)
    return places


def _windows(segments: list[_Segment], size: int) -> list[tuple[int, int]]:
    """(free since, offset) of every free run of ``size`` bytes that begins at a segment."""
    found = []
    for at, segment in enumerate(segments):
        newest, end = -1, segment.low
        for follower in segments[at:]:
            if follower.free_since is None:
                break
            newest, end = max(newest, follower.free_since), follower.high
            if end - segment.low >= size:
                found.append((newest, segment.low))
                break
    return found


def _occupy(segments: list[_Segment], offset: int, life: Lifetime) -> list[Tile]:
    """Marks the bytes as the tile's; returns whose they were. They must be free."""
    end = offset + life.size
    rest: list[_Segment] = []
    owners: list[Tile] = []
    for segment in segments:
        if segment.high <= offset or segment.low >= end:
            rest.append(segment)
            continue
        assert segment.free_since is not None, "a place in use was given away"
        if segment.owner is not None and segment.owner not in owners:
            owners.append(segment.owner)
        if segment.low < offset:
            rest.append(_Segment(segment.low, offset, segment.owner, segment.free_since))
        if segment.high > end:
            rest.append(_Segment(end, segment.high, segment.owner, segment.free_since))
    rest.append(_Segment(offset, end, life.tile, None))
    segments[:] = sorted(rest, key=lambda item: item.low)
    return owners


def _release(segments: list[_Segment], life: Lifetime) -> None:
    for segment in segments:
        if segment.owner is life.tile and segment.free_since is None:
            segment.free_since = life.last


def _place_largest_first(lives: list[Lifetime], room: int) -> dict[Tile, int] | None:
    """Offsets with little regard to overlap of work: the last resort when memory is tight."""
    places: dict[Tile, int] = {}
    done: list[Lifetime] = []
    for life in sorted(lives, key=lambda item: (-item.size, item.first)):
        offset = 0
        rivals = sorted(
            (places[o.tile], o.size) for o in done if o.first <= life.last and life.first <= o.last
        )
        for start, size in rivals:
            if start - offset >= life.size:
                break
            offset = max(offset, start + size)
        if offset + life.size > room:
            return None
        places[life.tile] = offset
        done.append(life)
    return places


def _predecessors(
    lives: list[Lifetime], places: dict[Tile, int], room: int
) -> dict[Tile, list[Tile]]:
    """Who had each tile's bytes before it; checks on the way that no two live tiles share any."""
    segments = [_Segment(0, room)]
    before: dict[Tile, list[Tile]] = {}
    ending: list[Lifetime] = []
    for life in lives:
        for other in ending:
            if other.last < life.first:
                _release(segments, other)
        ending = [other for other in ending if other.last >= life.first] + [life]
        before[life.tile] = _occupy(segments, places[life.tile], life)
    return before


def _too_much(module: Module, lives: list[Lifetime], space: Space, room: int) -> LoweringError:
    def live_at(index: int) -> list[Lifetime]:
        return [life for life in lives if life.first <= index <= life.last]

    worst = max((life.first for life in lives), key=lambda at: sum(o.size for o in live_at(at)))
    live = live_at(worst)
    total = sum(life.size for life in live)
    lines = ", ".join(
        f"{life.tile.name} {life.size} bytes (line {life.tile.line})"
        for life in sorted(live, key=lambda item: -item.size)[:8]
    )
    more = f" and {len(live) - 8} more" if len(live) > 8 else ""
    return LoweringError(
        f"kernel {module.name!r}: {space.name} of config {module.config.name!r} has {room} bytes "
        f"per partition; {total} are live at line {module.instructions[worst].line}: {lines}{more}"
    )
