"""Kernels that are called with arrays: targets, grids, arguments that are written, and files whose
``import nki`` is ours."""

import importlib
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import ConfigError, get_config

X = np.arange(24, dtype=np.float32).reshape(4, 6)


@pytest.fixture(autouse=True)
def on_tiny(monkeypatch):
    """Kernels run on the golden model of ``tiny``."""
    for name in ("TINYNEURON_TARGET", "TINYNEURON_CONFIG", "NEURON_PLATFORM_TARGET_OVERRIDE"):
        monkeypatch.delenv(name, raising=False)
    with nki.use("golden", "tiny"):
        yield


@nki.jit
def double(x):
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nl.store(out, nl.multiply(nl.load(x), 2.0))
    return out


def test_a_call_gives_arrays():
    found = double(X)
    assert isinstance(found, np.ndarray)
    np.testing.assert_array_equal(found, 2 * X)
    np.testing.assert_array_equal(double(x=X.astype(np.float16)), 2 * X.astype(np.float16))


def test_results_keep_their_structure():
    @nki.jit
    def kernel(pair, scale=2.0, *, extra=None):
        first, second = double(pair["a"]), double(pair["b"][0])
        return {"all": [first, second], "none": extra, "flat": first.reshape((24,))}

    found = kernel({"a": X, "b": [X + 1]})
    np.testing.assert_array_equal(found["all"][1], 2 * X + 2)
    assert found["none"] is None
    assert found["flat"].shape == (24,)


def test_the_target_and_the_configuration_can_be_chosen(monkeypatch):
    seen = []

    @nki.jit
    def kernel(x):
        seen.append(nl.tile_size.pmax)
        return double(x)

    kernel(X)
    kernel.with_options(config="small")(X)
    nki.jit(kernel.function, config=get_config("default"))(X)
    with nki.use(config="small") as where:
        assert (where.target, where.config.name) == ("golden", "small")
        assert nl.tile_size.pmax == 16
        kernel(X)
    assert nl.tile_size.pmax == 4
    assert seen == [4, 16, 16, 16]
    for arguments, error in (
        ({"target": "chip"}, nki.KernelError),
        ({"config": "no"}, ConfigError),
    ):
        with pytest.raises(error):
            nki.use(**arguments)


def test_a_later_platform_says_what_it_needs(monkeypatch):
    with pytest.raises(nki.KernelError, match="needs NeuronCore-v3: platform trn2"):
        nki.jit(double.function, platform_target="trn2")(X)
    monkeypatch.setenv("NEURON_PLATFORM_TARGET_OVERRIDE", "gen4")
    with pytest.raises(nki.KernelError, match="needs NeuronCore-v4: platform gen4"):
        double(X)
    monkeypatch.setenv("NEURON_PLATFORM_TARGET_OVERRIDE", "inf2")
    double(X)


def test_options_of_the_public_compiler_change_nothing():
    made = nki.jit(mode="trace", platform_target="trn1", debug_kernel=True)(double.function)
    np.testing.assert_array_equal(made(X), 2 * X)


def test_there_is_one_core():
    with nki.install():
        group = importlib.import_module("nki.collectives").ReplicaGroup
    with pytest.raises(nki.KernelError, match=r"needs several cores.*: collectives.ReplicaGroup"):
        group([[0, 1]])


def test_simulate_is_golden(monkeypatch):
    monkeypatch.setenv("TINYNEURON_TARGET", "icarus")
    np.testing.assert_array_equal(nki.simulate(double)(X), 2 * X)
    np.testing.assert_array_equal(nki.simulate(double.function)(X), 2 * X)
    np.testing.assert_array_equal(nki.simulate(double[1])(X), 2 * X)
    monkeypatch.setenv("NKI_SIMULATOR", "1")
    with nki.use("pysim") as where:
        assert where.target == "golden"


def test_programs_of_a_grid_share_what_they_return():
    @nki.jit
    def kernel(x):
        assert (nl.program_ndim(), nl.num_programs(0), nl.num_programs(1)) == (2, 2, 3)
        assert nl.num_programs((0, 1)) == nl.num_programs(None) == 6
        out = nl.ndarray((4, 6), nl.float32, buffer=nl.shared_hbm)
        own = nl.ndarray((2, 2), nl.float32, buffer=nl.private_hbm, name="own")
        rows, columns = nl.ds(2 * nl.program_id(0), 2), nl.ds(2 * nl.program_id(1), 2)
        tile = nl.load(x[rows, columns])
        nisa.dma_copy(own, nl.add(tile, 10.0 * nl.program_id(1)))
        nisa.dma_copy(out[rows, columns], own)
        return out

    expected = X + np.array([0, 0, 10, 10, 20, 20], np.float32)
    np.testing.assert_array_equal(kernel[2, 3](X), expected)
    np.testing.assert_array_equal(nki.simulate(kernel[2, 3])(X), expected)


