"""Kernels become programs: arguments, outputs, names, errors."""

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels import matmul
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import ConfigError
from tinyneuron_hw.isa.opcodes import Stream


@nki.jit
def double(x, times=2):
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(tile, x)
    for _ in nl.sequential_range(times - 1):
        nisa.tensor_scalar(tile, tile, nl.multiply, 2.0)
    nisa.dma_copy(out, tile)
    return out


X = nki.TensorArg((4, 4), "fp32")


def test_program_of_a_kernel():
    program = nki.compile(double, "tiny", {"x": X, "times": 3})
    assert [(t.name, t.kind) for t in program.tensors] == [("x", "input"), ("out", "output")]
    assert program.metadata["kernel"] == "double"
    assert program.metadata["file"].endswith("test_kernel.py")
    lines = program.metadata["source"]
    assert set(lines) == {stream.name for stream in program.streams}
    assert len(lines["VECTOR"]) == len(program.streams[Stream.VECTOR])
    assert len({line for line in lines["VECTOR"] if line}) == 1


def test_lines_of_a_helper_are_in_its_own_file():
    """A product's transfers are made in another file than its kernel."""
    program = matmul.build("tiny", m=4, k=4, n=4, dtype="fp16")
    code = program.streams[Stream.SYNC]
    (first,) = {program.source_file(Stream.SYNC, at) for at in range(len(code))
                if program.source_line(Stream.SYNC, at)}  # fmt: skip
    assert first.endswith("row_tiles.py")
    assert program.source_file(Stream.TENSOR, 0).endswith("matmul.py")
    assert program.metadata["file"].endswith("matmul.py")


def test_a_kernel_calls_another(run_golden):
    with pytest.raises(nki.KernelError, match="inside a kernel"):
        double.function(np.zeros((4, 4), np.float32))

    def twice(x):
        return double(double(x))

    program = nki.compile(twice, "tiny", {"x": X})
    x = np.arange(16, dtype=np.float32).reshape(4, 4)
    assert (run_golden(program, {"x": x})["out"] == 4 * x).all()


def test_several_outputs_and_names(run_golden):
    def kernel(x):
        named = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm, name="copy")
        nisa.dma_copy(named, x)
        return double(x), named, double(x)

    program = nki.compile(kernel, "tiny", {"x": X})
    x = np.ones((4, 4), dtype=np.float32)
    outputs = run_golden(program, {"x": x})
    assert list(outputs) == ["out0", "copy", "out1"]
    assert outputs["out1"][0, 0] == 2
    assert outputs["copy"][0, 0] == 1


def test_constants_go_into_the_program(run_golden):
    program = nki.compile(double, "tiny", {"x": nki.Constant(np.full((4, 4), 3, np.float32))})
    assert program.of_kind("input") == []
    assert run_golden(program, {})["out"][1, 1] == 6


def test_jit_with_parentheses():
    @nki.jit()
    def kernel(x):
        return double(x)

    assert kernel.__name__ == "kernel"
    assert nki.compile(kernel, "tiny", {"x": X}).metadata["kernel"] == "kernel"


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda x: None, "must return its output tensors, not None"),
        (lambda x: (), "must return its output tensors"),
        (lambda x: x[1:], "must return the device tensors it made, not x"),
        (lambda x: nl.ndarray((4, 4), nl.float32), "must return the device tensors"),
        (lambda x: nl.ndarray((4, 4), nl.float32, nl.hbm)[1:], "must return the device tensors"),
    ],
)
def test_what_a_kernel_must_return(result, message):
    with pytest.raises(nki.KernelError, match=message):
        nki.compile(result, "tiny", {"x": X})


def test_one_name_for_one_tensor():
    def kernel(x):
        return nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm, name="x")

    with pytest.raises(nki.KernelError, match="two tensors in device memory are called 'x'"):
        nki.compile(kernel, "tiny", {"x": X})


def test_unknown_config_is_named():
    with pytest.raises(ConfigError, match="unknown config 'huge'"):
        nki.compile(double, "huge", {"x": X})


def test_sizes_come_from_the_config():
    seen = {}

    def kernel(x):
        size = nl.tile_size
        seen["sizes"] = (size.pmax, size.gemm_stationary_fmax, size.gemm_moving_fmax,
                         size.psum_fmax, size.total_available_sbuf_size)  # fmt: skip
        return double(x)

    nki.compile(kernel, "default", {"x": X})
    assert seen["sizes"] == (16, 16, 512, 512, 32768)
