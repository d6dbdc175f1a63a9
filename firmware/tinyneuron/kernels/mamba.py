"""The selective scan of Mamba: a state for each channel whose decay and input change with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.trace import current
from tinyneuron_hw.formats import FORMATS

from .rows import pipelined, replicated

__all__ = ["selective_scan"]

_TILES = 16
"""FP32 tiles of a stretch of time for which SBUF must have room: those of one state, those of the
next ones, and operands that come."""


@nki.jit
def selective_scan(
    u: nl.Tensor,
    delta: nl.Tensor,
    a: nl.Tensor,
    b: nl.Tensor,
    c: nl.Tensor,
    skip: nl.Tensor | None = None,
    gate: nl.Tensor | None = None,
    delta_bias: nl.Tensor | None = None,
    softplus: bool = False,
    out_dtype: Any = None,
) -> nl.Tensor:
    """``out[n, d, t] = (sum_s c[n, s, t] h[s, t] + skip[d] u[n, d, t]) * silu(gate[n, d, t])`` with
    ``h[s, t] = exp(r[t] a[d, s]) h[s, t - 1] + r[t] u[n, d, t] b[n, s, t]``, ``h[s, -1] = 0`` and
    the step ``r[t] = delta[n, d, t] + delta_bias[d]``, of which ``softplus`` takes ``log(1 +
    exp(r))``.

    Parameters
    ----------
    u, delta, gate:
        ``[N, D, T]``: N sequences, D channels, T points in time.
    a:
        ``[D, S]``: S states for each channel.
    b, c:
        ``[N, S, T]``.
    skip, delta_bias:
        ``[D]``.
    out_dtype:
        Of ``out[N, D, T]``; by default that of ``u``.

    Floats of any type, all of it in FP32 between the casts; ``skip``, ``gate`` and ``delta_bias``
    are optional. Channels are partitions and time runs along the free axis: the Vector engine
    scans, the Scalar engine makes the decays, and the Tensor engine adds up the states. An
    infinite state makes NaNs of all channels of its tile.

    Raises
    ------
    KernelError
        An operand holds integers, or the shapes do not go together.
    """
    given = {"u": u, "delta": delta, "a": a, "b": b, "c": c, "skip": skip, "gate": gate,
             "delta_bias": delta_bias}  # fmt: skip
    _check(given)
    count, channels, length = u.shape
    out = nl.ndarray(u.shape, out_dtype or u.dtype, buffer=nl.shared_hbm, name="out")
    lanes, stretch = nl.tile_size.pmax, _stretch()
    for sequence in nl.affine_range(count):
        for first in range(0, channels, lanes):
            here = nl.ds(first, min(lanes, channels - first))
            known = _Channels.load(here, a, skip, delta_bias)
            for start in nl.sequential_range(0, length, stretch):
                now = nl.ds(start, min(stretch, length - start))
                place = sequence, here, now
                step, steps_u, inputs = _inputs(u[place], delta[place], known, softplus)
                total = _states(known, step, steps_u, b[sequence, :, now], c[sequence, :, now],
                                start == 0)  # fmt: skip
                gates = None if gate is None else gate[place]
                _finish(out[place], total, inputs, known, gates)
    return out


def _stretch() -> int:
    """Points in time that are scanned together."""
    longest = current().config.sbuf_partition_bytes // (_TILES * FORMATS[nl.float32].bytes)
    return min(longest, nl.tile_size.psum_fmax)


@dataclass
class _Channels:
    """What is known of some channels for all time; ``state`` ``[P, S]`` is where they are."""

    rates: nl.Tensor
    state: nl.Tensor
    skip: nl.Tensor | None
    bias: nl.Tensor | None

    @classmethod
    def load(cls, here: Any, a: nl.Tensor, *vectors: nl.Tensor | None) -> _Channels:
        rates = _loaded(a[here])
        state = nl.ndarray(rates.shape, nl.float32, name="state")
        columns = [None if v is None else _loaded(v.reshape((*v.shape, 1))[here]) for v in vectors]
        return cls(rates, state, *columns)


def _check(given: dict[str, nl.Tensor | None]) -> None:
    u, a = given["u"], given["a"]
    assert u is not None
    assert a is not None
    if u.ndim != 3 or a.ndim != 2:
        raise nki.KernelError(f"selective_scan: u must be [N, D, T] and a [D, S], not {u!r} and "
                              f"{a!r}")  # fmt: skip
    count, channels, length = u.shape
    states = a.shape[1]
    shapes = {"delta": u.shape, "gate": u.shape, "a": (channels, states), "skip": (channels,),
              "b": (count, states, length), "c": (count, states, length),
              "delta_bias": (channels,), "u": u.shape}  # fmt: skip
    for name, tensor in given.items():
        if tensor is None:
            continue
        if tensor.shape != shapes[name] or not FORMATS[tensor.dtype].is_float:
            sizes = ", ".join(map(str, shapes[name]))
            raise nki.KernelError(f"selective_scan: {name} must be floats [{sizes}], as u and a "
                                  f"are, not {tensor!r}")  # fmt: skip


def _loaded(source: nl.Tensor) -> nl.Tensor:
    tile = nl.ndarray(source.shape, source.dtype, name=source.base.name)
    nisa.dma_copy(tile, source)
    return tile


def _inputs(
    u: nl.Tensor, delta: nl.Tensor, known: _Channels, softplus: bool
) -> tuple[nl.Tensor, nl.Tensor, nl.Tensor]:
    """Steps, steps times ``u`` in PSUM, and ``u``, each ``[P, T]``: an instruction reads one
    operand from each memory in the time of one."""
    inputs, step = _loaded(u), _loaded(delta)
    if softplus or known.bias is not None:
        function = nl.softplus if softplus else nl.copy
        moved = nl.ndarray(step.shape, nl.float32, name="step")
        nisa.activation(moved, function, step, bias=known.bias)
        step = moved
    product = nl.ndarray(step.shape, nl.float32, buffer=nl.psum, name="steps_u")
    nisa.tensor_tensor(product, step, inputs, nl.multiply)
    return step, product, inputs


def _states(
    known: _Channels, step: nl.Tensor, steps_u: nl.Tensor, b: nl.Tensor, c: nl.Tensor,
    is_first: bool,
) -> nl.Tensor:  # fmt: skip
    """``sum_s c[s] h[s]``, ``[P, T]`` in PSUM; the states go on from those of the stretch before.

    What the Vector engine waits for (decays, sums of a scan) is of the state before."""
    lanes, length = step.shape
    total = nl.ndarray((lanes, length), nl.float32, buffer=nl.psum, name="total")
    unit = nl.shared_identity_matrix(lanes, nl.float32)

    def gains(state: int) -> tuple[int, nl.Tensor, nl.Tensor]:
        decay, gain = (nl.ndarray(step.shape, nl.float32, name=n) for n in ("decay", "gain"))
        nisa.activation(decay, nl.exp, step, scale=known.rates[:, state : state + 1])
        nisa.tensor_tensor(gain, steps_u, replicated(b[state], lanes), nl.multiply)
        return state, decay, gain

    def scan(found: tuple[int, nl.Tensor, nl.Tensor]) -> tuple[int, nl.Tensor]:
        state, decay, gain = found
        scanned = nl.ndarray(step.shape, nl.float32, buffer=nl.psum, name="scanned")
        place = known.state[:, state : state + 1]
        initial = 0.0 if is_first else place
        nisa.tensor_tensor_scan(scanned, decay, gain, initial, nl.multiply, nl.add)
        nisa.tensor_copy(place, scanned[:, length - 1 : length], engine=nisa.scalar_engine)
        return state, scanned

    def add(found: tuple[int, nl.Tensor]) -> None:
        state, scanned = found
        seen = nl.ndarray(step.shape, nl.float32, name="seen")
        nisa.tensor_tensor(seen, scanned, replicated(c[state], lanes), nl.multiply)
        nisa.nc_matmul(total, unit, seen, accumulate=state > 0)

    pipelined(range(known.rates.shape[1]), gains, scan, add)
    return total


def _finish(
    out: nl.Tensor, total: nl.Tensor, inputs: nl.Tensor, known: _Channels, gate: nl.Tensor | None
) -> None:
    """Skip connection, gate and store."""
    if known.skip is not None:
        summed = nl.ndarray(total.shape, nl.float32, name="total")
        nisa.scalar_tensor_tensor(summed, inputs, nl.multiply, known.skip, nl.add, total)
        total = summed
    result = nl.ndarray(total.shape, out.dtype, name="result")
    if gate is None:
        nisa.tensor_copy(result, total, engine=nisa.vector_engine)
    else:
        open_by = nl.ndarray(total.shape, nl.float32, name="gate")
        nisa.activation(open_by, nl.silu, _loaded(gate))
        nisa.tensor_tensor(result, total, open_by, nl.multiply)
    nisa.dma_copy(out, result)
