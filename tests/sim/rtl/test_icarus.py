"""The simulator's process: what is missing, how it fails, and that it always ends."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.csr import Csr, length_address
from tinyneuron_hw.verilog import VerilogDesign
from tinyneuron_sim.backend import BackendError
from tinyneuron_sim.rtl.icarus import IcarusBackend, build_icarus
from tinyneuron_sim.rtl.tools import BuildError, MissingToolError

DESIGN = VerilogDesign(top="t", files={"t.v": "module t; nonsense\n"})


def process_of(backend: IcarusBackend) -> int:
    return backend._driver._process.pid


def ended(pid: int, seconds: float = 20) -> bool:
    """Whether a process has ended, or does so soon."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":  # an orphan that nobody has waited for
            return True
        time.sleep(0.05)
    return False


def start(backend: IcarusBackend, count: int) -> None:
    backend.csr_write(length_address(0), count)
    backend.csr_write(Csr.INTERRUPT_ENABLE, 3)
    backend.csr_write(Csr.CONTROL, 1)


def test_missing_programs_say_what_to_install(monkeypatch, tmp_path):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "cocotb" else found(name)
    )
    with pytest.raises(MissingToolError, match=r"^cocotb is not installed: pip install 'cocotb"):
        build_icarus(DESIGN, get_config("tiny"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match=r"^iverilog is not installed: apt-get install iver"):
        build_icarus(DESIGN, get_config("tiny"))


def test_bad_verilog_gives_icarus_message():
    with pytest.raises(BuildError, match=r"(?s)iverilog failed with code .*syntax error"):
        build_icarus(DESIGN, get_config("tiny"))


def test_a_simulator_that_dies_gives_one_error(open_copier):
    backend = open_copier("icarus")
    pid = process_of(backend)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(BackendError, match="target 'icarus': the simulator ended with code -9: "):
        backend.csr_read(Csr.STATUS)
    with pytest.raises(BackendError, match="target 'icarus' is closed"):
        backend.csr_read(Csr.STATUS)
    backend.close()
    backend.close()


def test_a_simulator_that_does_not_start_shows_what_it_printed(open_copier, monkeypatch):
    monkeypatch.setenv("LIBPYTHON_LOC", "/no/such/libpython.so")
    with pytest.raises(BackendError, match=r"(?s)the simulator ended with code .*libpython.so"):
        open_copier("icarus")


def test_close_ends_the_process(open_copier):
    with open_copier("icarus") as backend:
        pid = process_of(backend)
    assert ended(pid, 0.1)
    forgotten = open_copier("icarus")
    pid = process_of(forgotten)
    del forgotten
    assert ended(pid, 0.1)


def test_interruption_ends_the_process(open_copier):
    backend = open_copier("icarus")
    pid = process_of(backend)
    start(backend, 1 << 30)
    # A shell starts what runs in the background with interrupts ignored.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(1, signal.raise_signal, [signal.SIGINT])
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            backend.run(1 << 40)
    finally:
        timer.join()
        signal.signal(signal.SIGINT, usual)
    assert ended(pid, 0.1)
    with pytest.raises(BackendError, match="is closed"):
        backend.csr_read(Csr.STATUS)
    backend.close()


def _open_and_vanish(open_copier, pids) -> None:
    backend = open_copier("icarus")
    pids.put(process_of(backend))
    start(backend, 1 << 30)
    threading.Timer(1, os.kill, [os.getpid(), signal.SIGKILL]).start()
    backend.run(1 << 40)


def test_the_process_does_not_outlive_its_owner(open_copier):
    context = multiprocessing.get_context("fork")
    pids = context.SimpleQueue()
    owner = context.Process(target=_open_and_vanish, args=(open_copier, pids))
    owner.start()
    pid = pids.get()
    owner.join(30)
    assert owner.exitcode == -signal.SIGKILL
    assert ended(pid)


def test_settings_for_other_cocotb_benches_do_not_matter(open_copier, monkeypatch):
    monkeypatch.setenv("COCOTB_TESTCASE", "something_else")
    monkeypatch.setenv("COCOTB_TEST_MODULES", "no_such_module")
    monkeypatch.setenv("GPI_EXTRA", "no_such_library")
    with open_copier("icarus") as backend:
        assert backend.csr_read(Csr.STATUS) == 0