def test_without_a_grid_there_is_one_program():
    @nki.jit
    def kernel(x):
        assert (nl.program_ndim(), nl.num_programs(), nl.program_id(0)) == (0, 1, 0)
        return double(x)

    kernel(X)
    for grid in (0, (), (2, -1), "a"):
        with pytest.raises(nki.KernelError, match="a grid is one or more numbers"):
            kernel[grid]


def test_programs_must_make_the_same_shared_tensors():
    @nki.jit
    def kernel(x):
        out = nl.ndarray((4, 6 - nl.program_id(0)), nl.float32, buffer=nl.shared_hbm)
        nl.store(out, nl.load(x[:, : out.shape[1]]))
        return out

    with pytest.raises(nki.KernelError, match=r"program \(1,\) makes another shared tensor"):
        kernel[2](X)
    with pytest.raises(nki.KernelError, match=r"the grid \(2,\) has no axis 1"):
        nki.jit(lambda x: nl.program_id(1))[2](X)


def test_an_argument_that_is_written_changes():
    @nki.jit
    def kernel(x, y):
        nl.store(y[:2], nl.add(nl.load(y[2:]), nl.load(x[2:])))
        return y

    x, y = X.copy(), X + 1
    expected = np.concatenate([y[2:] + x[2:], y[2:]])
    found = kernel(x, y)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(x, X)


def test_an_argument_can_be_returned_as_it_is():
    np.testing.assert_array_equal(nki.jit(lambda x: x)(X), X)


def test_device_print_prints_when_the_kernel_has_run(capsys):
    @nki.jit
    def kernel(x):
        tile = nl.load(x)
        nl.device_print("before", tile)
        nl.device_print("product", nl.multiply(tile, 3.0)[:1])
        return double(x)

    assert isinstance(kernel(X), np.ndarray)
    printed = capsys.readouterr().out
    assert printed.index("before") < printed.index("product")
    assert "[[ 0.  3.  6.  9. 12. 15.]]" in printed


def test_a_handle_tells_the_order():
    @nki.jit
    def kernel(x):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray(x.shape, x.dtype)
        first = nisa.dma_copy(tile, x, name="load")
        second = nisa.tensor_scalar(tile, tile, nl.multiply, 2.0, name="scale")
        assert second.depends_on(first) is second
        third = nisa.dma_copy(out, tile).depends_on(second, first)
        with pytest.raises(nki.KernelError, match="a producer must come before its consumer"):
            first.depends_on(third)
        with pytest.raises(nki.KernelError, match="is no instruction of this kernel"):
            third.depends_on(tile)
        with pytest.raises(nki.KernelError, match="name must be a string, not 3"):
            nisa.dma_copy(out, tile, name=3)
        return out

    np.testing.assert_array_equal(kernel(X), 2 * X)


SCRIPT = """
import sys
import numpy as np
import nki
import nki.isa as nisa
import nki.language as nl
from nki.isa.constants import oob_mode
from nki.typing import tensor
from helper import FACTOR

@nki.jit
def scaled(x: tensor):
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=x, oob_mode=oob_mode.error)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=FACTOR)
    nisa.dma_copy(dst=out, src=tile)
    return out

if __name__ == "__main__":
    print(sys.argv[1:], nl.tile_size.pmax, scaled(np.ones((2, 3), np.float32)).sum())
"""


@pytest.fixture
def script(tmp_path):
    (tmp_path / "helper.py").write_text("FACTOR = 4.0\n")
    path = tmp_path / "kernel.py"
    path.write_text(SCRIPT)
    return path


def test_a_file_runs_unmodified(script, capsys):
    from tinyneuron.nki.script import run_file

    before = list(sys.path), list(sys.argv)
    run_file(script, ["--fast"], "golden", "tiny")
    assert capsys.readouterr().out == "['--fast'] 4 24.0\n"
    assert (sys.path, sys.argv) == before
    assert "nki" not in sys.modules
    with pytest.raises(FileNotFoundError):
        run_file(script.parent / "other.py")


def test_a_file_runs_from_the_shell(script):
    shown = subprocess.run(
        [sys.executable, "-m", "tinyneuron.nki", "--config", "tiny", str(script), "--fast"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert shown.stdout == "['--fast'] 4 24.0\n"


def test_nothing_is_installed_unless_asked():
    assert "nki" not in sys.modules
    with nki.install():
        assert importlib.import_module("nki.language") is nl
        assert importlib.import_module("nki.isa.constants").oob_mode is nisa.oob_mode
    assert "nki.language" not in sys.modules
    with pytest.raises(ImportError):
        importlib.import_module("nki.language")


def test_another_package_of_that_name_is_no_victim(monkeypatch):
    monkeypatch.setitem(sys.modules, "nki", ModuleType("nki"))
    with pytest.raises(ImportError, match="another package has been imported as nki"):
        nki.install()
