"""The ``tinyneuron`` command.

Every command takes ``--target`` and ``--config`` where they make sense and ``--json`` for
machines; bad input gives one line on standard error and a non-zero exit.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from tinyneuron_hw.config import PRESETS, ConfigError, get_config
from tinyneuron_hw.verilog import FORMS, TOPS, VerilogError
from tinyneuron_sim.backend import KNOWN_TARGETS, TARGETS, BackendError

from .bench.commands import bench_app
from .files import write_atomically
from .inputs import load_inputs
from .nrt.commands import nrt_app
from .options import (
    AsJson,
    CommandLineError,
    Config,
    InputFiles,
    JsonFile,
    MaxCycles,
    ProgramFile,
    Target,
    Watchdog,
    emit,
    print_pairs,
    write_json,
)
from .profiler.commands import check_trace, profile_command, write_trace
from .program import container
from .program.assembler import AssemblerError, assemble
from .program.disassembler import disassemble
from .program.program import ProgramError
from .runtime.errors import TinyneuronError
from .runtime.model import DEFAULT_WATCHDOG

app = typer.Typer(
    name="tinyneuron",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(bench_app, name="bench")
app.add_typer(nrt_app, name="nrt")
app.command("profile")(profile_command)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"tinyneuron {version('tinyneuron')}\n")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Compile, simulate and inspect programs for the tinyneuron accelerator core."""


@app.command()
def demo(
    target: Target = "verilator",
    config: Config = "default",
    out: Annotated[Path, typer.Option(help="Folder for the picture and the timelines.")] = Path(
        "build/demo"
    ),
    images: Annotated[int, typer.Option(help="Held-out digits to classify, 1 to 200.")] = 200,
    photo_rows: Annotated[
        int, typer.Option(help="Rows of the photograph to filter, 1 to 427.")
    ] = 427,
    wave: Annotated[bool, typer.Option(help="Also write waveforms.")] = False,
    as_json: AsJson = False,
) -> None:
    """Classify handwritten digits and filter a photograph on the core."""
    from .demo.run import run_demo

    result = run_demo(
        target, get_config(config), out, images=images, photo_rows=photo_rows, wave=wave,
        quiet=as_json,
    )  # fmt: skip
    if as_json:
        emit(result)
    if not result["bit_exact"]:
        raise TinyneuronError("the results differ from golden's")


