"""Random kernels over the language: what they leave after every step, and what NumPy makes of it.

A step takes views of tiles that earlier steps made. Its result is an output of the program, and
NumPy computes it from the outputs that the step read, not from its own results: so errors do not
add up, and what has one right result is compared exactly.
"""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import get_dtype
from tinyneuron_hw.isa.rules import start_granule

__all__ = ["FLOATS", "INTEGERS", "SMALL", "Drawing", "Operand", "Target", "random_kernel"]

FLOATS = ("fp32", "fp32", "bf16", "fp16")
SMALL = ("fp8_e4m3", "fp8_e5m2")
INTEGERS = ("int32", "int16", "int8", "uint8", "uint16")
WIDTH = 64
"""Columns of the inputs."""
LARGEST = {
    "fp32": 1e4, "bf16": 1e4, "fp16": 6e4, "fp8_e4m3": 200.0, "fp8_e5m2": 4e4, "int32": 1e6,
    "int16": 32767, "int8": 127, "uint8": 255, "uint16": 65535, "uint32": 1e6,
}  # fmt: skip
"""Magnitudes that later steps may start from; beyond, a result is checked and left alone."""
LAST_PLACE = {
    "fp32": 2.0**-23, "bf16": 2.0**-7, "fp16": 2.0**-10, "fp8_e4m3": 2.0**-3, "fp8_e5m2": 2.0**-2,
}  # fmt: skip
SUBNORMAL = {"fp16": 2.0**-24, "fp8_e4m3": 2.0**-9, "fp8_e5m2": 2.0**-16}

View = Callable[[Any], Any]
"""A view of a tile, and the same of an array."""


@dataclass(frozen=True)
class Made:
    """A tile, and the output that has its bytes; ``value`` is about what they are."""

    tile: nl.Tensor
    output: str
    dtype: str
    value: np.ndarray


@dataclass(frozen=True)
class Operand:
    """A view of a tile."""

    made: Made
    tile: nl.Tensor
    view: View

    @property
    def dtype(self) -> str:
        return self.made.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.tile.shape)

    @property
    def in_psum(self) -> bool:
        """An instruction reads one such tile, the other from SBUF."""
        return self.tile.where == "nl.psum"

    @property
    def value(self) -> np.ndarray:
        return self.view(self.made.value)


@dataclass(frozen=True)
class Target:
    """A new tile, all of it or a view of it whose surroundings are filled."""

    whole: nl.Tensor
    tile: nl.Tensor
    view: View
    fill: float
    dtype: str

    def placed(self, values: Any, around: float) -> np.ndarray:
        """An array of the whole tile, with ``values`` in the view."""
        array = np.full(tuple(self.whole.shape), around, np.float64)
        self.view(array)[...] = values
        return array


