"""Kernels of our own that do what public ones do, in their order: the same views, transfers and
instructions. They say ``nki``, ``nisa`` and ``nl`` as a public file does."""

from __future__ import annotations

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl


@nki.jit
def tiled_sum(left, right):
    """``left + right``, tile by tile in both axes."""
    rows, columns = left.shape
    height, width = nl.tile_size.pmax, nl.tile_size.psum_fmax
    assert rows % height == columns % width == 0
    total = nl.ndarray(left.shape, dtype=left.dtype, buffer=nl.shared_hbm)
    for row in nl.affine_range(rows // height):
        for column in nl.affine_range(columns // width):
            here = nl.ds(row * height, height), nl.ds(column * width, width)
            tiles = [nl.ndarray((height, width), dtype=left.dtype) for _ in range(3)]
            nisa.dma_copy(dst=tiles[0], src=left[here])
            nisa.dma_copy(dst=tiles[1], src=right[here])
            nisa.tensor_tensor(dst=tiles[2], data1=tiles[0], data2=tiles[1], op=nl.add)
            nisa.dma_copy(dst=total[here], src=tiles[2])
    return total


@nki.jit
def turned_rows(x, shape):
    """Each row as a matrix of this shape, transposed by copies of single columns."""
    height, width = shape
    given = nl.load(x)
    turned = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.sbuf)
    for i in nl.static_range(height):
        for j in nl.static_range(width):
            nisa.tensor_copy(dst=turned[:, nl.ds(j * height + i, 1)],
                             src=given[:, nl.ds(i * width + j, 1)])  # fmt: skip
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=out, src=turned)
    return out


