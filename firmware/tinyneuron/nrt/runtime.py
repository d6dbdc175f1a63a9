"""The one open device, and the order of what happens on it."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, NoReturn, TypeVar

from tinyneuron_hw.config import CoreConfig

from ..program.program import Program
from ..runtime.device import Device
from .status import NrtError, Status, status_of

__all__ = ["Runtime", "close", "current", "init"]

_Result = TypeVar("_Result")


class Runtime:
    """An open device. Made by :func:`init`; a context manager that closes itself.

    Everything that touches the device happens in the order of the calls, whichever thread they come
    from: a tensor that is read after ``execute_async`` has what that execution wrote.
    """

    def __init__(self, device: Device):
        self.device = device
        self.released: deque[Callable[[], None]] = deque()
        """What garbage collection found to be free: run before the next call, as a collection may
        come anywhere."""
        self._calls = threading.RLock()
        self._device_use = threading.RLock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="tinyneuron-nrt",
                                          initializer=self._mark_worker)  # fmt: skip
        self._worker_thread: int | None = None
        self._last: Future[Any] | None = None
        self._is_open = True

    @property
    def is_open(self) -> bool:
        """Whether :meth:`close` was not called yet."""
        return self._is_open

    def check_open(self) -> None:
        """Raises CLOSED after :meth:`close`."""
        if not self._is_open:
            raise NrtError(Status.CLOSED, "the runtime was closed")

    def call(self, work: Callable[[], _Result], program: Program | None = None) -> _Result:
        """Does something with the device after all that was asked for before, and gives its
        result; errors become :class:`NrtError`."""
        if threading.get_ident() == self._worker_thread:  # a future's callback
            return self._run(work, program)
        with self._calls:
            self.check_open()
            self._wait()
            return self._run(work, program)

    def submit(
        self, work: Callable[[], _Result], program: Program | None = None
    ) -> Future[_Result]:
        """The same in the background. While another thread's :meth:`call` runs, it waits."""
        if threading.get_ident() == self._worker_thread:
            return self._submit(work, program)
        with self._calls:
            return self._submit(work, program)

    def close(self) -> None:
        """Frees the device after what was asked for before; harmless twice. Tensors and models
        cannot be used afterwards (CLOSED)."""
        if threading.get_ident() == self._worker_thread:
            raise NrtError(Status.INVALID, "close() must not be called by a future's callback")
        with self._calls:
            if not self._is_open:
                return
            self._wait()
            self._is_open = False
            self._worker.shutdown()
            self.released.clear()
            self.device.close()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _mark_worker(self) -> None:
        self._worker_thread = threading.get_ident()

    def _submit(self, work: Callable[[], _Result], program: Program | None) -> Future[_Result]:
        self.check_open()
        self._last = future = self._worker.submit(self._run, work, program)
        return future

    def _wait(self) -> None:
        # Not done(): what was cancelled says so while what was asked for before still runs.
        last = None
        while last is not self._last:  # a future's callback may ask for more meanwhile
            last = self._last
            wait([] if last is None else [last])

    def _run(self, work: Callable[[], _Result], program: Program | None) -> _Result:
        with self._device_use:
            self.check_open()
            while self.released:
                self.released.popleft()()
            try:
                return work()
            except Exception as error:
                _raise(error, program)


def _raise(error: Exception, program: Program | None) -> NoReturn:
    if isinstance(error, NrtError):
        raise error
    text = " ".join(str(error).split()) or type(error).__name__
    raise NrtError(status_of(error, program), text) from error


_opened: list[Runtime] = []
"""The runtime of the last :func:`init`."""


def init(target: str | None = None, config: str | CoreConfig | None = None,
         **options: Any) -> Runtime:  # fmt: skip
    """Opens a device; tensors and models are made on it until :func:`close`.

    Parameters
    ----------
    target:
        As for ``tinyneuron.open_device``; None: ``TINYNEURON_TARGET`` of the environment, else
        ``golden``.
    config:
        A preset's name or a configuration, which every program that is loaded must have; None:
        ``TINYNEURON_CONFIG`` of the environment, else ``default``.
    options:
        As for ``tinyneuron.open_device``.

    Raises
    ------
    NrtError
        INVALID: one is open already, or there is no such target or configuration; FAILURE: the
        target cannot be built.
    """
    if _opened and _opened[0].is_open:
        raise NrtError(Status.INVALID, "the runtime is open already: call nrt.close() first")
    target = target or os.environ.get("TINYNEURON_TARGET") or "golden"
    config = config or os.environ.get("TINYNEURON_CONFIG") or "default"
    try:
        device = Device(target, config, **options)
    except Exception as error:
        _raise(error, None)
    _opened[:] = [Runtime(device)]
    return _opened[0]


def close() -> None:
    """Closes what :func:`init` opened; harmless without."""
    if _opened:
        _opened[0].close()


def current() -> Runtime:
    """The open runtime.

    Raises
    ------
    NrtError
        UNINITIALIZED before the first :func:`init`, CLOSED after :func:`close`.
    """
    if not _opened:
        raise NrtError(Status.UNINITIALIZED, "call nrt.init() first")
    _opened[0].check_open()
    return _opened[0]
