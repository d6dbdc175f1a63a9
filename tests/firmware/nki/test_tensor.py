"""Views select the same elements as NumPy's."""

import numpy as np
import pytest

from tinyneuron.lower.ir import DeviceRef, DeviceTensor, Tile
from tinyneuron.nki import KernelError
from tinyneuron.nki.tensor import Tensor, ds
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.access import element_offsets
from tinyneuron_hw.isa.opcodes import Space


def device(shape):
    return Tensor.whole(DeviceTensor(0, "x", shape, DType.BF16, "input"))


def tile(shape):
    return Tensor.whole(Tile(0, "t", Space.SBUF, shape, DType.BF16, 0))


def elements(view):
    """Row-major numbers (over the base) of the view's elements, in order."""
    ref = view.ref()
    offsets = element_offsets(ref.offset, ref.dims[::-1], 1)
    if isinstance(ref, DeviceRef):
        return offsets
    row = int(np.prod(ref.base.shape[1:]))
    lanes = np.arange(ref.start_partition, ref.start_partition + ref.num_partitions)
    return (lanes[:, None] * row + offsets).reshape(-1)


KEYS = [
    (),
    (slice(1, 3),),
    (slice(None), 2),
    (slice(None), slice(None, None, 2), slice(1, 5, 3)),
    (..., slice(2, 4)),
    (slice(1, 2), ..., -1),
    (ds(1, 2), 1, 3),
    (-1, slice(-3, -1)),
]


@pytest.mark.parametrize("key", KEYS)
def test_index_of_a_device_tensor(key):
    numbers = np.arange(4 * 5 * 6).reshape(4, 5, 6)
    view = device((4, 5, 6))[key]
    assert view.shape == numbers[key].shape
    assert elements(view).tolist() == numbers[key].reshape(-1).tolist()


@pytest.mark.parametrize("key", KEYS)
def test_index_of_a_tile_keeps_the_partition_axis(key):
    numbers = np.arange(4 * 5 * 6).reshape(4, 5, 6)
    view = tile((4, 5, 6))[key]
    assert elements(view).tolist() == numbers[key].reshape(-1).tolist()
    assert view.ndim >= 2


def test_views_of_views():
    numbers = np.arange(4 * 40).reshape(4, 40)
    view = tile((4, 40))[:, 3:33].reshape((4, 5, 6))[1:3, ::2][:, 1:, 2:4]
    expected = numbers[:, 3:33].reshape(4, 5, 6)[1:3, ::2][:, 1:, 2:4]
    assert view.shape == expected.shape
    assert elements(view).tolist() == expected.reshape(-1).tolist()


def test_contiguous_axes_merge():
    assert device((4, 5, 6)).ref().dims == ((1, 120),)
    assert device((4, 5, 6))[:, :, 1:].ref().dims == ((6, 20), (1, 5))
    assert tile((4, 5, 6))[:, 1:3].ref().dims == ((1, 12),)
    assert tile((4, 1, 1)).ref().dims == ()


def test_access_pattern():
    numbers = np.arange(60)
    view = device((3, 4, 5)).ap([[20, 3], [1, 5], [5, 4]], 0)
    assert view.shape == (3, 5, 4)
    expected = numbers.reshape(3, 4, 5).transpose(0, 2, 1)
    assert elements(view).tolist() == expected.reshape(-1).tolist()
    overlapping = device((10,)).ap([[1, 3], [1, 8]], 0)
    assert elements(overlapping).tolist() == [i + j for i in range(3) for j in range(8)]
    chip = tile((4, 6)).ap([[6, 2], [2, 3]], 6 + 1)
    assert elements(chip).tolist() == [7, 9, 11, 13, 15, 17]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: device((4, 5))[4], r"axis 0: index 4 is outside 0 \.\.\. 3"),
        (lambda: device((4, 5))[:, 2:6], "slice 2:6 does not select"),
        (lambda: device((4, 5))[:, 3:3], "slice 3:3 does not select"),
        (lambda: device((4, 5))[::-1], "step must be at least 1, not -1"),
        (lambda: device((4, 5))[0, 0, 0], "3 indices for 2 axes"),
        (lambda: device((4, 5))["a"], "must be an integer or a slice, not 'a'"),
        (lambda: tile((4, 5))[::2], "partition axis takes step 1 only, not 2"),
        (lambda: tile((4, 6)).reshape((2, 12)), "the partition axis stays"),
        (lambda: device((4, 6)).reshape((5, 5)), "element counts differ"),
        (lambda: device((4, 6))[:, :4].reshape((2, 8)), None),
        (lambda: device((4, 6))[:, :4].reshape((8, 2)).reshape((16,)), "without a copy"),
        (lambda: device((4, 6)).ap([[1, 25]]), r"reaches elements 0 \.\.\. 24 of 24"),
        (lambda: device((4, 6)).ap([[1, 0]]), "every size of an access pattern"),
        (lambda: tile((4, 6)).ap([[5, 4]]), "partition stride of an access pattern must be 6"),
        (lambda: tile((4, 6)).ap([[6, 4]], 6), "reaches partition 4"),
    ],
)
def test_what_a_view_cannot_select(act, message):
    if message is None:
        message = "without a copy"
    with pytest.raises(KernelError, match=message):
        act()
