"""``tinyneuron bench``: a kernel of any shape, the simulator, or lists held against baselines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tinyneuron_hw.config import get_config

from ..options import AsJson, Config, JsonFile, Target, emit, print_pairs, write_json

if TYPE_CHECKING:
    from .report import Work

__all__ = ["bench_app"]

bench_app = typer.Typer(
    help="Measure a kernel or the simulator; prints one result.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Size = Annotated[int, typer.Option(min=1)]
Pad = Annotated[int, typer.Option(min=0)]
Dtype = Annotated[str, typer.Option(help="fp32, tf32, bf16, fp16, fp8_*, int8 or uint8.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", help="NAME or NAME/CONFIG; may be repeated.")
]

ProfileFolder = Annotated[
    Path | None,
    typer.Option("--profile", help="Folder for a profile: see `tinyneuron profile`."),
]


def _report(result: dict[str, Any], as_json: bool, path: Path | None, title: str) -> None:
    """Prints a benchmark's result, and writes it to ``path`` if there is one."""
    write_json(result, path)
    if as_json:
        emit(result)
    else:
        print_pairs(title, {key: value for key, value in result.items() if key != "counters"})


def _measure(work: Work, target: str, out: Path | None, as_json: bool, folder: Path | None) -> None:
    from ..profiler.run import profile
    from .report import measure

    title = f"{work.name} on {target}, config {work.program.config.name}"
    _report(measure(work, target).to_json(), as_json, out, title)
    if folder is not None:
        profile(work.program, work.inputs, target=target).save(folder, work.name)


@bench_app.command("matmul")
def bench_matmul(
    m: Size = 512,
    k: Size = 512,
    n: Size = 512,
    dtype: Dtype = "bf16",
    layout: Annotated[
        str, typer.Option(help="tn, nn, nt or tt: lhs and rhs as they are (n) or transposed (t).")
    ] = "tn",
    batch: Annotated[int, typer.Option(min=1, help="Products of that size, one program.")] = 1,
    loops: Annotated[bool, typer.Option("--loops", help="As hardware loops (floats, tn).")] = False,
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    folder: ProfileFolder = None,
    as_json: AsJson = False,
) -> None:
    """lhsT[K, M], rhs[K, N] -> out[M, N]; in other layouts lhs[M, K] or rhsT[N, K]."""
    from . import kernels

    work = kernels.matmul(
        get_config(config), m=m, k=k, n=n, dtype=dtype, layout=layout, batch=batch, loops=loops
    )
    _measure(work, target, out, as_json, folder)


@bench_app.command("conv1d")
def bench_conv1d(
    n: Size = 1,
    length: Size = 1024,
    cin: Size = 64,
    cout: Size = 64,
    kernel: Size = 3,
    stride: Size = 1,
    pad: Pad = 1,
    dilation: Size = 1,
    groups: Size = 1,
    dtype: Dtype = "bf16",
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    folder: ProfileFolder = None,
    as_json: AsJson = False,
) -> None:
    """input[N, C, L], weights[Cin / groups, k, Cout] -> out[N, Cout, Lo]."""
    from . import kernels

    work = kernels.conv1d(
        get_config(config), n=n, length=length, cin=cin, cout=cout, kernel=kernel, stride=stride,
        pad=pad, dilation=dilation, groups=groups, dtype=dtype,
    )  # fmt: skip
    _measure(work, target, out, as_json, folder)


@bench_app.command("conv2d")
def bench_conv2d(
    n: Size = 1,
    h: Size = 56,
    w: Size = 56,
    cin: Size = 64,
    cout: Size = 64,
    kernel: Size = 3,
    stride: Size = 1,
    pad: Pad = 1,
    dilation: Size = 1,
    groups: Size = 1,
    dtype: Dtype = "bf16",
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    folder: ProfileFolder = None,
    as_json: AsJson = False,
) -> None:
    """input[N, C, H, W], weights[Cin / groups, kh, kw, Cout] -> out[N, Cout, Ho, Wo]."""
    from . import kernels

    work = kernels.conv2d(
        get_config(config), n=n, h=h, w=w, cin=cin, cout=cout, kernel=kernel, stride=stride,
        pad=pad, dilation=dilation, groups=groups, dtype=dtype,
    )  # fmt: skip
    _measure(work, target, out, as_json, folder)


