"""The command line: exit status, one line on bad input, JSON for machines."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from tinyneuron import cli
from tinyneuron.kernels import matmul
from tinyneuron.program import container
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType


@pytest.fixture
def command(monkeypatch, capsys):
    """``command(*arguments)`` gives (status, standard output, standard error)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["tinyneuron", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        return stopped.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    path = tmp_path / "matmul.tnp"
    container.save(matmul.build(get_config("tiny"), m=3, k=5, n=4, dtype="fp16"), path)
    return path


def test_help_lists_the_commands(command):
    status, out, _ = command("--help")
    assert status == 0
    for name in ("demo", "run", "bench", "asm", "disasm", "verilog", "synth", "info"):
        assert name in out


def test_info_describes_a_configuration(command):
    status, out, _ = command("info", "--config", "tiny", "--json")
    assert status == 0
    assert json.loads(out)["config.partitions"] == 4


def test_bench_prints_the_contracted_keys(command):
    sizes = ("--m", 5, "--k", 6, "--n", 7)
    status, out, _ = command(
        "bench", "matmul", *sizes, "--target", "golden", "--config", "tiny", "--json"
    )
    result = json.loads(out)
    assert status == 0
    expected = {"name", "config", "target", "cycles", "macs", "utilization", "max_abs_error",
                "bit_exact", "sim_khz", "wall_s"}  # fmt: skip
    assert expected <= set(result)
    assert result["bit_exact"] is True
    assert result["macs"] == 210
    assert result["cycles"] is None


SMALL_BENCHES = {
    "batched": ("matmul", "--m", 3, "--k", 4, "--n", 5, "--layout", "nt", "--batch", 4),
    "line": ("conv1d", "--length", 20, "--cin", 3, "--cout", 4, "--dtype", "uint8"),
    "image": ("conv2d", "--h", 5, "--w", 4, "--cin", 3, "--cout", 4, "--dtype", "int8"),
}
SMALL_MACS = {"batched": 240, "line": 20 * 4 * 9, "image": 20 * 4 * 27}


@pytest.mark.parametrize("name", SMALL_BENCHES)
def test_bench_measures_layouts_batches_and_types(command, name):
    where = ("--target", "golden", "--config", "tiny", "--json")
    status, out, _ = command("bench", *SMALL_BENCHES[name], *where)
    result = json.loads(out)
    assert (status, result["bit_exact"], result["macs"]) == (0, True, SMALL_MACS[name])
    assert result["max_abs_error"] <= 0.05


def test_bench_all_gives_an_array(command, tmp_path: Path):
    only = ("--only", "conv2d_1x1_7_32to16", "--target", "golden", "--out", tmp_path / "all.json")
    status, out, _ = command("bench", "all", *only, "--json")
    assert status == 0
    (result,) = json.loads(out)
    assert (result["name"], result["config"]) == ("conv2d_1x1_7_32to16", "tiny")
    assert json.loads((tmp_path / "all.json").read_text()) == [result]


def test_a_failed_check_says_what_and_ends_with_status_one(command, monkeypatch, tmp_path: Path):
    from tinyneuron.bench import check

    measured = check.bench_all("golden", ["conv2d_1x1_7_32to16"], quiet=True)
    result = dataclasses.replace(measured[0], cycles=1010, target="verilator")
    monkeypatch.setattr(check, "run_suite", lambda benchmarks, target: iter([result]))
    path = tmp_path / "baselines.json"
    check_it = ("bench", "check", "--only", "conv2d_1x1_7_32to16", "--baselines", path)
    assert command(*check_it, "--update")[0] == 0
    assert command(*check_it)[0] == 0
    path.write_text('{"tiny": {"conv2d_1x1_7_32to16": 999}}')
    status, out, err = command(*check_it)
    assert status == 1
    assert "worse" in out
    expected = "conv2d_1x1_7_32to16 on tiny: 1,010 cycles, baseline 999 (+1.10%)"
    assert expected in err
    assert err.count("\n") == 1


def test_synth_compares_latencies(command, tmp_path: Path):
    file = tmp_path / "pe.json"
    arguments = ("synth", "pe", "--config", "tiny", "--latencies", "1,3", "--out", file)
    status, out, _ = command(*arguments, "--json")
    report = json.loads(out)
    assert status == 0
    assert json.loads(file.read_text()) == report
    first, last = report["results"]
    assert (first["pe_latency"], last["pe_latency"]) == (1, 3)
    assert first["flip_flops"] < last["flip_flops"]
    status, out, _ = command(*arguments)
    assert status == 0
    assert f"{last['flip_flops']:,}" in out


def test_synth_prints_the_blocks(command):
    status, out, _ = command("synth", "array", "--config", "tiny", "--depth", 1)
    assert status == 0
    assert "tn_pe" in out
    assert "moving_edge" in out
    assert "tn_to_pe_operand" not in out


def test_run_reads_and_writes_arrays(command, compiled: Path, tmp_path: Path):
    kind = numpy_dtype(DType.FP16)
    lhs, rhs = np.eye(5, 3, dtype=kind), np.arange(20, dtype=kind).reshape(5, 4)
    np.save(tmp_path / "l.npy", lhs)
    np.save(tmp_path / "r.npy", rhs)
    status, out, _ = command(
        "run", compiled, "--input", f"lhsT={tmp_path / 'l.npy'}",
        "--input", f"rhs={tmp_path / 'r.npy'}", "--out", tmp_path / "results",
        "--trace", tmp_path / "timeline.json", "--target", "golden", "--json",
    )  # fmt: skip
    assert status == 0
    assert json.loads(out)["outputs"] == {"out": [3, 4]}
    np.testing.assert_array_equal(np.load(tmp_path / "results/out.npy"), rhs[:3])
    assert json.loads((tmp_path / "timeline.json").read_text())["traceEvents"]


def test_run_says_where_the_cycles_went(command, compiled: Path, tmp_path: Path):
    kind = numpy_dtype(DType.FP16)
    np.save(tmp_path / "l.npy", np.ones((5, 3), kind))
    np.save(tmp_path / "r.npy", np.ones((5, 4), kind))
    inputs = ("--input", f"lhsT={tmp_path / 'l.npy'}", "--input", f"rhs={tmp_path / 'r.npy'}")
    status, out, _ = command("run", compiled, *inputs, "--stats", "--json")
    stats = json.loads(out)["stats"]
    assert status == 0
    # Both operands come, the result goes, in whole elements.
    assert [stats["ports"][name]["bytes"] for name in ("dma_read", "dma_write")] == [70, 24]
    assert stats["engines"]["tensor"]["instructions"] >= 2
    assert stats["array"] >= 4
    assert sum(engine["share"] for engine in stats["engines"].values()) > 0
    assert stats["idle"] < stats["cycles"] == json.loads(out)["cycles"]
    status, out, _ = command("run", compiled, *inputs, "--stats")
    assert "waits for an SBUF bank" in out
    status, out, error = command("run", compiled, *inputs, "--stats", "--target", "golden")
    assert (status, out) == (1, "")
    assert "--stats needs a target with cycles, not golden" in error


@pytest.mark.parametrize("target", ["icarus", pytest.param("pysim", marks=pytest.mark.slow)])
def test_the_slow_targets_run_with_a_waveform(command, compiled: Path, tmp_path: Path, target):
    kind = numpy_dtype(DType.FP16)
    np.save(tmp_path / "l.npy", np.ones((5, 3), kind))
    np.save(tmp_path / "r.npy", np.ones((5, 4), kind))
    inputs = ("--input", f"lhsT={tmp_path / 'l.npy'}", "--input", f"rhs={tmp_path / 'r.npy'}")
    results = {}
    for each in ("verilator", target):
        wave = () if each == "verilator" else ("--wave", tmp_path / "wave")
        status, out, _ = command(
            "run", compiled, *inputs, "--out", tmp_path / each, "--target", each, *wave, "--json"
        )
        assert status == 0
        results[each] = json.loads(out)
        assert (np.load(tmp_path / each / "out.npy") == 5).all()
    assert results[target]["cycles"] == results["verilator"]["cycles"]
    assert results[target]["counters"] == results["verilator"]["counters"]
    assert results[target]["target"] == target
    assert (tmp_path / "wave").stat().st_size > 1000


def test_run_takes_bfloat16_files(command, tmp_path: Path):
    kind = numpy_dtype(DType.BF16)
    container.save(matmul.build(get_config("tiny"), m=2, k=3, n=4), tmp_path / "bf16.tnp")
    np.save(tmp_path / "l.npy", np.ones((3, 2), kind))
    np.save(tmp_path / "r.npy", np.full((3, 4), 2, kind))
    arguments = (
        "run", tmp_path / "bf16.tnp", "--input", f"lhsT={tmp_path / 'l.npy'}",
        "--input", f"rhs={tmp_path / 'r.npy'}", "--out", tmp_path, "--target", "golden", "--json",
    )  # fmt: skip
    assert command(*arguments)[0] == 0
    status, _, err = command(*arguments, "--config", "default")
    assert status == 1
    assert "compiled for config 'tiny', the device is 'default'" in err
    assert (np.load(tmp_path / "out.npy").view(kind) == 6).all()


def test_wrong_inputs_leave_no_waveform(command, compiled: Path, tmp_path: Path):
    np.save(tmp_path / "l.npy", np.ones((5, 3), np.float32))
    wave = tmp_path / "run.fst"
    one = ("--input", f"lhsT={tmp_path / 'l.npy'}", "--input", f"rhs={tmp_path / 'l.npy'}")
    status, _, err = command("run", compiled, *one, "--wave", wave)
    assert status == 1
    assert "input 'lhsT' must be float16, not float32" in err
    assert not wave.exists()


def test_disassembly_assembles_to_the_same_file(command, compiled: Path, tmp_path: Path):
    text, again = tmp_path / "text.tns", tmp_path / "again.tnp"
    assert command("disasm", compiled, "-o", text)[0] == 0
    assert command("asm", text, "-o", again)[0] == 0
    assert again.read_bytes() == compiled.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("info", "--config", "huge"), "unknown config 'huge'"),
        (("bench", "matmul", "--target", "quantum"), "target 'quantum' is unknown"),
        (("demo", "--target", "golden", "--images", "1", "--wave"), "has no option 'waveform'"),
        (("bench", "matmul", "--target", "perf"), "target 'perf' is not available yet"),
        (("bench", "matmul", "--dtype", "fp12"), "not 'fp12'"),
        (("bench", "matmul", "--m", "0"), "Invalid value for '--m'"),
        (("bench", "matmul", "--layout", "xy"), "layout must be one of tn, nn, nt, tt, not 'xy'"),
        (("bench", "matmul", "--batch", "0"), "Invalid value for '--batch'"),
        (("bench", "conv1d", "--dtype", "int16"), "types that the Tensor engine multiplies"),
        (("bench", "conv1d", "--length", "2", "--pad", "0"), "reaches over 3 does not fit"),
        (("bench", "conv2d", "--cin", "5", "--groups", "2"), "groups"),
        (("bench", "conv2d", "--h", "1", "--w", "1", "--pad", "0"), "does not fit an image"),
        (
            ("bench", "all", "--only", "matmul_9"),
            "unknown benchmark 'matmul_9'; known: matmul_512/",
        ),
        (("bench", "check", "--target", "golden"), "target 'golden' has no clock"),
        (("bench", "check", "--baselines", "/dev/null"), "/dev/null: no JSON"),
        (("frobnicate",), "No such command 'frobnicate'"),
        (("disasm", "nowhere.tnp"), "nowhere.tnp: No such file or directory"),
        (("demo", "--images", "0"), "--images must be from 1 to 200, not 0"),
        (("verilog", "--top", "board"), "unknown top 'board'"),
        (("verilog", "--form", "board"), "unknown form 'board'"),
        (("synth", "board"), "unknown block 'board'"),
        (("synth", "pe", "--target", "board"), "unknown target 'board'"),
        (("synth", "pe", "--place"), "only target 'ecp5' can be placed"),
        (("synth", "pe", "--latencies", "1;2"), "--latencies takes numbers joined by commas"),
        (("synth", "pe", "--latencies", "1,4"), "pe_latency must be from 1 to 3, not 4"),
        (("synth", "pe", "--depth", "0"), "Invalid value for '--depth'"),
    ],
)
def test_bad_input_gives_one_line(command, arguments, message):
    status, out, err = command(*arguments)
    assert status != 0
    assert message in err
    assert err.startswith("tinyneuron: error: ")
    assert err.count("\n") == 1
    assert out == ""


