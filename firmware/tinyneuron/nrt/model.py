"""Compiled programs on the device, and their executions on tensors."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType

from ..program import container
from ..program.program import Program, TensorSpec
from ..runtime.dtypes import numpy_dtype
from ..runtime.model import DEFAULT_WATCHDOG, RunResult
from .runtime import current
from .status import NrtError, NumericalError, Status
from .tensor import Tensor

__all__ = ["BenchmarkResult", "Model", "TensorInfo"]


@dataclass(frozen=True)
class TensorInfo:
    """What a model wants to be given, or gives.

    ``size``: bytes. ``dtype``: NumPy's; ``element_type``: the core's.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    element_type: DType
    size: int


@dataclass(frozen=True)
class BenchmarkResult:
    """How long executions took, in ``unit``: ``cycles`` of the core, or ``ms`` of the host."""

    unit: Literal["cycles", "ms"]
    durations: list[float]
    warmup_iterations: int

    @property
    def iterations(self) -> int:
        """Executions that were timed."""
        return len(self.durations)

    @property
    def mean(self) -> float:
        return statistics.fmean(self.durations)

    @property
    def min(self) -> float:
        return min(self.durations)

    @property
    def max(self) -> float:
        return max(self.durations)

    @property
    def std_dev(self) -> float:
        """Of the population."""
        return statistics.pstdev(self.durations)


class Model:
    """A program on the device. Several can be loaded; one executes at a time.

    Made by :meth:`load`. Its device memory is freed by :meth:`unload` or when the model is no
    longer referred to.

    Attributes
    ----------
    name:
        As given to :meth:`load`.
    program:
        The compiled program.
    input_tensors_info, output_tensors_info:
        Name -> :class:`TensorInfo`.
    """

    def __init__(self, program: Program, name: str):
        self.runtime = current()
        self.name = name
        self.program = program
        self.input_tensors_info = _infos(program, "input")
        self.output_tensors_info = _infos(program, "output")
        device = self.runtime.device
        self._resident = None
        self._resident = self.runtime.call(lambda: device.load(program))

    @classmethod
    def load(cls, source: str | os.PathLike[str] | bytes | Program, name: str | None = None
             ) -> Model:  # fmt: skip
        """Puts a compiled program on the device.

        Parameters
        ----------
        source:
            A container file's path (``tinyneuron.save`` writes one), its bytes, or a program.
        name:
            For messages; None: the file's name without its suffix, or the kernel's.

        Raises
        ------
        NrtError
            FAILURE: the file cannot be read; INVALID: it is damaged or no container, or made for
            another configuration; RESOURCE: device memory is full.
        """
        if isinstance(source, (str, os.PathLike)):
            path = Path(source)
            program = current().call(lambda: container.load(path))
            default = path.stem
        else:
            raw = source
            program = raw if isinstance(raw, Program) else current().call(
                lambda: container.from_bytes(raw))  # fmt: skip
            default = str(program.metadata.get("kernel") or "model")
        return cls(program, default if name is None else name)

    def __call__(
        self, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor] | None = None
    ) -> dict[str, Tensor]:
        """Executes the model and gives its outputs: those given, or new tensors."""
        made = self.allocate_outputs() if outputs is None else dict(outputs)
        self.execute(inputs, made)
        return made

    def allocate_outputs(self) -> dict[str, Tensor]:
        """A new tensor for each output, with its shape and type."""
        found = {}
        for name, info in self.output_tensors_info.items():
            tensor = Tensor(info.size, name)
            tensor.shape, tensor.dtype, tensor.is_typed = info.shape, info.dtype, True
            found[name] = tensor
        return found

    def execute(
        self, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor], *,
        max_cycles: int | None = None, watchdog: int = DEFAULT_WATCHDOG,
    ) -> RunResult:  # fmt: skip
        """Executes the model and writes its outputs.

        Parameters
        ----------
        inputs, outputs:
            Name -> tensor, each of the model's exactly once, of its size. A tensor may be in both.
        max_cycles, watchdog:
            As for ``tinyneuron.Model.run``.

        Raises
        ------
        NrtError
            Before anything has run: EXEC_BAD_INPUT for an input, INVALID for an output,
            INVALID_HANDLE for what was freed or unloaded. From the execution, which then has
            written no output: EXEC_OOB, TIMEOUT, INVALID, EXEC_BAD_INPUT, EXEC_HW_ERR_*.
        NumericalError
            An output has a NaN, no input has one; the outputs are written.
        """
        work = self._execution(inputs, outputs, max_cycles, watchdog)
        return self.runtime.call(work, self.program)

    def execute_async(
        self, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor], *,
        max_cycles: int | None = None, watchdog: int = DEFAULT_WATCHDOG,
    ) -> Future[RunResult]:  # fmt: skip
        """:meth:`execute` in the background, after all that was asked of the device before. What
        can be checked before the execution is raised at once; the future has the rest."""
        work = self._execution(inputs, outputs, max_cycles, watchdog)
        return self.runtime.submit(work, self.program)

    def execute_repeat(
        self, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor], count: int, *,
        max_cycles: int | None = None, watchdog: int = DEFAULT_WATCHDOG,
    ) -> RunResult:  # fmt: skip
        """Executes ``count`` times, at least once, and gives the last result.

        A tensor that is in ``outputs`` and in ``inputs`` carries what one execution gave to the
        next. Errors as :meth:`execute`: the first one ends it.
        """
        if count < 1:
            raise NrtError(Status.INVALID, f"the count of executions is at least 1, not {count}")
        work = self._execution(inputs, outputs, max_cycles, watchdog)

        def repeat() -> RunResult:
            for _ in range(count - 1):
                work()
            return work()

        return self.runtime.call(repeat, self.program)

    def benchmark(
        self, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor] | None = None,
        warmup_iter: int = 5, benchmark_iter: int = 5, mode: Literal["device", "host"] = "device",
    ) -> BenchmarkResult:  # fmt: skip
        """Times executions, after some that are not counted.

        Parameters
        ----------
        mode:
            ``device``: cycles of the core, which golden has not; ``host``: milliseconds from the
            call to its end, tensors copied included.

        Raises
        ------
        NrtError
            INVALID: another mode or number, or ``device`` on golden; else as :meth:`execute`.
        """
        if mode not in ("device", "host"):
            raise NrtError(Status.INVALID, f"mode must be 'device' or 'host', not {mode!r}")
        if warmup_iter < 0 or benchmark_iter < 1:
            raise NrtError(
                Status.INVALID, f"iterations must be at least 0 to warm up and 1 to time, not "
                f"{warmup_iter} and {benchmark_iter}"
            )  # fmt: skip
        if mode == "device" and self.runtime.device.target == "golden":
            raise NrtError(Status.INVALID, "golden has no cycles: time it with mode='host'")
        outputs = self.allocate_outputs() if outputs is None else outputs
        for _ in range(warmup_iter):
            self.execute(inputs, outputs)
        durations: list[float] = []
        for _ in range(benchmark_iter):
            begin = time.perf_counter()
            cycles = self.execute(inputs, outputs).cycles
            durations.append(
                (time.perf_counter() - begin) * 1e3 if mode == "host" else float(cycles or 0)
            )
        return BenchmarkResult("ms" if mode == "host" else "cycles", durations, warmup_iter)

    def unload(self) -> None:
        """Frees the model's device memory after the executions that were asked for;
        INVALID_HANDLE the second time."""
        resident = self._check()
        self._resident = None
        self.runtime.submit(resident.unload)

    def _check(self):
        self.runtime.check_open()
        if self._resident is None:
            raise NrtError(Status.INVALID_HANDLE, f"model {self.name!r} was unloaded")
        return self._resident

    def _execution(
        self, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor],
        max_cycles: int | None, watchdog: int,
    ) -> Callable[[], RunResult]:  # fmt: skip
        """What one execution does, after the checks that need no device."""
        resident = self._check()
        _check_tensors(self, "input", self.input_tensors_info, inputs, Status.EXEC_BAD_INPUT)
        _check_tensors(self, "output", self.output_tensors_info, outputs, Status.INVALID)
        sources = {name: tensor.view() for name, tensor in inputs.items()}
        targets = {name: tensor.view() for name, tensor in outputs.items()}

        def execute() -> RunResult:
            arrays = {
                name: np.frombuffer(sources[name].read(), info.dtype).reshape(info.shape)
                for name, info in self.input_tensors_info.items()
            }
            result = resident.run(arrays, max_cycles=max_cycles, watchdog=watchdog)
            for name, array in result.outputs.items():
                targets[name].write(array.tobytes())
            bad = [name for name, array in result.outputs.items() if _has_nan(array)]
            if bad and not any(map(_has_nan, arrays.values())):
                raise NumericalError(f"model {self.name!r} made a NaN in output {bad[0]!r}",
                                     outputs)  # fmt: skip
            return result

        return execute

    def __del__(self) -> None:
        resident = getattr(self, "_resident", None)
        if resident is not None:
            self.runtime.released.append(resident.unload)


