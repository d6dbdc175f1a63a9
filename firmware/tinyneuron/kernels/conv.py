"""What convolutions of one and two dimensions share: checks, shapes, types."""

from __future__ import annotations

from typing import Any

from tinyneuron import nki
from tinyneuron.nki import language as nl
from tinyneuron.nki.trace import current
from tinyneuron_hw.formats import FORMATS

from .conv_pass import ConvData, convolve
from .conv_plan import make_plan
from .conv_shape import ConvShape
from .drain import Drain, check_vectors, result_dtype
from .row_tiles import multiplied_together, pair_of

__all__ = ["check_groups", "conv_specs", "convolution"]


def convolution(
    axes: int, image: nl.Tensor, weights: nl.Tensor,
    vectors: tuple[nl.Tensor | None, nl.Tensor | None], how: dict[str, Any], relu: bool,
    out_dtype: Any,
) -> nl.Tensor:  # fmt: skip
    """The kernel for one or two dimensions. ``vectors`` are bias and scale; ``how`` has stride, pad
    and dilation (pairs, of which one dimension uses the second) and groups."""
    name, groups = f"conv{axes}d", how["groups"]
    if image.ndim != axes + 2 or weights.ndim != axes + 2:
        raise nki.KernelError(f"{name}: image and weights must have {axes + 2} axes, not "
                              f"{image.ndim} and {weights.ndim}")  # fmt: skip
    n, cin, *_, width = image.shape
    depth, *_, columns, cout = weights.shape
    if depth * groups != cin:
        raise nki.KernelError(f"{name}: image {image!r} and weights {weights!r} do not go together "
                              f"with {groups} groups")  # fmt: skip
    if not multiplied_together(image.dtype, weights.dtype):
        raise nki.KernelError(f"{name}: image {image!r} and weights {weights!r} must have types "
                              "that the Tensor engine multiplies")  # fmt: skip
    check_vectors(name, cout, bias=vectors[0], scale=vectors[1])
    kind = nl.as_dtype(out_dtype or result_dtype(image.dtype))
    pair = pair_of(image.dtype)
    element = pair * max(FORMATS[item.dtype].bytes for item in (image, weights))
    height, rows = (1, 1) if axes == 1 else (image.shape[2], weights.shape[1])
    try:
        shape = ConvShape(n, cin, cout, (height, width), (rows, columns), **how, axes=axes,
                          pair=pair, element_bytes=element,
                          result_bytes=FORMATS[kind].bytes)  # fmt: skip
    except ValueError as error:
        raise nki.KernelError(str(error)) from None
    out = nl.ndarray((n, cout, *shape.out[2 - axes :]), kind, buffer=nl.shared_hbm)
    data = ConvData(
        image=image.reshape((n, cin, *shape.size)),
        weights=weights.reshape((depth, len(shape.taps), cout)),
        bias=vectors[0],
        scale=vectors[1],
        out=out.reshape((n, cout, *shape.out)),
        drain=Drain(relu),
    )
    convolve(make_plan(current().config, shape), data)
    return out


def check_groups(name: str, cin: int, groups: int) -> None:
    """Raises ``ValueError`` unless the input channels can be cut into groups."""
    if groups < 1 or cin % groups:
        raise ValueError(f"{name}: groups must divide {cin} input channels, not {groups}")


def conv_specs(
    image: tuple[int, ...], weights: tuple[int, ...], dtypes: tuple[Any, Any], **vectors: bool
) -> dict[str, Any]:
    """The tensors of a program: image, weights of these shapes and types, and the vectors that are
    wanted."""
    specs: dict[str, Any] = {
        "image": nki.TensorArg(image, dtypes[0]),
        "weights": nki.TensorArg(weights, dtypes[1]),
    }
    wanted = [name for name, is_wanted in vectors.items() if is_wanted]
    return specs | {name: nki.TensorArg((weights[-1],), "fp32") for name in wanted}
