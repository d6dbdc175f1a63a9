"""``tinyneuron demo``: both jobs on a target, compared with golden."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from tinyneuron_hw.config import CoreConfig
from tinyneuron_sim.backend import WAVEFORM_SUFFIXES

from ..program.program import Program
from ..program.timeline import write_timeline
from ..progress import cycle_progress
from ..runtime.device import RunResult, open_device
from ..runtime.errors import InputError, TinyneuronError
from .digits import HELD_OUT, load_digits_split
from .network import digits_inputs, digits_macs, digits_program
from .photo import FILTERS, PHOTO_ROWS, filter_weights, load_photo, write_picture

__all__ = ["run_demo"]

_EXTRA = {"sklearn": "scikit-learn", "PIL": "pillow"}
"""Module -> package, of what only the demonstration needs."""


@dataclass(frozen=True)
class _Job:
    """One program and what it is run on."""

    name: str
    program: Program
    inputs: dict[str, np.ndarray]
    macs: int


@dataclass(frozen=True)
class _Done:
    """A job's run on the target, and whether golden gave the same bytes."""

    job: _Job
    result: RunResult
    bit_exact: bool


def run_demo(
    target: str,
    config: CoreConfig,
    out: Path,
    *,
    images: int = HELD_OUT,
    photo_rows: int = PHOTO_ROWS,
    wave: bool = False,
    quiet: bool = False,
) -> dict[str, Any]:
    """Runs ``images`` digits and ``photo_rows`` rows of the photograph; writes the picture and the
    timelines to ``out``.

    Returns what the command prints as JSON: accuracy, ``bit_exact`` and one entry a job.
    """
    for option, value, most in (
        ("images", images, HELD_OUT),
        ("photo-rows", photo_rows, PHOTO_ROWS),
    ):
        if not 1 <= value <= most:
            raise InputError(f"--{option} must be from 1 to {most}, not {value}")
    for module, package in _EXTRA.items():
        if importlib.util.find_spec(module) is None:
            raise TinyneuronError(
                f"the demo needs {package}, which is not installed: pip install 'tinyneuron[demo]'"
            )
    console = Console(quiet=quiet)
    out.mkdir(parents=True, exist_ok=True)
    with console.status("compiling the two programs"):
        digits, photo = _digits_job(config, images), _photo_job(config, photo_rows)
    done = [_run(job, target, config, out, wave, console) for job in (digits, photo)]
    _, _, _, labels = load_digits_split()
    scores = done[0].result.outputs["out"].reshape(images, -1)
    right = int((scores.astype(np.float32).argmax(axis=1) == labels[:images]).sum())
    picture = out / "china_filtered.png"
    write_picture(picture, photo.inputs["image"], done[1].result.outputs["out"])
    console.print(_table(done, config))
    console.print(
        f"digits: {right} of {images} right ({right / images:.1%}), held out from training"
    )
    console.print(f"photograph: {len(FILTERS)} filters, see {picture}")
    exact = all(item.bit_exact for item in done)
    console.print(
        "every output byte equals golden's" if exact else "[bold red]results differ from golden's"
    )
    return {
        "config": config.name,
        "target": target,
        "images": images,
        "photo_rows": photo_rows,
        "accuracy": right / images,
        "bit_exact": exact,
        "picture": str(picture),
        "jobs": {item.job.name: _summary(item, config) for item in done},
    }


def _digits_job(config: CoreConfig, images: int) -> _Job:
    return _Job(
        "digits", digits_program(config, images), digits_inputs(images), digits_macs(images)
    )


def _photo_job(config: CoreConfig, rows: int) -> _Job:
    from ..kernels import conv2d

    photo, weights = load_photo(rows), filter_weights()
    _, _, height, width = photo.shape
    program = conv2d.build(
        config, n=1, h=height, w=width, cin=1, cout=len(FILTERS), kernel=3, pad=1, dtype="bf16"
    )
    macs = height * width * len(FILTERS) * 9
    return _Job("photograph", program, {"image": photo, "weights": weights}, macs)


def _run(
    job: _Job, target: str, config: CoreConfig, out: Path, wave: bool, console: Console
) -> _Done:
    suffix = WAVEFORM_SUFFIXES.get(target, "")
    options = {"waveform": out / f"{job.name}{suffix}"} if wave else {}
    with (
        open_device(target, config, **options) as device,
        cycle_progress(f"{job.name} on {target}") as progress,
    ):
        result = device.load(job.program).run(job.inputs, progress=progress, trace=True)
    with (
        console.status(f"{job.name} on golden"),
        open_device("golden", config) as device,
    ):
        golden = device.load(job.program).run(job.inputs)
    write_timeline(out / f"{job.name}_timeline.json", job.program, result.trace)
    exact = all(
        result.outputs[name].tobytes() == array.tobytes() for name, array in golden.outputs.items()
    )
    return _Done(job, result, exact)


def _summary(item: _Done, config: CoreConfig) -> dict[str, Any]:
    counters, cycles = item.result.counters, item.result.cycles

    def share(value: float) -> float | None:
        return value / cycles if cycles else None

    return {
        "cycles": cycles,
        "macs": item.job.macs,
        "utilization": share(item.job.macs / config.macs_per_cycle),
        "tensor_busy": share(counters["tensor_busy"]),
        "vector_busy": share(counters["vector_busy"]),
        "scalar_busy": share(counters["scalar_busy"]),
        "dma_busy": share(counters["dma_busy"]),
        "bytes_read": counters["dma_read_bytes"],
        "bytes_written": counters["dma_write_bytes"],
        "sim_khz": item.result.sim_khz,
        "wall_s": item.result.wall_s,
        "bit_exact": item.bit_exact,
    }


def _table(done: list[_Done], config: CoreConfig) -> Table:
    table = Table(title=f"tinyneuron demo, config {config.name}")
    table.add_column("measure")
    for item in done:
        table.add_column(item.job.name, justify="right")
    summaries = [_summary(item, config) for item in done]
    for key in summaries[0]:
        table.add_row(key.replace("_", " "), *(_cell(key, summary[key]) for summary in summaries))
    return table


def _cell(key: str, value: Any) -> str:
    if value is None:
        return "-"
    if key == "utilization" or key.endswith("busy"):
        return f"{value:.1%}"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"