def _infos(program: Program, kind: str) -> dict[str, TensorInfo]:
    def info(spec: TensorSpec) -> TensorInfo:
        return TensorInfo(spec.name, spec.shape, numpy_dtype(spec.dtype), spec.dtype, spec.nbytes)

    return {spec.name: info(spec) for spec in program.of_kind(kind)}


def _check_tensors(
    model: Model, kind: str, infos: Mapping[str, TensorInfo], tensors: Mapping[str, Tensor],
    status: Status,
) -> None:  # fmt: skip
    for name in tensors:
        if name not in infos:
            known = ", ".join(infos) or "none"
            raise NrtError(status, f"model {model.name!r} has no {kind} {name!r}; it has: {known}")
    for name, info in infos.items():
        where = f"{kind} {name!r} of model {model.name!r}"
        if name not in tensors:
            raise NrtError(status, f"{where} is missing")
        tensor = tensors[name]
        if not isinstance(tensor, Tensor):
            raise NrtError(status, f"{where} must be a Tensor, not {type(tensor).__name__}")
        tensor.check()
        if tensor.runtime is not model.runtime:
            raise NrtError(Status.INVALID_HANDLE, f"{where}: {tensor} is of another runtime")
        if tensor.size != info.size:
            raise NrtError(status, f"{where} has {info.size} bytes, {tensor} has {tensor.size}")
        if tensor.is_typed and tensor.dtype != info.dtype:
            text = FORMATS[info.element_type].name
            raise NrtError(status, f"{where} is {text}, {tensor} has NumPy's {tensor.dtype}")
        if tensor.is_typed and tensor.shape != info.shape:
            raise NrtError(status, f"{where} has shape {info.shape}, {tensor} has {tensor.shape}")


def _has_nan(array: np.ndarray) -> bool:
    return bool((array != array).any())
