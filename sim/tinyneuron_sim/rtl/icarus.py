"""The RTL in Icarus Verilog, as an execution target: a cocotb process behind a pipe.

This side starts the simulator and sends it calls; icarus_host.py is the other side.
"""

from __future__ import annotations

import contextlib
import importlib.util
import multiprocessing
import os
import subprocess
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.verilog import VerilogDesign

from ..backend import BackendError
from .backend import RtlBackend, open_waveform_file
from .cache import cached, digest, notice
from .host import CallDriver
from .source import verilog_of
from .tools import BuildError, MissingToolError, require
from .wrapper import WRAPPER_MODULE, wrapper_text

__all__ = ["PIPE_VARIABLE", "IcarusBackend", "build_icarus"]

PIPE_VARIABLE = "TINYNEURON_PIPE"
"""Environment variable that tells the simulator's side the number of its end of the pipe."""

_WAVEFORM_MODULE = "tn_waveform"
_WAVEFORM_TEXT = f"""\
module {_WAVEFORM_MODULE};
  string path;
  initial if ($value$plusargs("waveform=%s", path)) begin
    $dumpfile(path);
    $dumpvars(0, {WRAPPER_MODULE});
  end
endmodule
"""
_FLAGS = ("-g2012", "-s", WRAPPER_MODULE, "-s", _WAVEFORM_MODULE)
_CLOSE_SECONDS = 120
"""How long the simulator may take to end, the rest of a waveform included."""


class IcarusBackend(RtlBackend):
    """A chip in Icarus Verilog, with its device memory, behind the ``Backend`` interface.

    Parameters
    ----------
    config:
        The core's configuration.
    waveform:
        File to write an FST waveform of the whole session to.
    design:
        Verilog of a top with the ports of ``Chip``; by default the configuration's ``chip``.

    Raises
    ------
    MissingToolError, BuildError
        The model cannot be built.
    BackendError
        The simulator does not start.
    """

    def __init__(self, config: CoreConfig, *, waveform: str | Path | None = None,
                 design: VerilogDesign | None = None):  # fmt: skip
        model = build_icarus(design or verilog_of(config, "chip"), config)
        path = None if waveform is None else open_waveform_file("icarus", waveform)
        with notice(f"starting Icarus, config {config.name}"):
            driver = _IcarusDriver(model, config, path)
        super().__init__(config, "icarus", driver)