@app.command()
def run(
    program: Annotated[
        Path, typer.Argument(help="Compiled program (.tnp), or a Python file with NKI kernels.")
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="A Python file's own arguments (behind `--`).")
    ] = None,
    inputs: InputFiles = None,
    out: Annotated[Path | None, typer.Option(help="Folder for NAME.npy of each output.")] = None,
    trace: Annotated[
        Path | None,
        typer.Option(help="Write a timeline for Perfetto: .pftrace, or .json for Chrome too."),
    ] = None,
    wave: Annotated[Path | None, typer.Option(help="Write a waveform: FST, VCD on pysim.")] = None,
    max_cycles: MaxCycles = None,
    watchdog: Watchdog = DEFAULT_WATCHDOG,
    stats: Annotated[bool, typer.Option("--stats", help="Say where the cycles went.")] = False,
    target: Annotated[
        str | None,
        typer.Option(
            help=f"One of: {', '.join(KNOWN_TARGETS)}; else verilator, for a Python file golden."
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(help="A program's own, which is its default; else of kernels: default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a compiled program on NumPy arrays, or a Python file whose `import nki` is tinyneuron's:
    its kernels run on the target and configuration when they are called with arrays."""
    if program.suffix == ".py":
        from .nki.script import run_file

        given = (inputs, out, trace, wave, max_cycles, stats, as_json)
        if any(given) or watchdog != DEFAULT_WATCHDOG:
            raise CommandLineError("a Python file takes --target, --config and its own arguments")
        run_file(program, arguments or [], target, config)
        return
    if arguments:
        raise CommandLineError(f"arguments are for a Python file, not for {program}")
    _run_program(
        program, inputs or [], target or "verilator", config, out=out, trace=trace, wave=wave,
        max_cycles=max_cycles, watchdog=watchdog, stats=stats, as_json=as_json,
    )  # fmt: skip


def _run_program(
    program: Path, inputs: list[str], target: str, config: str | None, *, out: Path | None,
    trace: Path | None, wave: Path | None, max_cycles: int | None, watchdog: int, stats: bool,
    as_json: bool,
) -> None:  # fmt: skip
    from .progress import cycle_progress
    from .runtime.arguments import check_inputs
    from .runtime.device import open_device
    from .runtime.statistics import statistics, table

    if stats and target == "golden":
        raise CommandLineError("--stats needs a target with cycles, not golden")
    if trace is not None:
        check_trace(trace, target)
    compiled = container.load(program)
    arrays = check_inputs(compiled, load_inputs(compiled, inputs))
    options = {} if wave is None else {"waveform": wave}
    chosen = compiled.config if config is None else get_config(config)
    with open_device(target, chosen, **options) as device:
        model = device.load(compiled)
        with cycle_progress(f"running on {target}") as progress:
            result = model.run(
                arrays,
                max_cycles=max_cycles,
                watchdog=watchdog,
                progress=progress,
                trace=trace is not None,
                waits=stats,
            )
    if trace is not None:
        write_trace(trace, compiled, result, target)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, array in result.outputs.items():
            write_atomically(out / f"{name}.npy", lambda file, a=array: np.save(file, a))
    summary = {
        "program": str(program),
        "config": chosen.name,
        "target": target,
        "cycles": result.cycles,
        "sim_khz": result.sim_khz,
        "wall_s": result.wall_s,
        "outputs": {name: list(array.shape) for name, array in result.outputs.items()},
        "counters": result.counters,
    }
    found = statistics(result, chosen) if stats else None
    if as_json:
        emit(summary | ({"stats": found.to_json()} if found else {}))
        return
    print_pairs(f"{program.name} on {target}", summary)
    if found is not None:
        Console().print(table(found))


@app.command()
def compare(
    program: ProgramFile,
    inputs: InputFiles = None,
    target: Target = "verilator",
    against: Annotated[str, typer.Option(help="The target that is taken for right.")] = "golden",
    max_cycles: MaxCycles = None,
    watchdog: Watchdog = DEFAULT_WATCHDOG,
    as_json: AsJson = False,
) -> None:
    """Run a compiled program on two targets; report the first instruction that differs."""
    from .verify.commands import compare_command

    compare_command(program, inputs or [], target, against, watchdog, max_cycles, as_json)


@app.command()
def debug(
    program: Annotated[Path, typer.Argument(help="Compiled program (.tnp) or text (.tns).")],
    inputs: InputFiles = None,
    target: Target = "golden",
    command: Annotated[
        list[str] | None, typer.Option(help="A command to run, once for each; see `help`.")
    ] = None,
    script: Annotated[Path | None, typer.Option(help="File of commands, one a line.")] = None,
    watchdog: Watchdog = DEFAULT_WATCHDOG,
    seed: Annotated[int, typer.Option(help="Of golden's schedule.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each command.")
    ] = False,
) -> None:
    """Step through a compiled program: breakpoints, registers, semaphores, tensors."""
    from .debug.commands import debug_command

    debug_command(program, inputs or [], target, watchdog, seed, command or [], script, as_json)


@app.command()
def fuzz(
    count: Annotated[int, typer.Option(min=1, help="Programs to run.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="Of the first program; then seed + 1 ...")] = 0,
    traps: Annotated[bool, typer.Option(help="Whether some programs trap.")] = True,
    control: Annotated[
        bool, typer.Option("--control", help="Programs of registers, loops and barriers.")
    ] = False,
    target: Target = "verilator",
    config: Config = "tiny",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the program of a difference (.tns, .tnp).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run random programs on golden and on a target; fail at the first difference."""
    from .verify.commands import fuzz_command

    fuzz_command(count, seed, traps, control, target, config, out, as_json)


@app.command()
def asm(
    source: Annotated[Path, typer.Argument(help="Assembly text.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Compiled program to write.")],
) -> None:
    """Assemble text into a compiled program."""
    try:
        text = source.read_text()
    except UnicodeDecodeError:
        raise CommandLineError(f"{source} is no text file") from None
    container.save(assemble(text), output)


@app.command()
def disasm(
    program: ProgramFile,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
) -> None:
    """Print a compiled program as assembly text; assembling it gives the same program."""
    text = disassemble(container.load(program))
    if output is None:
        sys.stdout.write(text)
    else:
        write_atomically(output, lambda file: file.write(text.encode()))


@app.command()
def verilog(
    config: Config = "default",
    top: Annotated[str, typer.Option(help=f"One of: {', '.join(TOPS)}.")] = "chip",
    form: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMS)}.")] = "simulation",
    out: Annotated[Path | None, typer.Option(help="Folder; default build/verilog/CONFIG.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the Verilog of a configuration."""
    import time

    from tinyneuron_hw.verilog import emit_top

    chosen = get_config(config)
    folder = out or Path("build/verilog") / config
    begin = time.perf_counter()
    with Console(stderr=True).status(f"emitting {top} of {config}"):
        design = emit_top(chosen, top, form=form)
    design.write(folder)
    summary = {
        "config": config,
        "top": design.top,
        "form": form,
        "folder": str(folder),
        "modules": len(design.files),
        "bytes": len(design.text),
        "wall_s": time.perf_counter() - begin,
    }
    emit(summary) if as_json else print_pairs(f"Verilog of {config}", summary)


@app.command()
def synth(
    block: Annotated[str, typer.Argument(help="pe, array (PEs and edges) or core.")],
    target: Annotated[str, typer.Option(help="generic or ecp5.")] = "generic",
    config: Config = "default",
    latencies: Annotated[
        str, typer.Option(help="PE latencies to compare, such as 1,2,3; default the config's.")
    ] = "",
    place: Annotated[
        bool | None,
        typer.Option(
            "--place/--no-place",
            help="Place and route for the clock frequency (ecp5); default: a PE, a small array.",
        ),
    ] = None,
    depth: Annotated[int, typer.Option(min=1, help="Levels of blocks to print.")] = 2,
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """Synthesize a block with Yosys: size, speed, and which part of it takes how much."""
    from .synth import compare, print_report

    try:
        stages = [int(item) for item in latencies.split(",")] if latencies else []
    except ValueError:
        raise CommandLineError(
            f"--latencies takes numbers joined by commas, not {latencies!r}"
        ) from None
    report = compare(get_config(config), block, target, stages, placed=place)
    if out is not None:
        write_json(report, out)
    emit(report) if as_json else print_report(report, depth)


@app.command()
def info(config: Config = "default", as_json: AsJson = False) -> None:
    """Show a configuration, the targets and the versions."""
    import dataclasses
    from importlib.metadata import version

    chosen = get_config(config)
    summary = {
        "version": version("tinyneuron"),
        "targets": sorted(TARGETS),
        "configs": sorted(PRESETS),
        **{f"config.{key}": value for key, value in dataclasses.asdict(chosen).items()},
        "config.memory_bytes_per_cycle": chosen.memory_bytes,
        "config.macs_per_cycle": chosen.macs_per_cycle,
    }
    emit(summary) if as_json else print_pairs(f"config {config}", summary)


_KNOWN_PROBLEMS = (
    TinyneuronError, ConfigError, BackendError, AssemblerError, ProgramError,
    container.ContainerError, VerilogError, OSError, ValueError, MemoryError,
)  # fmt: skip


def main() -> None:
    """Entry point: known problems become one line and exit status 1, bad usage 2."""
    try:
        status = app(standalone_mode=False)
    except typer.TyperException as error:
        message = error.format_message()
        if message.startswith("Usage:"):  # no command was given: help, not a complaint
            sys.stdout.write(message + "\n")
            sys.exit(error.exit_code)
        sys.exit(_complain(message, error.exit_code))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(_complain("interrupted", 130))
    except _KNOWN_PROBLEMS as error:
        sys.exit(_complain(_one_line(error), 1))
    sys.exit(status or 0)


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__


def _complain(message: str, status: int) -> int:
    sys.stderr.write(f"tinyneuron: error: {message}\n")
    return status
