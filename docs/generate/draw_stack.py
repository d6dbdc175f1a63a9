"""The diagram of the software stack."""

from __future__ import annotations

from drawing import Drawing
from tinyneuron_sim.backend import TARGETS

__all__ = ["render"]

_X, _W = 190, 460
_TARGETS = {
    "golden": ["NumPy, bit for bit", "finds races"],
    "verilator": ["RTL, compiled C++", "exact cycles"],
    "icarus": ["RTL, event-driven", "second opinion"],
    "pysim": ["RTL in Amaranth's", "own simulator"],
}
"""Target -> what is said about it."""


def render() -> str:
    """From a kernel in Python to the targets."""
    d = Drawing(980, 640, "Software stack: kernel, lowering, program, runtime, targets")
    d.box(_X, 20, _W, 50, ["kernel", "a Python function in the kernel language"], "user")
    _step(d, 70, "nki.compile runs it once and records it")
    d.box(_X, 104, _W, 50, ["instructions on tiles", "no addresses, no engines, no semaphores yet"],
          "control")  # fmt: skip
    _step(d, 154, "lower: small passes, each verified", 30)
    passes = (("assign", "engines"), ("allocate", "SBUF, PSUM"), ("depend", "by bytes"),
              ("order", "semaphores"), ("encode", "128 bytes each"))  # fmt: skip
    for index, lines in enumerate(passes):
        d.box(_X + index * 93, 184, 88, 42, lines, "plain", size=11.5, small=9.5)
    _step(d, 226, "", 30)
    d.box(_X, 256, _W, 50, ["program (.tnp)", "five streams, tensors, constants, relocations"],
          "control")  # fmt: skip
    _step(d, 306, "load: place, relocate, open windows")
    d.box(_X, 340, _W, 50, ["runtime", "device, model, run, counters, errors"], "control")
    _step(d, 390, "registers, memory, run until something happens")
    d.box(_X, 424, _W, 44, ["Backend", "one interface to every target"], "outside")
    names = [name for name in _TARGETS if name in TARGETS]
    width = (_W - 12 * (len(names) - 1)) / len(names)
    for index, name in enumerate(names):
        x = _X + index * (width + 12)
        d.path([(x + width / 2, 468), (x + width / 2, 508)], "outside")
        d.box(x, 508, width, 74, [name, *_TARGETS[name]], "compute", small=10.5)
    d.text(_X + _W / 2, 610, "the same program gives the same bytes, or the same trap, on each",
           size=11.5, style="small")  # fmt: skip

    for y, height, name, folder in (
        (20, 50, "what a user writes", "examples, tinyneuron/kernels"),
        (104, 50, "trace", "tinyneuron/nki"),
        (184, 42, "compiler", "tinyneuron/lower"),
        (256, 50, "file, assembler", "tinyneuron/program"),
        (340, 50, "driver", "tinyneuron/runtime"),
        (424, 44, "interface", "tinyneuron_sim/backend.py"),
        (508, 74, "targets", "tinyneuron_sim, tinyneuron_hw"),
    ):
        middle = y + height / 2
        d.text(_X - 18, middle + 4, name, size=12, anchor="end", style="small")
        d.text(_X + _W + 18, middle + 4, folder, size=12, anchor="start", style="code")
    return d.render()


def _step(d: Drawing, y: float, label: str, length: float = 34) -> None:
    middle = _X + _W / 2
    d.path([(middle, y), (middle, y + length)], "outside")
    if label:
        d.text(middle + 10, y + 21, label, size=11, anchor="start", style="small")
