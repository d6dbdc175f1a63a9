"""The comparison with baselines, on made-up numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tinyneuron.bench import baselines, check, suite
from tinyneuron.bench.baselines import BASELINES, compare, load, save, updated
from tinyneuron.bench.report import BenchResult
from tinyneuron.runtime.errors import TinyneuronError

RESULT = BenchResult(
    name="matmul_64", config="tiny", target="verilator", cycles=10_000, macs=1, utilization=0.5,
    max_abs_error=0.0, bit_exact=True, sim_khz=1.0, wall_s=1.0, compile_s=1.0, dtype="bf16",
)  # fmt: skip


def verdict(baseline: int | None, **changes):
    table = {} if baseline is None else {"tiny": {"matmul_64": baseline}}
    (found,) = compare([replace(RESULT, **changes)], table)
    return found


@pytest.mark.parametrize(
    ("baseline", "state", "is_failure"),
    [
        (10_000, "same", False),
        (10_001, "better", False),
        (9_999, "slower", False),
        (9_901, "slower", False),
        (9_900, "worse", True),
        (5_000, "worse", True),
        (None, "missing", True),
    ],
)
def test_one_percent_more_is_the_limit(baseline, state, is_failure):
    found = verdict(baseline)
    assert (found.state, found.is_failure) == (state, is_failure)
    assert found.change == (None if baseline is None else pytest.approx(10_000 / baseline - 1))


def test_a_verdict_names_both_numbers():
    text = "matmul_64 on tiny: 10,000 cycles, baseline 9,000 (+11.11%)"
    assert str(verdict(9_000)) == text
    assert str(verdict(None)) == "matmul_64 on tiny: 10,000 cycles, no baseline"


def test_a_wrong_result_fails_however_fast_it_is():
    found = verdict(20_000, bit_exact=False)
    assert (found.state, found.is_failure) == ("wrong", True)
    assert "differs from golden's" in str(found)
    with pytest.raises(TinyneuronError, match="no baselines of wrong results: matmul_64 on tiny"):
        updated({}, [found], {("tiny", "matmul_64")})


def test_the_same_name_on_another_configuration_is_another_benchmark():
    results = [RESULT, replace(RESULT, config="default", cycles=7)]
    table = {"tiny": {"matmul_64": 10_000}}
    assert [item.state for item in compare(results, table)] == ["same", "missing"]


def test_a_target_without_a_clock_is_refused():
    with pytest.raises(TinyneuronError, match="target 'golden' has no clock"):
        verdict(1, cycles=None, target="golden")


def test_updating_keeps_what_was_not_run_and_drops_what_is_no_benchmark():
    table = {"tiny": {"matmul_64": 1, "gone": 2, "kept": 3}, "old": {"x": 4}}
    known = {("tiny", "matmul_64"), ("tiny", "kept"), ("small", "new")}
    assert updated(table, [verdict(1)], known) == {"tiny": {"matmul_64": 10_000, "kept": 3}}


def test_the_file_is_stable_and_appears_whole(tmp_path: Path):
    path = tmp_path / "new" / "baselines.json"
    save(path, {"tiny": {"b": 2, "a": 1}, "default": {"c": 3}})
    text = path.read_text()
    assert text == json.dumps({"default": {"c": 3}, "tiny": {"a": 1, "b": 2}}, indent=2) + "\n"
    save(path, load(path))
    assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]
    assert load(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON"),
        ("[]", "must map configurations"),
        ('{"tiny": 5}', "must map configurations"),
        ('{"tiny": {"a": "5"}}', "cycles of 'a' must be a positive integer, not '5'"),
        ('{"tiny": {"a": 0}}', "cycles of 'a' must be a positive integer, not 0"),
        ('{"tiny": {"a": true}}', "cycles of 'a' must be a positive integer, not True"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str, message: str):
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(TinyneuronError, match=f"bad.json: {message}"):
        load(path)


def test_every_benchmark_has_a_committed_baseline_and_no_other():
    table = load(BASELINES)
    committed = {f"{name}/{config}" for config, row in table.items() for name in row}
    assert committed == {item.key for item in suite.EVERY}
    text = BASELINES.read_text()
    assert text == json.dumps(table, indent=2, sort_keys=True) + "\n"


@pytest.fixture
def made_up(monkeypatch):
    """The suite gives these cycles, by key, without running anything."""
    cycles: dict[str, int] = {}

    def run_suite(benchmarks, target):
        for item in benchmarks:
            yield replace(
                RESULT, name=item.name, config=item.config, target=target, cycles=cycles[item.key]
            )

    monkeypatch.setattr(check, "run_suite", run_suite)
    return cycles


def bench_check(path: Path, **options):
    names = ["matmul_64"]
    return check.bench_check(
        "verilator", names, **({"update": False, "quiet": True} | options), path=path
    )


def test_a_check_ends_well_badly_and_after_an_update(made_up, tmp_path: Path, capsys):
    path = tmp_path / "baselines.json"
    made_up |= {"matmul_64/default": 2_000, "matmul_64/tiny": 10_000}
    missing = bench_check(path)
    assert not missing["ok"]
    assert "2 of 2 benchmarks failed" in str(check.failure(missing))
    assert not path.exists()

    assert bench_check(path, update=True)["ok"]
    assert load(path) == {"default": {"matmul_64": 2_000}, "tiny": {"matmul_64": 10_000}}
    assert bench_check(path)["ok"]

    made_up["matmul_64/tiny"] = 10_200
    worse = bench_check(path, quiet=False)
    assert worse["failures"] == ["matmul_64 on tiny: 10,200 cycles, baseline 10,000 (+2.00%)"]
    assert [item["verdict"] for item in worse["results"]] == ["same", "worse"]
    assert "10,200" in capsys.readouterr().out

    made_up["matmul_64/tiny"] = 9_000
    better = bench_check(path, quiet=False)
    assert better["ok"]
    assert "better than before: matmul_64 on tiny; move the baselines with --update" in (
        " ".join(capsys.readouterr().out.split())
    )
    assert load(path)["tiny"]["matmul_64"] == 10_000


def test_a_check_needs_a_clock():
    with pytest.raises(TinyneuronError, match="target 'golden' has no clock; use verilator"):
        check.bench_check("golden", [], path=baselines.BASELINES, update=False, quiet=True)
