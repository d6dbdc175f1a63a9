"""Cross-entropy of logits and labels."""

from __future__ import annotations

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS

from .rows import matrix, row_tiles_of, statistic

__all__ = ["cross_entropy"]


@nki.jit
def cross_entropy(logits: nl.Tensor, labels: nl.Tensor) -> nl.Tensor:
    """``out[r] = log(sum_n exp(logits[r, n])) - logits[r, labels[r]]`` in FP32.

    ``logits`` is ``[rows, classes]`` of floats, ``labels`` ``[rows]`` of integers below
    ``classes`` (at most 2**24), which are not checked: another label picks 0.

    Raises
    ------
    KernelError
        ``logits`` holds integers or ``labels`` does not, or they do not go together.
    """
    source = matrix("cross_entropy", "logits", logits)
    rows, _ = source.shape
    if labels.shape != (rows,) or FORMATS[labels.dtype].is_float:
        raise nki.KernelError(f"cross_entropy: labels must be [{rows}] of integers, not {labels!r}")
    out = nl.ndarray((rows,), nl.float32, buffer=nl.shared_hbm)
    target, column = out.reshape((rows, 1)), labels.reshape((rows, 1))
    for tile in row_tiles_of(source):
        data, count = tile.data, tile.rows
        label = nl.ndarray((count, 1), labels.dtype, name="label")
        nisa.dma_copy(label, column[nl.ds(tile.first, count)])
        lowest, total, picked = statistic(count), statistic(count), statistic(count)
        nisa.tensor_reduce(lowest, nl.maximum, data, axis=1, negate=True, keepdims=True)
        scratch = nl.ndarray(data.shape, nl.bfloat16, name="scratch")
        nisa.activation(scratch, nl.exp, data, bias=lowest, reduce_op=nl.add, reduce_res=total,
                        reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
        chosen = nl.ndarray(data.shape, nl.float32, name="chosen")
        nisa.range_select(chosen, data, nl.equal, nl.equal, label, label, reduce_res=picked,
                          reduce_op=nl.add, on_false_value=0.0)  # fmt: skip
        result = statistic(count)
        nisa.activation(result, nl.log, total)
        nisa.tensor_tensor(result, result, lowest, nl.subtract)
        nisa.tensor_tensor(result, result, picked, nl.subtract)
        tile.store(target, result)
    return out
