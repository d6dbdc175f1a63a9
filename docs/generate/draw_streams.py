"""The diagram of a program: streams side by side, ordered by semaphores.

Drawn from the instructions of a compiled kernel, so it shows what lowering really makes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from drawing import COLOURS, Drawing
from tinyneuron.kernels import matmul
from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import Opcode, Stream, UpdateMode, WaitMode

__all__ = ["render"]

_M, _K, _N = 4, 8, 8
_LANES = (Stream.SYNC, Stream.TENSOR, Stream.SCALAR, Stream.GPSIMD)
_LEFT, _TOP, _PITCH, _WIDTH, _HEIGHT, _LANE = 96, 78, 124, 108, 46, 104


@dataclass
class _Step:
    """An instruction, and where it is drawn."""

    stream: Stream
    lines: list[str]
    waits: tuple[int, int] | None
    updates: int | None
    level: int = 0
    after: list[tuple[_Step, str]] = field(default_factory=list)

    @property
    def place(self) -> tuple[float, float]:
        return _LEFT + self.level * _PITCH, _TOP + _LANES.index(self.stream) * _LANE


def _steps() -> list[_Step]:
    """The program's working instructions, each after those whose semaphores it waits for."""
    program = matmul.build("tiny", m=_M, k=_K, n=_N)
    tensors = {(item.stream, item.index): item.tensor for item in program.relocations}
    steps: list[_Step] = []
    for stream in _LANES:
        for index, raw in enumerate(program.streams[stream]):
            item = decode(raw)
            if item.opcode in (Opcode.NOP, Opcode.HALT):
                continue
            get = item.fields.__getitem__
            wait = update = None
            if get("header.wait.mode") is not WaitMode.NONE:
                assert get("header.wait.mode") is WaitMode.GREATER_EQUAL
                wait = get("header.wait.semaphore"), get("header.wait.value")
            if get("header.update.mode") is not UpdateMode.NONE:
                assert (get("header.update.mode"), get("header.update.value")) == (
                    UpdateMode.ADD,
                    1,
                )
                update = get("header.update.semaphore")
            words = item.opcode.name.split("_")
            tensor = tensors.get((stream, index))
            lines: list[str] = [*words] if tensor is None else [" ".join(words), tensor]
            steps.append(_Step(stream, lines, wait, update))
    return steps


def _arrange(steps: list[_Step]) -> None:
    """Gives every step the first column behind what it waits for."""
    before: dict[Stream, _Step] = {}
    updaters: dict[int, list[_Step]] = {}
    for step in steps:  # streams are listed in the order in which data flows through them
        if step.waits:
            semaphore, value = step.waits
            step.after.append((updaters[semaphore][value - 1], f"s{semaphore} >= {value}"))
        levels = [other.level for other, _ in step.after]
        if step.stream in before:
            levels.append(before[step.stream].level)
        step.level = max(levels, default=-1) + 1
        before[step.stream] = step
        if step.updates is not None:
            updaters.setdefault(step.updates, []).append(step)


def render() -> str:
    """The library's matmul on ``tiny`` with two tiles of K."""
    steps = _steps()
    _arrange(steps)
    right = round(max(step.place[0] for step in steps)) + _WIDTH + 18
    d = Drawing(right, 512, "A compiled matmul: four instruction streams and their semaphores")
    d.text(20, 32, f"matmul of {_M} x {_K} x {_N} on tiny, as lowering compiles it", size=13,
            anchor="start", bold=True)  # fmt: skip
    d.text(
        20,
        51,
        "each row is a stream; a dashed arrow goes from the instruction that updates a "
        "semaphore to the one that waits for it",
        size=11.5,
        anchor="start",
        style="small",
    )
    for index, stream in enumerate(_LANES):
        y = _TOP + index * _LANE
        d.text(20, y + _HEIGHT / 2 + 4, stream.name, size=12, anchor="start", bold=True)
        d.path(
            [(_LEFT - 8, y + _HEIGHT / 2), (right - 18, y + _HEIGHT / 2)],
            "plain",
            ends="end",
            width=1,
        )
    for step in steps:
        x, y = step.place
        role = "compute" if step.stream in (Stream.TENSOR, Stream.SCALAR) else "memory"
        d.box(x, y, _WIDTH, _HEIGHT, role=role)
        for number, line in enumerate(step.lines):
            at = y + _HEIGHT / 2 + 4 + 15 * (number - (len(step.lines) - 1) / 2)
            d.text(x + _WIDTH / 2, at, line, size=11, bold=number == 0,
                   style="" if number == 0 or role == "compute" else "code")  # fmt: skip
    for step in steps:
        for other, label in step.after:
            _arrow(d, other, step, label)
    bottom = _TOP + len(_LANES) * _LANE - 18
    d.text(20, bottom + 4, "Loads run ahead: SYNC waits for nobody. The streams meet only where "
           "data is handed over. At the end SYNC sets the semaphores to 0", size=11.5,
           anchor="start", style="small")  # fmt: skip
    d.text(20, bottom + 21, "(not drawn), so the program can run again.", size=11.5, anchor="start",
           style="small")  # fmt: skip
    return d.render()


def _arrow(d: Drawing, start: _Step, end: _Step, label: str) -> None:
    x0, y0 = start.place[0] + _WIDTH - 16, start.place[1] + _HEIGHT
    x1, y1 = end.place[0] + 16, end.place[1]
    middle = y1 - 16
    d.path([(x0, y0), (x0, middle), (x1, middle), (x1, y1)], "control", dashed=True)
    d.text(x1 + 6, y1 - 5, label, size=10, style="code", anchor="start",
           colour=COLOURS["control"][1])  # fmt: skip