@bench_app.command("attention")
def bench_attention(
    heads: Size = 4,
    kv_heads: Annotated[int | None, typer.Option(min=1, help="Of keys and values.")] = None,
    s: Size = 128,
    d: Size = 64,
    causal: Annotated[bool, typer.Option("--causal", help="Leave out what follows.")] = False,
    turned: Annotated[bool, typer.Option("--turned", help="q and k lie as v.")] = False,
    dtype: Annotated[str, typer.Option(help="bf16, fp16 or fp32.")] = "bf16",
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    folder: ProfileFolder = None,
    as_json: AsJson = False,
) -> None:
    """qT[heads, D, S], kT[kv_heads, D, S], v[kv_heads, S, D] -> out[heads, S, D]."""
    from . import layers

    work = layers.attention(
        get_config(config), heads=heads, kv_heads=kv_heads, s=s, d=d, causal=causal, turned=turned,
        dtype=dtype,
    )  # fmt: skip
    _measure(work, target, out, as_json, folder)


@bench_app.command("sim")
def bench_sim(
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """Simulation speed while a matmul runs, beside the frozen reference array in the same run."""
    from .simulation import bench_simulation

    result = bench_simulation(get_config(config), target)
    _report(result, as_json, out, f"simulation speed on {target}, config {config}")


@bench_app.command("memory")
def bench_memory(
    target: Target = "verilator",
    config: Config = "default",
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """Bandwidth of device memory: contiguous and in rows, both ways."""
    from . import memory

    results = memory.bench_memory(get_config(config), target)
    table = memory.to_json(results)
    write_json(table, out)
    if as_json:
        emit(table)
    else:
        for item in results:
            print_pairs(item.transfer, {"bytes": item.bytes, "cycles": item.cycles,
                                        "share": item.share, "right": item.right})  # fmt: skip


@bench_app.command("fetch")
def bench_fetch(
    target: Target = "verilator",
    only: Only = None,
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """What fetching costs: cycles of the Tensor list, and with code that is there at once."""
    from .check import console
    from .fetch import bench_fetch
    from .suite import TENSOR
    from .tables import print_fetches

    results = bench_fetch(target, only or [item.key for item in TENSOR])
    write_json([item.to_json() for item in results], out)
    if as_json:
        emit([item.to_json() for item in results])
    else:
        print_fetches(console(quiet=False), results)


@bench_app.command("all")
def bench_all(
    target: Target = "verilator",
    only: Only = None,
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """The list of benchmarks that have baselines, beside others' figures; JSON is an array."""
    from .check import bench_all

    results = [item.to_json() for item in bench_all(target, only or [], quiet=as_json)]
    write_json(results, out)
    if as_json:
        emit(results)


@bench_app.command("tensor")
def bench_tensor(
    target: Target = "verilator",
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """The Tensor engine in every type and on layers of ResNet-50, beside others' figures."""
    from .check import bench_all
    from .suite import TENSOR

    names = [item.key for item in TENSOR]
    results = [item.to_json() for item in bench_all(target, names, quiet=as_json)]
    write_json(results, out)
    if as_json:
        emit(results)


@bench_app.command("vector")
def bench_vector(
    target: Target = "verilator",
    out: JsonFile = None,
    as_json: AsJson = False,
) -> None:
    """Kernels of the Vector and Scalar engines, beside what the engines and the memory take."""
    from .check import bench_all
    from .suite import VECTOR

    names = [item.key for item in VECTOR]
    results = [item.to_json() for item in bench_all(target, names, quiet=as_json)]
    write_json(results, out)
    if as_json:
        emit(results)


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
    from .baselines import BASELINES
    from .check import bench_check, failure
    from .suite import EVERY

    path, names = baselines or BASELINES, only or []
    if tensor:
        names += [item.key for item in EVERY]
    outcome = bench_check(target, names, path=path, update=update, quiet=as_json)
    write_json(outcome, out)
    if as_json:
        emit(outcome)
    if not outcome["ok"]:
        raise failure(outcome)
