"""Tensors on golden: arrays, offsets, slices, their memory, and what they are refused."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nrt
from tinyneuron.nrt import NrtError, Placement, Status, Tensor

SEED = 21


@pytest.fixture
def runtime() -> Iterator[nrt.Runtime]:
    with nrt.init("golden", "tiny") as opened:
        yield opened


def refused(status: Status, text: str):
    """A context in which a call is refused with this status; ``text`` is in the message."""
    words = f"NRT_{status.name}\\({status.value}\\): .*{text}"
    return pytest.raises(NrtError, match=words)


@pytest.mark.parametrize("placement", list(Placement))
@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16, np.int8, np.bool_,
                                   ml_dtypes.float8_e4m3])  # fmt: skip
def test_an_array_comes_back(runtime, dtype, placement: Placement):
    array = np.random.default_rng(SEED).standard_normal((3, 5)).astype(dtype)
    tensor = Tensor.from_numpy(array.T, "a", placement=placement)
    assert (tensor.shape, tensor.dtype, tensor.name) == ((5, 3), array.dtype, "a")
    assert tensor.size == array.nbytes
    assert tensor.numpy().tobytes() == array.T.tobytes()
    tensor.write_from_numpy(array)
    assert tensor.read() == array.tobytes()


def test_a_tensor_is_of_zeros(runtime):
    first = Tensor(100)
    first.memset(7)
    first.free()
    again = Tensor(100)
    np.testing.assert_array_equal(again.numpy(), np.zeros(100, np.uint8))


def test_one_number_is_an_array(runtime):
    tensor = Tensor.from_numpy(np.array(2.5, np.float32))
    assert (tensor.size, tensor.shape, tensor.numpy()) == (4, (), 2.5)


@pytest.mark.parametrize("placement", list(Placement))
def test_parts_are_read_written_set_and_copied(runtime, placement: Placement):
    tensor, other = Tensor(8, placement=placement), Tensor(8)
    tensor.write(b"abc", 2)
    assert tensor.read() == b"\0\0abc\0\0\0"
    assert tensor.read(3, 2) == b"bc"
    tensor.memset(ord("x"), 5, 2)
    assert tensor.read(4) == b"cxx\0"
    other.copy(tensor, source_offset=2, offset=1, size=4)
    assert other.read() == b"\0abcx\0\0\0"
    tensor.copy(tensor, source_offset=2, offset=3, size=4)  # they overlap
    assert tensor.read() == b"\0\0aabcx\0"


def test_a_slice_is_the_same_bytes(runtime):
    tensor = Tensor(8)
    part = tensor.slice(2, 4, "part")
    inner = part.slice(1, 2)
    inner.write(b"ab")
    assert tensor.read() == b"\0\0\0ab\0\0\0"
    tensor.memset(9)
    assert inner.read() == b"\x09\x09"
    tensor.free()
    assert part.read() == b"\x09" * 4


def test_device_memory_is_given_back(runtime):
    size = runtime.device.config.device_memory_bytes
    whole = Tensor(size)
    with refused(Status.RESOURCE, "tensor 'b' needs 4096 bytes of device memory"):
        Tensor(5, "b")
    part = whole.slice(size - 1, 1)
    whole.free()
    with refused(Status.RESOURCE, "needs 4096 bytes"):  # the slice still is there
        Tensor(5)
    part.free()
    again = Tensor(size)
    del again
    gc.collect()
    Tensor(size)


def test_ranges_outside_are_refused(runtime):
    tensor = Tensor(8, "t")
    for call in (
        lambda: tensor.read(0, 9), lambda: tensor.read(9), lambda: tensor.read(-1, 2),
        lambda: tensor.write(b"ab", 7), lambda: tensor.memset(1, 4, 5), lambda: tensor.slice(4, 5),
        lambda: tensor.copy(Tensor(9)), lambda: tensor.copy(tensor, source_offset=1, size=8),
    ):  # fmt: skip
        with refused(Status.INVALID, "has 8 bytes, not those from"):
            call()
    assert tensor.read() == bytes(8)


def test_wrong_values_are_refused(runtime):
    with refused(Status.INVALID, "at least 1 byte, not 0"):
        Tensor(0)
    with refused(Status.INVALID, "at least 1 byte, not 0"):
        Tensor(8).slice(3, 0)
    with refused(Status.INVALID, "from 0 to 255, not 256"):
        Tensor(8).memset(256)
    with refused(Status.INVALID, "takes 8 bytes, not 4"):
        Tensor(8).write_from_numpy(np.zeros(4, np.int8))
    with refused(Status.INVALID, "no type for NumPy's float64"):
        Tensor.from_numpy(np.zeros(4))


def test_a_freed_tensor_is_refused(runtime):
    tensor, other = Tensor(8, "t"), Tensor(8)
    tensor.free()
    assert tensor.is_freed
    for call in (
        tensor.free, tensor.read, tensor.numpy, lambda: tensor.write(b""), lambda: tensor.memset(0),
        lambda: tensor.slice(0, 1), lambda: tensor.copy(other), lambda: other.copy(tensor),
        lambda: nrt.TensorSet({"t": tensor}),
    ):  # fmt: skip
        with refused(Status.INVALID_HANDLE, "tensor 't' was freed"):
            call()


def test_a_set_has_tensors_by_name(runtime):
    first, second = Tensor(4), Tensor(8)
    found = nrt.TensorSet({"a": first})
    found.add("b", first)
    found.add("b", second)
    assert dict(found) == {"a": first, "b": second}
    with refused(Status.INVALID, "'c' must be a Tensor, not ndarray"):
        found.add("c", np.zeros(3))  # pyright: ignore[reportArgumentType]


def test_one_runtime_is_open_at_a_time(monkeypatch):
    monkeypatch.setattr("tinyneuron.nrt.runtime._opened", [])
    with refused(Status.UNINITIALIZED, "call nrt.init"):
        Tensor(4)
    nrt.close()
    with nrt.init("golden", "tiny") as first:
        assert nrt.current() is first
        with refused(Status.INVALID, "open already"):
            nrt.init("golden", "tiny")
        tensor = Tensor(4)
    for call in (tensor.read, tensor.free, nrt.current, lambda: Tensor(4)):
        with refused(Status.CLOSED, "was closed"):
            call()
    nrt.close()
    with nrt.init("golden", "tiny"):
        with refused(Status.CLOSED, "was closed"):
            tensor.read()
        with refused(Status.CLOSED, "was closed"):
            Tensor(4).copy(tensor)


def test_the_environment_chooses_target_and_config(monkeypatch):
    monkeypatch.setenv("TINYNEURON_TARGET", "golden")
    monkeypatch.setenv("TINYNEURON_CONFIG", "small")
    with nrt.init() as runtime:
        assert (runtime.device.target, runtime.device.config.name) == ("golden", "small")
    with refused(Status.INVALID, "target 'silicon' is unknown"):
        nrt.init("silicon")
    with refused(Status.INVALID, "huge"):
        nrt.init("golden", "huge")