def test_bad_files_leave_nothing_behind(command, tmp_path: Path, compiled: Path):
    damaged = tmp_path / "damaged.tnp"
    content = bytearray(compiled.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    foreign = tmp_path / "foreign.tnp"
    foreign.write_bytes(b"PK" * 500)
    source = tmp_path / "bad.tns"
    source.write_text(".config tiny\n.stream sync\nnop nop\n")
    before = set(tmp_path.iterdir())
    for arguments, message in (
        (("disasm", damaged, "-o", tmp_path / "x"), "damaged"),
        (("run", foreign, "--target", "golden"), "not a"),
        (("asm", source, "-o", tmp_path / "y"), "line 3: cannot read 'nop'"),
        (("run", compiled, "--target", "golden"), "missing input: lhsT, rhs"),
        (("run", compiled, "--target", "golden", "--input", "lhsT"), "NAME=FILE.npy"),
        (("run", compiled, "--target", "golden", "--input", f"lhsT={source}"), "is no .npy file"),
    ):
        status, _, err = command(*arguments)
        assert status == 1, arguments
        assert message in err
        assert err.count("\n") == 1
    assert set(tmp_path.iterdir()) == before


def test_run_takes_a_python_file_with_kernels(command, tmp_path: Path, compiled: Path):
    script = tmp_path / "kernel.py"
    script.write_text(
        "import sys\n"
        "import numpy as np\n"
        "import nki\n"
        "import nki.language as nl\n"
        "@nki.jit\n"
        "def double(x):\n"
        "    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)\n"
        "    nl.store(out, nl.multiply(nl.load(x), 2.0))\n"
        "    return out\n"
        "print(sys.argv[1:], nl.tile_size.pmax, double(np.ones((2, 3), np.float32)).sum())\n"
    )
    status, out, _ = command("run", "--config", "tiny", script, "a", "--", "--b")
    assert (status, out) == (0, "['a', '--b'] 4 12.0\n")
    for arguments, message in (
        (("run", script, "--stats"), "takes --target, --config and its own arguments"),
        (("run", compiled, "a"), "arguments are for a Python file"),
        (("run", tmp_path / "other.py"), "No such file"),
        (("run", script, "--target", "chip"), "target must be one of"),
    ):
        status, _, err = command(*arguments)
        assert status == 1, arguments
        assert message in err
        assert err.count("\n") == 1