@dataclass(frozen=True)
class Step:
    """One output: ``reference`` of the operands' arrays gives the values, or these and how far
    off they may be."""

    name: str
    output: str
    target: Target
    operands: tuple[Operand, ...]
    reference: Callable[..., Any]

    def expected(self, arrays: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The whole tile, in double precision, and the largest errors."""
        with np.errstate(all="ignore"):
            found = self.reference(*arrays)
        values, slack = found if isinstance(found, tuple) else (found, 0.0)
        return self.target.placed(values, self.target.fill), self.target.placed(slack, 0.0)

    def check(self, outputs: dict[str, np.ndarray], message: str) -> None:
        arrays = [operand.view(outputs[operand.made.output]) for operand in self.operands]
        expected, slack = self.expected(arrays)
        dtype = self.target.dtype
        kind = numpy_dtype(get_dtype(dtype))
        with np.errstate(all="ignore"):
            rounded = _cast(expected, kind).astype(np.float64)
        found = outputs[self.output].astype(np.float64)
        exact = slack == 0
        np.testing.assert_array_equal(found[exact], rounded[exact], f"{message}: {self.name}")
        unit = LAST_PLACE.get(dtype, 0.0) * np.abs(rounded) + SUBNORMAL.get(dtype, 0.0)
        near = slack + (unit if dtype in LAST_PLACE else 1.0)
        off = np.abs(found - expected)[~exact]
        assert (off <= near[~exact]).all(), (
            f"{message}: {self.name}: {off.max()} off, {near[~exact].max()} allowed"
        )


def _cast(values: np.ndarray, kind: np.dtype) -> np.ndarray:
    """Through FP32 to nearest even; integers saturate."""
    single = values.astype(np.float32)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        return np.clip(np.rint(values), limits.min, limits.max).astype(kind)
    return single.astype(kind)


@dataclass
class Drawing:
    """A kernel in the making: the random choices, the tiles so far and the steps."""

    rng: random.Random
    config: CoreConfig
    inputs: dict[str, nl.Tensor]
    arrays: dict[str, np.ndarray]
    made: list[Made] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    outputs: list[nl.Tensor] = field(default_factory=list)

    @property
    def lanes(self) -> int:
        """Partitions that every memory and the array have."""
        return min(self.config.partitions, self.config.columns)

    def shape(self, most: int = 24, least: int = 1) -> tuple[int, int]:
        return self.rng.randint(1, self.lanes), self.rng.randint(least, most)

    def number(self) -> float:
        return self.rng.choice([0.5, -1.25, 2.0, 3.0, -0.75, 1.0, 0.0, -2.0])

    # Operands.

    def operand(
        self, kinds: tuple[str, ...] = FLOATS, shape: tuple[int, ...] | None = None, *,
        sbuf: bool = False, first: bool = False,
    ) -> Operand:  # fmt: skip
        """A view of a tile of one of the types: of ``shape``, or of any; with ``first`` from the
        first partition on. A new one when there is none, or now and then."""
        fitting = [
            made for made in self.made
            if made.dtype in kinds and (made.tile.where == "nl.sbuf" or not sbuf)
        ]  # fmt: skip
        self.rng.shuffle(fitting)
        for made in fitting:
            found = self._view(made, shape, first)
            if found and self.rng.random() < 0.8:
                return found
        return self.load(self.rng.choice(kinds), shape or self.shape())

    def _view(self, made: Made, shape: tuple[int, ...] | None, first: bool) -> Operand | None:
        rows, columns = made.value.shape[0], made.value.shape[1:]
        if shape is None:
            view = self._any_view(rows, columns)
        elif made.value.shape == shape:
            view = _whole
        elif len(shape) == len(columns) + 1 == 2 and shape[0] <= rows and shape[1] <= columns[0]:
            start = 0 if first else self._start(rows, shape[0])
            view = self._part(start, shape[0], columns[0], shape[1])
        else:
            return None
        return Operand(made, view(made.tile), view)

    def _start(self, rows: int, count: int) -> int:
        return self.rng.randrange(0, rows - count + 1, start_granule(self.config, count))

    def _part(self, first: int, count: int, columns: int, size: int) -> View:
        step = self.rng.randint(1, max(1, columns // size))
        at = self.rng.randint(0, columns - (size - 1) * step - 1)
        if step == 1 and self.rng.random() < 0.5:
            return lambda t: t[first : first + count, _columns(t, at, size)]
        end = at + (size - 1) * step + 1
        return lambda t: t[first : first + count, at:end:step]

    def _any_view(self, rows: int, columns: tuple[int, ...]) -> View:
        if len(columns) == 2:
            return self.rng.choice([_whole, _flat, _turned, lambda t: t[:, 0], lambda t: t[..., 0]])
        kind = self.rng.choice(["whole", "part", "part", "split", "repeat"])
        count = self.rng.randint(1, rows)
        if kind == "part":
            size = self.rng.randint(1, columns[0])
            return self._part(self._start(rows, count), count, columns[0], size)
        if kind == "split" and columns[0] % 2 == 0:
            half = columns[0] // 2
            return lambda t: _reshaped(t, (rows, 2, half))
        if kind == "repeat" and columns[0] <= 12:
            times = self.rng.randint(2, 3)
            return lambda t: _repeated(t, times)
        return _whole

    def load(self, dtype: str, shape: tuple[int, ...]) -> Operand:
        """A tile with a part of an input."""
        rows, count = shape[0], math.prod(shape[1:])
        first = self.rng.randint(0, self.lanes - rows)
        at = self.rng.randint(0, max(0, WIDTH - count))
        source, array = self.inputs[dtype], self.arrays[dtype]
        if count > WIDTH:
            raise ValueError(f"{count} columns")
        target = self.target(shape, dtype, psum=False, views=False)

        def part(t: Any) -> Any:
            return _reshaped(t[first : first + rows, at : at + count], shape)

        nisa.dma_copy(target.tile, part(source))
        made = self.keep("load", target, (), lambda: part(array))
        assert made is not None, "inputs are small"
        return Operand(made, made.tile, _whole)

    # Results.

    def target(
        self, shape: tuple[int, ...], dtype: str, *, psum: bool | None = None, views: bool = True
    ) -> Target:
        """A tile for a result of this shape."""
        count = math.prod(shape[1:])
        psum = self.rng.random() < 0.25 if psum is None else psum
        psum = psum and dtype == "fp32" and count <= self.config.psum_bank_bytes // 4
        buffer = nl.psum if psum and shape[0] <= self.config.columns else nl.sbuf
        if not views or len(shape) != 2 or count > 24 or self.rng.random() < 0.7:
            whole = nl.ndarray(shape, dtype, buffer=buffer)
            return Target(whole, whole, _whole, 0.0, dtype)
        columns = count + self.rng.randint(0, count + 3)
        if 4 * columns > self.config.psum_bank_bytes:
            buffer = nl.sbuf
        view = self._part(0, shape[0], columns, count)
        whole = nl.ndarray((shape[0], columns), dtype, buffer=buffer)
        fill = float(self.rng.randint(1, 9))
        nisa.memset(whole, fill)
        return Target(whole, view(whole), view, fill, dtype)

    def result_type(self, values: np.ndarray) -> str:
        """A type for results of about these values."""
        kinds = [*FLOATS, *SMALL, *INTEGERS]
        largest = np.abs(values).max(initial=0)
        if not np.isfinite(largest):
            return "fp32"
        negative = (values < 0).any()
        fitting = [
            k for k in kinds if largest < 0.9 * LARGEST[k] and not (negative and k[0] == "u")
        ]
        return self.rng.choice(fitting or ["fp32"])

    def keep(
        self, name: str, target: Target, operands: tuple[Operand, ...], reference: Callable,
    ) -> Made | None:  # fmt: skip
        """Ends a step: the target becomes an output, and a tile for later steps unless its values
        are too large."""
        output = f"t{len(self.steps)}"
        step = Step(name, output, target, operands, reference)
        self.steps.append(step)
        tile = target.whole
        if tile.where == "nl.psum":
            tile = nl.ndarray(tile.shape, target.dtype)
            nisa.tensor_copy(tile, target.whole)
        out = nl.ndarray(tile.shape, target.dtype, buffer=nl.shared_hbm, name=output)
        nisa.dma_copy(out, tile)
        self.outputs.append(out)
        value = _cast(step.expected([operand.value for operand in operands])[0],
                      numpy_dtype(get_dtype(target.dtype)))  # fmt: skip
        largest = np.abs(value.astype(np.float64)).max(initial=0)
        if not largest <= LARGEST[target.dtype]:
            return None
        self.made.append(Made(target.whole, output, target.dtype, value))
        return self.made[-1]


def _whole(t: Any) -> Any:
    return t


def _flat(t: Any) -> Any:
    return _reshaped(t, (t.shape[0], math.prod(t.shape[1:])))


def _reshaped(t: Any, shape: tuple[int, ...]) -> Any:
    return t.reshape(shape)


def _turned(t: Any) -> Any:
    return t.transpose(0, 2, 1) if isinstance(t, np.ndarray) else t.permute((0, 2, 1))


def _columns(t: Any, at: int, size: int) -> Any:
    return slice(at, at + size) if isinstance(t, np.ndarray) else nl.ds(at, size)


def _repeated(t: Any, times: int) -> Any:
    """``[P, times, F]``."""
    if isinstance(t, np.ndarray):
        return np.repeat(t[:, None], times, axis=1)
    return t.expand_dim(1).broadcast(1, times)


def inputs(seed: int, rows: int) -> dict[str, np.ndarray]:
    """An array of each type a tile may be loaded in."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for name in sorted({*FLOATS, *SMALL, *INTEGERS}):
        kind = numpy_dtype(get_dtype(name))
        if name in INTEGERS:
            low = 0 if name[0] == "u" else -50
            arrays[name] = rng.integers(low, 100, (rows, WIDTH)).astype(kind)
        else:
            arrays[name] = (2 * rng.standard_normal((rows, WIDTH))).astype(np.float32).astype(kind)
    return arrays


def random_kernel(
    seed: int, config: CoreConfig, operations: list[Callable[[Drawing], None]], steps: int = 6
) -> tuple[Program, dict[str, np.ndarray], list[Step]]:
    """The program, its inputs, and its steps."""
    rng = random.Random(f"kernel {seed}")
    arrays = inputs(seed, min(config.partitions, config.columns))
    drawings: list[Drawing] = []

    def kernel(**tensors: nl.Tensor) -> tuple[nl.Tensor, ...]:
        drawing = Drawing(rng, config, tensors, arrays)
        drawings.append(drawing)
        for _ in range(steps):
            rng.choice(operations)(drawing)
        return tuple(drawing.outputs)

    kernel.__signature__ = inspect.Signature(  # pyright: ignore[reportFunctionMemberAccess]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in arrays]
    )
    specs = {name: nki.TensorArg(array.shape, array.dtype) for name, array in arrays.items()}
    return nki.compile(kernel, config, specs), arrays, drawings[-1].steps
