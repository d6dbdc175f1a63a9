"""The digit network as one program: three convolutions chained through device memory."""

from __future__ import annotations

import ml_dtypes
import numpy as np

from tinyneuron import nki
from tinyneuron.kernels.conv2d import conv2d
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import CoreConfig

from ..program.program import Program
from .digits import LAYERS, load_digits_split, load_weights

__all__ = ["digits_inputs", "digits_macs", "digits_program"]

_SIDE = 8


@nki.jit
def digit_network(image: nl.Tensor, **parameters: nl.Tensor) -> nl.Tensor:
    """``image[N, 1, 8, 8]`` -> scores ``[N, 10, 1, 1]``; parameters are ``NAME_weight`` and
    ``NAME_bias`` of each layer."""
    for layer in LAYERS:
        image = conv2d(
            image,
            parameters[f"{layer.name}_weight"],
            parameters[f"{layer.name}_bias"],
            stride=layer.stride,
            pad=layer.pad,
            relu=layer.relu,
        )
    return image


def digits_program(config: CoreConfig, images: int) -> Program:
    """The network for ``images`` digits; weights are constants of the program."""
    specs: dict[str, object] = {"image": nki.TensorArg((images, 1, _SIDE, _SIDE), "bf16")}
    for name, array in load_weights().items():
        specs[name.replace(".", "_")] = nki.Constant(array)
    return nki.compile(digit_network, config, specs)


def digits_inputs(images: int) -> dict[str, np.ndarray]:
    """The first ``images`` held-out digits."""
    _, _, held_out, _ = load_digits_split()
    return {"image": held_out[:images].astype(ml_dtypes.bfloat16)}


def digits_macs(images: int) -> int:
    """Multiply-accumulates of the network on ``images`` digits."""
    total, side = 0, _SIDE
    for layer in LAYERS:
        side = (side + 2 * layer.pad - layer.kernel) // layer.stride + 1
        total += side * side * layer.cout * layer.cin * layer.kernel**2
    return total * images
