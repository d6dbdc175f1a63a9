"""The ``tinyneuron`` command.

Every command takes ``--target`` and ``--config`` where they make sense and ``--json`` for
machines; bad input gives one line on standard error and a non-zero exit.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from tinyneuron_hw.config import PRESETS, ConfigError, get_config
from tinyneuron_hw.isa.csr import COUNTERS
from tinyneuron_hw.verilog import FORMS, TOPS, VerilogError
from tinyneuron_sim.backend import KNOWN_TARGETS, TARGETS, BackendError

from .files import write_atomically
from .program import container
from .program.assembler import AssemblerError, assemble
from .program.disassembler import disassemble
from .program.program import Program, ProgramError
from .runtime.dtypes import numpy_dtype
from .runtime.errors import TinyneuronError

app = typer.Typer(
    name="tinyneuron",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
bench_app = typer.Typer(
    help="Measure a kernel or the simulator; prints one result.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(bench_app, name="bench")

Target = Annotated[str, typer.Option(help=f"One of: {', '.join(KNOWN_TARGETS)}.")]
Config = Annotated[
    str,
    typer.Option(
        help=f"One of: {', '.join(PRESETS)}; with changes: default,partitions=8,columns=8."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Dtype = Annotated[str, typer.Option(help="fp32, tf32, bf16, fp16, fp8_*, int8 or uint8.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", help="NAME or NAME/CONFIG; may be repeated.")
]
JsonFile = Annotated[Path | None, typer.Option("--out", help="Also write the JSON to a file.")]


class CommandLineError(TinyneuronError):
    """The command line asks for something that cannot be."""


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


def _report(result: dict[str, Any], as_json: bool, path: Path | None, title: str) -> None:
    """Prints a benchmark's result, and writes it to ``path`` if there is one."""
    _write_json(result, path)
    if as_json:
        _emit(result)
    else:
        _print_pairs(title, {key: value for key, value in result.items() if key != "counters"})


def _write_json(result: Any, path: Path | None) -> None:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, indent=2) + "\n"
        write_atomically(path, lambda file: file.write(text.encode()))


def _emit(result: Any) -> None:
    sys.stdout.write(json.dumps(result) + "\n")


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
        _emit(result)
    if not result["bit_exact"]:
        raise TinyneuronError("the results differ from golden's")


