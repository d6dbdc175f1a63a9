"""The build cache: one entry a key, nothing half made, two processes, missing tools."""

from __future__ import annotations

import multiprocessing
import os
import time

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.verilog import VerilogDesign
from tinyneuron_sim.rtl import cache
from tinyneuron_sim.rtl.build import build_chip, verilate
from tinyneuron_sim.rtl.cache import cache_folder, cached, digest
from tinyneuron_sim.rtl.tools import BuildError, MissingToolError, require, require_header


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYNEURON_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("TINYNEURON_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("TINYNEURON_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "tinyneuron"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "tinyneuron"


def test_digest_keeps_parts_apart():
    assert digest(["ab", "c"]) != digest(["a", "bc"])
    assert digest(["ab", b"c"]) == digest([b"ab", "c"])


def test_an_entry_is_made_once(folder):
    made = []

    def make(path):
        made.append(path)
        (path / "result").write_text("done")

    first = cached("kind", "key", make, label="making")
    assert (first / "result").read_text() == "done"
    assert cached("kind", "key", make, label="making") == first
    assert len(made) == 1
    assert cached("kind", "other", make, label="making") != first


def test_a_failure_leaves_nothing(folder):
    def make(path):
        (path / "half").write_text("x")
        raise BuildError("no")

    with pytest.raises(BuildError):
        cached("kind", "key", make, label="making")
    assert [path.name for path in (folder / "kind").iterdir() if path.is_dir()] == []


def test_old_entries_go(folder, monkeypatch):
    monkeypatch.setattr(cache, "_KEPT", 2)
    for number in range(4):
        path = cached("kind", f"key{number}", lambda path: None, label="making")
        os.utime(path, (number, number))
    left = {path.name for path in (folder / "kind").iterdir() if path.is_dir()}
    assert left == {"key2", "key3"}


def _worker(folder, queue):
    os.environ["TINYNEURON_CACHE"] = str(folder)

    def make(path):
        queue.put("made")
        time.sleep(0.3)
        (path / "result").write_text("done")

    entry = cached("kind", "key", make, label="making")
    queue.put((entry / "result").read_text())


def test_two_processes_make_it_once(folder):
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    workers = [context.Process(target=_worker, args=(folder, queue)) for _ in range(2)]
    for worker in workers:
        worker.start()
    seen = sorted(queue.get(timeout=20) for _ in range(3))
    for worker in workers:
        worker.join(timeout=20)
    assert seen == ["done", "done", "made"]


def test_missing_tools_say_what_to_install(monkeypatch, folder, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for tool, package in (("g++", "g++"), ("make", "make"), ("iverilog", "iverilog")):
        with pytest.raises(MissingToolError) as caught:
            require(tool)
        assert str(caught.value) == f"{tool} is not installed: apt-get install {package}"
    with pytest.raises(MissingToolError, match=r"g\+\+ is not installed"):
        require_header("lz4.h")
    design = VerilogDesign(top="t", files={"t.v": "module t; endmodule\n"})
    with pytest.raises(MissingToolError, match=r"g\+\+ is not installed"):
        build_chip(design, get_config("tiny"))


def test_bad_verilog_gives_the_tools_message(folder):
    design = VerilogDesign(top="t", files={"t.v": "module t; nonsense\n"})
    with pytest.raises(BuildError, match=r"(?s)verilator_bin failed with code .*syntax error"):
        verilate(design, {}, [], label="compiling")