def build_icarus(design: VerilogDesign, config: CoreConfig) -> Path:
    """The compiled model of a chip (ports as ``Chip``'s) inside the wrapper, for ``vvp``.

    Raises
    ------
    MissingToolError
        Icarus Verilog or cocotb is not installed.
    BuildError
        Icarus rejected the Verilog.
    """
    require("iverilog", "vvp")
    if importlib.util.find_spec("cocotb") is None:
        raise MissingToolError("cocotb")
    files = {
        f"{WRAPPER_MODULE}.v": wrapper_text(config, design.top),
        f"{_WAVEFORM_MODULE}.v": _WAVEFORM_TEXT,
        **design.files,
    }
    version = _output(["iverilog", "-V"], None).partition("\n")[0]
    parts = [version, *_FLAGS, *(part for item in files.items() for part in item)]

    def make(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            for file, text in files.items():
                (work / file).write_text(text)
            listing = work / "files.f"
            listing.write_text("\n".join(["+timescale+1ns/1ps", *files]) + "\n")
            _output(["iverilog", *_FLAGS, "-o", str(folder / "chip.vvp"), "-f", listing.name], work)

    label = f"compiling the Icarus model of {design.top}, config {config.name}"
    return cached("icarus", digest(parts), make, label=label) / "chip.vvp"


def _output(command: list[str], folder: Path | None) -> str:
    result = subprocess.run(command, cwd=folder, text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    if result.returncode:
        tail = "\n".join(result.stdout.strip().splitlines()[-12:])
        raise BuildError(f"{command[0]} failed with code {result.returncode}:\n{tail}")
    return result.stdout


class _IcarusDriver(CallDriver):
    """Owns the simulator's process and our end of the pipe. The process has a session of its own,
    so that Ctrl-C reaches this side only; it ends when the pipe closes."""

    slice_cycles = 256

    def __init__(self, model: Path, config: CoreConfig, waveform: Path | None):
        super().__init__()
        self._files = contextlib.ExitStack()
        folder = Path(self._files.enter_context(tempfile.TemporaryDirectory()))
        self._log = folder / "simulator.log"
        self._waveform, self._partial = waveform, None
        if waveform is not None:
            # Beside the file, because it is renamed; with a suffix, because Icarus adds one if not.
            self._partial = waveform.with_name(f".{waveform.name}.{os.getpid()}.fst")
        pipe, other = multiprocessing.Pipe()
        self._pipe: Connection | None = pipe
        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    _command(model, self._partial), cwd=folder,
                    env=_environment(folder, other.fileno()), pass_fds=[other.fileno()],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    start_new_session=True,
                )  # fmt: skip
        except BaseException:
            self._files.close()
            raise
        finally:
            other.close()
        self._exchange(config)

    def _call(self, name: str, *arguments: Any) -> Any:
        self._reply = self._exchange((name, *arguments))
        return self._reply.value

    def _exchange(self, message: Any) -> Any:
        if self._pipe is None:
            raise BackendError("target 'icarus' is closed")
        try:
            self._pipe.send(message)
            answer = self._pipe.recv()
        except (EOFError, OSError):
            code = self._end(kill=False)
            raise BackendError(
                f"target 'icarus': the simulator ended with code {code}: {self._tail}"
            ) from None
        except BaseException:  # Ctrl-C: an answer is still to come, which nobody could tell apart
            self._end(kill=True)
            raise
        if isinstance(answer, str):
            self._end(kill=True)
            raise BackendError(f"target 'icarus': the simulator's side failed: {answer}")
        return answer

    def close(self) -> None:
        if self._pipe is not None:
            self._end(kill=False)

    def _end(self, *, kill: bool) -> int:
        """Ends the process, at once or when it has written what it has to; its exit code."""
        assert self._pipe is not None
        self._pipe.close()
        self._pipe = None
        try:
            if kill:
                self._process.kill()
            return self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        except BaseException:  # Ctrl-C again
            self._process.kill()
            self._process.wait()
            raise
        finally:
            lines = self._log.read_text(errors="replace").strip().splitlines()
            self._tail = "\n".join(lines[-12:]) or "it printed nothing"
            if self._waveform and self._partial and self._partial.exists():
                self._partial.replace(self._waveform)
            self._files.close()


def _command(model: Path, waveform: Path | None) -> list[str]:
    from cocotb_tools.config import lib_name_path

    plusargs = ["-none"] if waveform is None else ["-fst", f"+waveform={waveform}"]
    return ["vvp", "-n", "-m", str(lib_name_path("vpi", "icarus")), str(model), *plusargs]


def _environment(folder: Path, pipe: int) -> dict[str, str]:
    """The environment cocotb wants, without what a user may have set for benches of their own."""
    import find_libpython
    from cocotb_tools.config import pygpi_entry_point

    python = os.environ.get("LIBPYTHON_LOC") or find_libpython.find_libpython()
    if python is None:
        raise MissingToolError("libpython")
    foreign = ("COCOTB_", "GPI_", "PYGPI_")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(foreign)}
    return {
        **kept,
        "COCOTB_TOPLEVEL": WRAPPER_MODULE,
        "COCOTB_TEST_MODULES": f"{__package__}.icarus_host",
        "COCOTB_RESULTS_FILE": str(folder / "results.xml"),
        "COCOTB_RANDOM_SEED": "1",
        "COCOTB_ANSI_OUTPUT": "0",
        "TOPLEVEL_LANG": "verilog",
        "GPI_USERS": f"{python};{pygpi_entry_point()}",
        "PYGPI_PYTHON_BIN": sys.executable,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        PIPE_VARIABLE: str(pipe),
    }