@nki.jit
def pooled(x, size, average):
    """Square windows of an image reduced: a view of five axes over the tile's storage."""
    channels, height, width = x.shape
    tile = nl.load(x)
    windows = tile.ap([[height * width, channels], [size * width, height // size],
                       [size, width // size], [width, size], [1, size]])  # fmt: skip
    result = (nl.sum if average else nl.max)(windows, axis=[3, 4])
    if average:
        nisa.tensor_scalar(dst=result, data=result, op0=nl.multiply, operand0=1.0 / size**2)
    out = nl.ndarray(result.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    nl.store(out, value=result)
    return out


@nki.jit
def parted(x):
    """Even and odd columns, apart."""
    rows, columns = x.shape
    tile = nl.load(x)
    parts = []
    for first in range(2):
        count = (columns + 1 - first) // 2
        parts.append(nl.ndarray((rows, count), dtype=x.dtype, buffer=nl.shared_hbm))
        nl.store(parts[-1], value=tile[:, first:columns:2])
    return tuple(parts)


@nki.jit
def powers_of_e(x):
    """``exp(x)``, rows in tiles of the last of which may be shorter."""
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    for first in range(0, x.shape[0], nl.tile_size.pmax):
        rows = slice(first, min(first + nl.tile_size.pmax, x.shape[0]))
        nl.store(out[rows, :], value=nl.exp(nl.load(x[rows, :])))
    return out


@nki.jit
def blocked_product(lhs, rhs, rows_in_block=1, columns_in_block=1, hoisted=False):
    """``lhs.T @ rhs`` in blocks of tiles; operands are loaded where they are used, or before."""
    (depth, rows), (_, columns) = lhs.shape, rhs.shape
    size = nl.tile_size
    height, width, step = size.gemm_stationary_fmax, size.gemm_moving_fmax, size.pmax
    out = nl.ndarray((rows, columns), dtype=lhs.dtype, buffer=nl.shared_hbm)

    def loaded(tensor, k, first, count):
        tile = nl.ndarray(shape=(step, count), dtype=tensor.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=tensor[k * step : (k + 1) * step, first : first + count])
        return tile

    for top in range(0, rows, height * rows_in_block):
        for left in range(0, columns, width * columns_in_block):
            lefts, rights = {}, {}
            for k in nl.affine_range(depth // step if hoisted else 0):
                for i in range(rows_in_block):
                    lefts[i, k] = loaded(lhs, k, top + i * height, height)
                for j in range(columns_in_block):
                    rights[j, k] = loaded(rhs, k, left + j * width, width)
            for i in range(rows_in_block):
                for j in range(columns_in_block):
                    sums = nl.ndarray((height, width), nl.float32, buffer=nl.psum)
                    row, column = top + i * height, left + j * width
                    for k in nl.sequential_range(depth // step):
                        stationary = lefts.get((i, k)) or loaded(lhs, k, row, height)
                        moving = rights.get((j, k)) or loaded(rhs, k, column, width)
                        nisa.nc_matmul(dst=sums, stationary=stationary, moving=moving)
                    result = nl.ndarray(sums.shape, dtype=out.dtype, buffer=nl.sbuf)
                    nisa.tensor_copy(dst=result, src=sums)
                    nisa.dma_copy(dst=out[row : row + height, column : column + width], src=result)
    return out


@nki.jit
def state_space(delta, u, a, b, c, piece=None):
    """``y[t] = sum_s c[s, t] h[s, t]``, ``h[s, t] = exp(delta a[s]) h[s, t - 1] + delta u b[s, t]``
    for each channel: a scan over time, in pieces that hand their last state on."""
    batch, channels, length = delta.shape
    piece = piece or length
    lanes = nl.tile_size.pmax
    out = nl.ndarray(delta.shape, dtype=delta.dtype, buffer=nl.shared_hbm)
    for image in nl.affine_range(batch):
        for first in range(0, channels, lanes):
            here = slice(first, first + lanes)
            total = nl.zeros((lanes, length), dtype=delta.dtype)
            steps, inputs = nl.load(delta[image, here, 0:length]), nl.load(u[image, here, 0:length])
            for state in nl.affine_range(a.shape[1]):
                rate = nl.load(a[here, state : state + 1])
                carried = nl.zeros((lanes, 1), dtype=nl.float32)
                for start in nl.static_range(0, length, piece):
                    now = slice(start, start + piece)
                    tiles = [nl.ndarray((lanes, piece), dtype=delta.dtype) for _ in range(4)]
                    decay, gain, scanned, seen = tiles
                    nisa.activation(dst=decay, op=nl.exp, data=steps[:, now], scale=rate)
                    nisa.tensor_tensor(gain, steps[:, now], inputs[:, now], nl.multiply)
                    spread = nl.broadcast_to(nl.load(b[image, state : state + 1, now]),
                                             (lanes, piece))  # fmt: skip
                    nisa.tensor_tensor(gain, gain, spread, nl.multiply)
                    nisa.tensor_tensor_scan(dst=scanned, data0=decay, data1=gain, initial=carried,
                                            op0=nl.multiply, op1=nl.add)  # fmt: skip
                    nisa.tensor_copy(dst=carried, src=scanned[:, piece - 1 : piece])
                    spread = nl.broadcast_to(nl.load(c[image, state : state + 1, now]),
                                             (lanes, piece))  # fmt: skip
                    nisa.tensor_tensor(seen, scanned, spread, nl.multiply)
                    nisa.tensor_tensor(total[:, now], total[:, now], seen, nl.add)
            nisa.dma_copy(dst=out[image, here, 0:length], src=total)
    return out


@nki.jit
def rotated(x, y, angles):
    """Halves of rows of ``x`` rotated into ``y``, an argument that is written; the programs of a
    grid take their share of the rows."""
    heads, length, depth = x.shape
    half, lanes = depth // 2, nl.tile_size.pmax
    share = length // nl.num_programs()
    begin = nl.program_id(0) * share
    for first in range(begin, begin + share, lanes):
        turns = nl.ndarray((lanes, 2, half), dtype=x.dtype, buffer=nl.sbuf)
        nisa.dma_copy(turns, angles.ap([[depth, lanes], [half, 2], [1, half]], first * depth))
        cos, sin = turns[:, 0], turns[:, 1]
        for head in range(heads):
            at = head * length * depth + first * depth
            tile, result = (nl.ndarray((lanes, depth), dtype=x.dtype) for _ in range(2))
            nisa.dma_copy(tile, x.ap([[depth, lanes], [1, depth]], offset=at))
            low, high = tile[:, :half], tile[:, half:]
            for side, (one, two, op) in enumerate(((low, high, nl.subtract), (high, low, nl.add))):
                product = nl.ndarray((lanes, half), dtype=x.dtype)
                target = result[:, nl.ds(side * half, half)]
                nisa.tensor_tensor(dst=target, data1=one, data2=cos, op=nl.multiply)
                nisa.tensor_tensor(dst=product, data1=two, data2=sin, op=nl.multiply)
                nisa.tensor_tensor(dst=target, data1=target, data2=product, op=op)
            nisa.dma_copy(y.ap([[depth, lanes], [1, depth]], offset=at), result)
    return y


@nki.jit
def losses(scores, labels, piece):
    """Cross-entropy of each row with a running maximum and sum over pieces of it, and the logarithm
    of the sum of exponentials; the label's score is where a scalar offset says."""
    rows, width = scores.shape
    loss, logs = (nl.ndarray((rows,), dtype=nl.float32, buffer=nl.shared_hbm) for _ in range(2))
    mine = nl.ds(nl.program_id(0) * (rows // nl.num_programs()), rows // nl.num_programs())
    labels, loss_part, logs_part = labels[mine], loss[mine], logs[mine]
    lanes = min(nl.tile_size.pmax, labels.shape[0])
    for first in range(0, labels.shape[0], lanes):
        here = slice(first, first + lanes)
        chosen = nl.ndarray((lanes, 1), dtype=nl.int32)
        nisa.dma_copy(dst=chosen, src=labels[here])
        column = [nl.ndarray((lanes, 1), dtype=nl.float32) for _ in range(7)]
        highest, total, top, above, fix, part, picked = column
        nisa.memset(dst=highest, value=-float("inf"))
        nisa.memset(dst=total, value=0.0)
        for start in range(0, width, piece):
            count = min(piece, width - start)
            tile = nl.full((lanes, piece), -float("inf"), dtype=nl.float32)
            row = mine.start + first
            nisa.dma_copy(dst=tile[:, :count],
                          src=scores[row : row + lanes, start : start + count])  # fmt: skip
            nisa.tensor_reduce(dst=top, op=nl.maximum, data=tile, axis=1)
            nisa.tensor_tensor(dst=above, data1=highest, data2=top, op=nl.maximum)
            nisa.tensor_tensor(dst=fix, data1=highest, data2=above, op=nl.subtract)
            nisa.activation(dst=fix, op=nl.exp, data=fix)
            nisa.tensor_tensor(dst=total, data1=total, data2=fix, op=nl.multiply)
            nisa.tensor_scalar(dst=tile, data=tile, op0=nl.subtract, operand0=above)
            nisa.activation(dst=tile, op=nl.exp, data=tile)
            nisa.tensor_reduce(dst=part, op=nl.add, data=tile, axis=1)
            nisa.tensor_tensor(dst=total, data1=total, data2=part, op=nl.add)
            nisa.tensor_copy(dst=highest, src=above)
        nisa.activation(dst=total, op=nl.log, data=total)
        nisa.tensor_tensor(dst=total, data1=total, data2=highest, op=nl.add)
        for lane in range(lanes):
            row = mine.start + first + lane
            place = chosen.ap([[1, 1], [1, 1]], offset=lane)
            nisa.dma_copy(
                dst=picked[lane : lane + 1, :],
                src=scores.ap([[width, 1], [1, 1]], offset=row * width, scalar_offset=place,
                              indirect_dim=1),
            )  # fmt: skip
        nisa.dma_copy(dst=logs_part[here], src=total[:, 0])
        nisa.tensor_tensor(dst=total, data1=total, data2=picked, op=nl.subtract)
        nisa.dma_copy(dst=loss_part[here], src=total[:, 0])
    return loss, logs


@nki.jit
def loss_gradient(scores, labels, logs, piece):
    """The gradient of the mean of :func:`losses`, written over the scores; the label's place is
    where counting equals it."""
    rows, width = scores.shape
    lanes = min(nl.tile_size.pmax, rows)
    for first in range(0, rows, lanes):
        here = slice(first, first + lanes)
        chosen, log = (nl.ndarray((lanes, 1), dtype=nl.float32) for _ in range(2))
        nisa.dma_copy(dst=chosen, src=labels[here])
        nisa.dma_copy(dst=log, src=logs[here])
        for start in range(0, width, piece):
            count = min(piece, width - start)
            tile, mask = (nl.ndarray((lanes, count), dtype=nl.float32) for _ in range(2))
            nisa.dma_copy(dst=tile, src=scores[here, start : start + count])
            nisa.tensor_scalar(dst=tile, data=tile, op0=nl.subtract, operand0=log)
            nisa.activation(dst=tile, op=nl.exp, data=tile)
            nisa.iota(dst=mask, pattern=[[1, count]], offset=start, channel_multiplier=0)
            nisa.tensor_scalar(dst=mask, data=mask, op0=nl.equal, operand0=chosen)
            nisa.tensor_tensor(dst=tile, data1=tile, data2=mask, op=nl.subtract)
            nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=1.0 / rows)
            nisa.dma_copy(dst=scores[here, start : start + count], src=tile)
    return scores


@nki.jit
def depthwise(image, weights, stride=1):
    """Each channel of ``[N, C, 1, W]`` convolved with its own row of ``[C, 1, 1, S]``: row s of an
    operand begins s elements later in device memory, and a matmul adds the rows."""
    batch, channels, _, width = image.shape
    size = weights.shape[3]
    count = (width - size) // stride + 1
    out = nl.ndarray((batch, channels, 1, count), dtype=image.dtype, buffer=nl.shared_hbm)
    rows = nl.ndarray((channels, size), dtype=weights.dtype)
    nisa.dma_copy(dst=rows, src=weights.ap([[size, channels], [1, size]]))
    turned = nl.ndarray((size, channels), dtype=weights.dtype, buffer=nl.psum)
    nisa.nc_transpose(dst=turned, data=rows)
    taps = nl.ndarray((size, channels), dtype=weights.dtype)
    nisa.tensor_copy(dst=taps, src=turned)
    for n in nl.affine_range(batch):
        for channel in nl.affine_range(channels):
            offset = (n * channels + channel) * width
            spread = nl.ndarray((size, (count - 1) * stride + 1), dtype=image.dtype)
            source = image.ap([[1, size], [1, spread.shape[1]]], offset=offset)
            nisa.dma_copy(dst=spread, src=source, dge_mode=nisa.dge_mode.none)
            shifted = nl.ndarray((size, count), dtype=image.dtype)
            nisa.tensor_copy(dst=shifted, src=spread.ap([[spread.shape[1], size], [stride, count]]))
            sums = nl.ndarray((1, count), dtype=nl.float32, buffer=nl.psum)
            nisa.memset(sums, 0)
            nisa.nc_matmul(dst=sums, stationary=taps[:, channel : channel + 1], moving=shifted)
            result = nl.ndarray((1, count), dtype=out.dtype)
            nisa.tensor_copy(dst=result, src=sums)
            nisa.dma_copy(dst=out.ap([[1, 1], [1, count]], (n * channels + channel) * count),
                          src=result)  # fmt: skip
    return out


@nki.jit
def running_sum(x, piece):
    """Sums along the last axis of a tensor of any rank, by a scan in pieces."""
    flat = x.reshape((x.size // x.shape[-1], x.shape[-1]))
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    target = out.reshape(flat.shape)
    lanes = nl.tile_size.pmax
    for first in range(0, flat.shape[0], lanes):
        rows = min(lanes, flat.shape[0] - first)
        carried = nl.zeros((lanes, 1), nl.float32)
        ones = nl.ones((lanes, piece), nl.float32)
        for start in nl.sequential_range(0, flat.shape[1], piece):
            count = min(piece, flat.shape[1] - start)
            here = slice(first, first + rows), slice(start, start + count)
            data, sums = (nl.ndarray((lanes, piece), dtype=x.dtype) for _ in range(2))
            nisa.dma_copy(dst=data[0:rows, 0:count], src=flat[here])
            nisa.tensor_tensor_scan(
                dst=sums[0:rows, 0:count], data0=ones[0:rows, 0:count],
                data1=data[0:rows, 0:count], initial=carried[0:rows, 0:1], op0=nl.multiply,
                op1=nl.add,
            )  # fmt: skip
            nisa.dma_copy(dst=target[here], src=sums[0:rows, 0:count])
            nisa.tensor_copy(dst=carried[0:rows], src=sums[0:rows, count - 1 : count])
    return out


@nki.jit
def rotated_pairs(x, cos, sin):
    """Even and odd elements of axis 0 rotated: apart by strides of device memory, together in
    SBUF as two halves of the partitions, with ``cos`` and ``sin`` repeated over heads."""
    depth, heads, length = x.shape
    half = depth // 2
    tile, out_tile = (nl.ndarray(x.shape, dtype=x.dtype) for _ in range(2))
    low, high = nl.ds(0, half), nl.ds(half, half)
    for parity, part in enumerate((low, high)):
        nisa.dma_copy(dst=tile[part], src=x.slice(0, parity, depth, 2))
    turns = [nl.load(table).expand_dim(1).broadcast(1, heads) for table in (cos, sin)]
    odd = nl.ndarray((half, heads, length), dtype=x.dtype)
    nisa.tensor_copy(dst=odd, src=tile[high])
    products = [nl.ndarray((half, heads, length), dtype=x.dtype) for _ in range(4)]
    for product, data in zip(products, (tile[low], odd, odd, tile[low]), strict=True):
        turn = turns[sum(product is other for other in products[1:4:2])]
        nisa.tensor_tensor(product, data, turn, nl.multiply)
    nisa.tensor_tensor(out_tile[low], products[0], products[1], nl.subtract)
    nisa.tensor_tensor(out_tile[high], products[2], products[3], nl.add)
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    for parity, part in enumerate((low, high)):
        nisa.dma_copy(dst=out.slice(0, parity, depth, 2), src=out_tile[part])
    return out


@nki.jit
def interleaved_by_a_product(x):
    """Halves of axis 0 interleaved by a matmul with the unit matrix's columns in another order."""
    depth, width = x.shape
    unit = nl.shared_identity_matrix(depth, dtype=x.dtype)
    order = nl.ndarray((depth, depth), dtype=x.dtype)
    nisa.tensor_copy(dst=order.reshape((depth, 2, depth // 2)),
                     src=unit.ap([[depth, depth], [1, 2], [2, depth // 2]]),
                     engine=nisa.scalar_engine)  # fmt: skip
    turned = nl.ndarray((depth, depth), dtype=x.dtype, buffer=nl.psum)
    nisa.nc_transpose(dst=turned, data=order)
    back = nl.copy(turned)
    sums = nl.ndarray((depth, width), dtype=nl.float32, buffer=nl.psum)
    nisa.nc_matmul(dst=sums, stationary=back, moving=nl.load(x))
    result = nl.ndarray((depth, width), dtype=x.dtype)
    nisa.activation(dst=result, op=nl.copy, data=sums)
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=out, src=result)
    return out


@nki.jit
def largest(x, folds):
    """The largest element of a vector and its index: the vector is folded over partitions, each
    finds its own, and the first of the largest wins."""
    piece = x.size // folds
    tile = nl.load(x.reshape((folds, piece)))
    best, found = nl.ndarray((folds, 1), x.dtype), nl.ndarray((folds, 8), nl.uint32)
    nisa.tensor_reduce(dst=best[...], op=nl.maximum, data=tile, axis=1)
    nisa.nc_find_index8(dst=found[...], data=tile[:, :], vals=best.ap([[1, folds], [0, 8]]))
    place, base = (nl.ndarray((folds, 1), nl.float32) for _ in range(2))
    nisa.iota(dst=base, pattern=[[0, 1]], offset=0, channel_multiplier=piece)
    nisa.tensor_tensor(dst=place, data1=found[:, 0:1], data2=base, op=nl.add)
    row = [nl.copy(nl.transpose(item)) for item in (best, place)]
    top, index = (nl.ndarray((1, 1), nl.float32) for _ in range(2))
    nisa.tensor_reduce(dst=top, op=nl.maximum, data=row[0], axis=1)
    missed = nl.ndarray((1, folds), nl.uint8)
    nisa.tensor_scalar(dst=missed, data=row[0], op0=nl.less, operand0=top)
    nisa.tensor_copy_predicated(dst=row[1], src=float(x.size), predicate=missed)
    nisa.tensor_reduce(dst=index, op=nl.minimum, data=row[1], axis=1)
    values = nl.ndarray((1, 1), dtype=x.dtype, buffer=nl.shared_hbm, name="values")
    indices = nl.ndarray((1, 1), dtype=nl.uint32, buffer=nl.shared_hbm, name="indices")
    nisa.dma_copy(dst=values, src=top)
    nisa.dma_copy(dst=indices, src=index)
    return values.reshape((1,)), indices.reshape((1,))