@app.command()
def run(
    program: Annotated[Path, typer.Argument(help="Compiled program (.tnp).")],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", help="NAME=FILE.npy, once for each input.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for NAME.npy of each output.")] = None,
    trace: Annotated[Path | None, typer.Option(help="Write a Perfetto/Chrome timeline.")] = None,
    wave: Annotated[Path | None, typer.Option(help="Write a waveform: FST, VCD on pysim.")] = None,
    max_cycles: Annotated[int | None, typer.Option(help="Give up after so many cycles.")] = None,
    watchdog: Annotated[int, typer.Option(help="Cycles without progress before a trap.")] = 100_000,
    target: Target = "verilator",
    config: Annotated[
        str | None, typer.Option(help="Must be the program's own; that is the default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a compiled program on NumPy arrays."""
    from .program.timeline import write_timeline
    from .progress import cycle_progress
    from .runtime.device import open_device
    from .runtime.model import check_inputs

    compiled = container.load(program)
    arrays = check_inputs(compiled, _load_inputs(compiled, inputs or []))
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
            )
    if trace is not None:
        write_timeline(trace, compiled, result.trace)
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
    _emit(summary) if as_json else _print_pairs(f"{program.name} on {target}", summary)


def _load_inputs(program: Program, items: list[str]) -> dict[str, np.ndarray]:
    """The arrays of NAME=FILE.npy. NumPy stores types it does not know (bfloat16) as raw bytes;
    they get the input's type back when the size agrees."""
    types = {spec.name: numpy_dtype(spec.dtype) for spec in program.of_kind("input")}
    arrays: dict[str, np.ndarray] = {}
    for item in items:
        name, equals, path = item.partition("=")
        if not equals:
            raise CommandLineError(f"--input takes NAME=FILE.npy, not {item!r}")
        if name in arrays:
            raise CommandLineError(f"--input {name} is given twice")
        try:
            array = np.load(path, allow_pickle=False)
        except ValueError as error:
            raise CommandLineError(f"--input {name}: {path} is no .npy file ({error})") from None
        expected = types.get(name)
        if expected and array.dtype.kind == "V" and array.dtype.itemsize == expected.itemsize:
            array = array.view(expected)
        arrays[name] = array
    return arrays


def _print_pairs(title: str, values: dict[str, Any]) -> None:
    table = Table(title=title, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for key, value in values.items():
        if key == "counters":
            for name in COUNTERS:
                table.add_row(name, f"{value[name]:,}")
        elif isinstance(value, float):
            table.add_row(key, f"{value:.4g}")
        elif isinstance(value, dict):
            table.add_row(key, ", ".join(f"{name}={item}" for name, item in value.items()))
        elif isinstance(value, int) and not isinstance(value, bool):
            table.add_row(key, f"{value:,}")
        else:
            table.add_row(key, "-" if value is None else str(value))
    Console().print(table)


@app.command()
def compare(
    program: Annotated[Path, typer.Argument(help="Compiled program (.tnp).")],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", help="NAME=FILE.npy, once for each input.")
    ] = None,
    target: Target = "verilator",
    against: Annotated[str, typer.Option(help="The target that is taken for right.")] = "golden",
    max_cycles: Annotated[int | None, typer.Option(help="Give up after so many cycles.")] = None,
    watchdog: Annotated[int, typer.Option(help="Cycles without progress before a trap.")] = 100_000,
    as_json: AsJson = False,
) -> None:
    """Run a compiled program on two targets; report the first instruction that differs."""
    from .verify.commands import compare_command

    compare_command(
        _load_inputs, program, inputs or [], target, against, watchdog, max_cycles, as_json
    )


@app.command()
def fuzz(
    count: Annotated[int, typer.Option(min=1, help="Programs to run.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="Of the first program; then seed + 1 ...")] = 0,
    traps: Annotated[bool, typer.Option(help="Whether some programs trap.")] = True,
    target: Target = "verilator",
    config: Config = "tiny",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the program of a difference (.tns, .tnp).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run random programs on golden and on a target; fail at the first difference."""
    from .verify.commands import fuzz_command

    fuzz_command(count, seed, traps, target, config, out, as_json)


@bench_app.command("matmul")
def bench_matmul(
    m: Annotated[int, typer.Option(min=1)] = 512,
    k: Annotated[int, typer.Option(min=1)] = 512,
    n: Annotated[int, typer.Option(min=1)] = 512,
    dtype: Dtype = "bf16",
    layout: Annotated[
        str, typer.Option(help="tn, nn, nt or tt: lhs and rhs as they are (n) or transposed (t).")
    ] = "tn",
    batch: Annotated[int, typer.Option(min=1, help="Products of that size, one program.")] = 1,
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """lhsT[K, M], rhs[K, N] -> out[M, N]; in other layouts lhs[M, K] or rhsT[N, K]."""
    from .bench import kernels
    from .bench.report import measure

    work = kernels.matmul(
        get_config(config), m=m, k=k, n=n, dtype=dtype, layout=layout, batch=batch
    )
    result = measure(work, target)
    _report(result.to_json(), as_json, out, f"matmul on {target}, config {config}")


@bench_app.command("conv1d")
def bench_conv1d(
    n: Annotated[int, typer.Option(min=1)] = 1,
    length: Annotated[int, typer.Option(min=1)] = 1024,
    cin: Annotated[int, typer.Option(min=1)] = 64,
    cout: Annotated[int, typer.Option(min=1)] = 64,
    kernel: Annotated[int, typer.Option(min=1)] = 3,
    stride: Annotated[int, typer.Option(min=1)] = 1,
    pad: Annotated[int, typer.Option(min=0)] = 1,
    dilation: Annotated[int, typer.Option(min=1)] = 1,
    groups: Annotated[int, typer.Option(min=1)] = 1,
    dtype: Dtype = "bf16",
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """input[N, C, L], weights[Cin / groups, k, Cout] -> out[N, Cout, Lo]."""
    from .bench import kernels
    from .bench.report import measure

    work = kernels.conv1d(
        get_config(config), n=n, length=length, cin=cin, cout=cout, kernel=kernel, stride=stride,
        pad=pad, dilation=dilation, groups=groups, dtype=dtype,
    )  # fmt: skip
    result = measure(work, target)
    _report(result.to_json(), as_json, out, f"conv1d on {target}, config {config}")


@bench_app.command("conv2d")
def bench_conv2d(
    n: Annotated[int, typer.Option(min=1)] = 1,
    h: Annotated[int, typer.Option(min=1)] = 56,
    w: Annotated[int, typer.Option(min=1)] = 56,
    cin: Annotated[int, typer.Option(min=1)] = 64,
    cout: Annotated[int, typer.Option(min=1)] = 64,
    kernel: Annotated[int, typer.Option(min=1)] = 3,
    stride: Annotated[int, typer.Option(min=1)] = 1,
    pad: Annotated[int, typer.Option(min=0)] = 1,
    dilation: Annotated[int, typer.Option(min=1)] = 1,
    groups: Annotated[int, typer.Option(min=1)] = 1,
    dtype: Dtype = "bf16",
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """input[N, C, H, W], weights[Cin / groups, kh, kw, Cout] -> out[N, Cout, Ho, Wo]."""
    from .bench import kernels
    from .bench.report import measure

    work = kernels.conv2d(
        get_config(config), n=n, h=h, w=w, cin=cin, cout=cout, kernel=kernel, stride=stride,
        pad=pad, dilation=dilation, groups=groups, dtype=dtype,
    )  # fmt: skip
    result = measure(work, target)
    _report(result.to_json(), as_json, out, f"conv2d on {target}, config {config}")


@bench_app.command("sim")
def bench_sim(
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """Simulation speed while a matmul runs, beside the frozen reference array in the same run."""
    from .bench.simulation import bench_simulation

    result = bench_simulation(get_config(config), target)
    _report(result, as_json, out, f"simulation speed on {target}, config {config}")


@bench_app.command("all")
def bench_all(
    target: Target = "verilator",
    only: Only = None,
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """The list of benchmarks that have baselines, beside others' figures; JSON is an array."""
    from .bench.check import bench_all

    results = [item.to_json() for item in bench_all(target, only or [], quiet=as_json)]
    _write_json(results, out)
    if as_json:
        _emit(results)


@bench_app.command("tensor")
def bench_tensor(
    target: Target = "verilator",
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """The Tensor engine in every type and on layers of ResNet-50, beside others' figures."""
    from .bench.check import bench_all
    from .bench.suite import TENSOR

    names = [item.key for item in TENSOR]
    results = [item.to_json() for item in bench_all(target, names, quiet=as_json)]
    _write_json(results, out)
    if as_json:
        _emit(results)


@bench_app.command("check")
def bench_check(
    target: Target = "verilator",
    only: Only = None,
    tensor: Annotated[bool, typer.Option(help="The Tensor engine's list too.")] = False,
    update: Annotated[bool, typer.Option(help="Write the cycles as the new baselines.")] = False,
    baselines: Annotated[
        Path | None, typer.Option(help="Default benchmarks/baselines.json.")
    ] = None,
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """Fail when a benchmark takes over 1 % more cycles than its baseline, or has none."""
    from .bench.baselines import BASELINES
    from .bench.check import bench_check, failure
    from .bench.suite import EVERY

    path, names = baselines or BASELINES, only or []
    if tensor:
        names += [item.key for item in EVERY]
    outcome = bench_check(target, names, path=path, update=update, quiet=as_json)
    _write_json(outcome, out)
    if as_json:
        _emit(outcome)
    if not outcome["ok"]:
        raise failure(outcome)


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
    program: Annotated[Path, typer.Argument(help="Compiled program (.tnp).")],
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
    _emit(summary) if as_json else _print_pairs(f"Verilog of {config}", summary)


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
        _write_json(report, out)
    _emit(report) if as_json else print_report(report, depth)


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
    _emit(summary) if as_json else _print_pairs(f"config {config}", summary)


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
