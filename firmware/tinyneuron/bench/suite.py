"""The benchmarks that are run together and held against baselines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.config import get_config

from ..runtime.errors import TinyneuronError
from . import kernels, layers
from .pairs import pairs
from .recipe import recipe
from .report import BenchResult, Work, measure
from .rows import row_kernel
from .transfers import transfer

__all__ = ["BENCHMARKS", "EVERY", "LAYERS", "TENSOR", "TRANSFER", "VECTOR", "Benchmark",
           "run_suite", "select"]  # fmt: skip

_KERNELS: dict[str, Callable[..., Work]] = {
    "matmul": kernels.matmul,
    "conv1d": kernels.conv1d,
    "conv2d": kernels.conv2d,
    "pairs": pairs,
    "rows": row_kernel,
    "transfer": transfer,
    "attention": layers.attention,
    "embedding": layers.embedding,
    "scan": layers.scan,
    "recipe": recipe,
}


@dataclass(frozen=True)
class Benchmark:
    """One line of the list. ``name`` says kernel and shape; with ``config`` it is unique."""

    name: str
    config: str
    kernel: str
    parameters: dict[str, Any] = field(hash=False)

    @property
    def key(self) -> str:
        """``name/config``."""
        return f"{self.name}/{self.config}"

    def work(self) -> Work:
        """The compiled program and its data."""
        build = _KERNELS[self.kernel]
        return build(get_config(self.config), **self.parameters, name=self.name)


def _matmul(
    name: str, m: int, k: int, n: int, *configs: str, dtype: str = "bf16", **how: Any
) -> list[Benchmark]:
    sizes = {"m": m, "k": k, "n": n, "dtype": dtype, **how}
    return [Benchmark(f"matmul_{name}", config, "matmul", sizes) for config in configs]


def _conv2d(
    name: str, size: int, cin: int, cout: int, kernel: int, *configs: str, **how: Any
) -> list[Benchmark]:
    shape = {"h": size, "w": size, "cin": cin, "cout": cout, "kernel": kernel, **how}
    return [Benchmark(f"conv2d_{name}", config, "conv2d", shape) for config in configs]


def _conv1d(
    name: str, length: int, cin: int, cout: int, kernel: int, *configs: str, **how: Any
) -> list[Benchmark]:
    shape = {"length": length, "cin": cin, "cout": cout, "kernel": kernel, **how}
    return [Benchmark(f"conv1d_{name}", config, "conv1d", shape) for config in configs]


def _rows(kernel: str, rows: int, columns: int, *configs: str) -> list[Benchmark]:
    shape = {"kernel": kernel, "rows": rows, "columns": columns}
    name = f"{kernel}_{rows}x{columns}"
    return [Benchmark(name, config, "rows", shape) for config in configs]


def _transfer(
    name: str, kernel: str, rows: int, columns: int, *configs: str, dtype: str = "bf16"
) -> list[Benchmark]:
    shape = {"kernel": kernel, "rows": rows, "columns": columns, "dtype": dtype}
    return [Benchmark(f"dma_{name}", config, "transfer", shape) for config in configs]


def _attention(name: str, heads: int, s: int, d: int, *configs: str, **how: Any) -> list[Benchmark]:
    shape = {"heads": heads, "s": s, "d": d, **how}
    return [Benchmark(f"attention_{name}", config, "attention", shape) for config in configs]


_8X8 = "default,partitions=8,columns=8"
_32X32 = "default,partitions=32,columns=32"


LAYERS: tuple[Benchmark, ...] = (
    *_attention("4x128x64", 4, 128, 64, "default"),
    *_attention("4x128x64_causal", 4, 128, 64, "default", causal=True),
    *_attention("2x32x8", 2, 32, 8, "tiny"),
    Benchmark("embedding_512_of_1000x256", "default", "embedding",
              {"vocabulary": 1000, "width": 256, "tokens": 512}),
    Benchmark("selective_scan_64x16x256", "default", "scan",
              {"channels": 64, "states": 16, "length": 256}),
)  # fmt: skip
"""Layers of language models: attention by heads, positions and their size; tokens looked up in a
table; channels, states and time of Mamba's scan."""


BENCHMARKS: tuple[Benchmark, ...] = (
    *_matmul("512", 512, 512, 512, "default", "small"),
    *_matmul("200", 200, 200, 200, "default"),
    *_matmul("64", 64, 64, 64, "default", "tiny"),
    *_matmul("ragged_37x150x91", 37, 150, 91, "default", "tiny"),
    *_matmul("vector_1x512x512", 1, 512, 512, "default"),
    Benchmark("recipe_512", "default", "recipe", {"m": 512, "k": 512, "n": 512}),
    *LAYERS,
    *_conv2d("3x3_56_64to64", 56, 64, 64, 3, "default", pad=1),
    *_conv2d("1x1_14_256to64", 14, 256, 64, 1, "default"),
    *_conv2d("7x7s2_56_3to16", 56, 3, 16, 7, "default", stride=2, pad=3),
    *_conv2d("depthwise_3x3_28_32", 28, 32, 32, 3, "default", pad=1, groups=32),
    *_conv2d("groups4_3x3_14_64", 14, 64, 64, 3, "default", pad=1, groups=4),
    *_conv2d("dilated2_3x3_28_32", 28, 32, 32, 3, "default", pad=2, dilation=2),
    *_conv2d("3x3_14_8to8", 14, 8, 8, 3, "tiny", pad=1),
    *_conv2d("1x1_7_32to16", 7, 32, 16, 1, "tiny"),
    *_conv2d("7x7s2_28_3to4", 28, 3, 4, 7, "tiny", stride=2, pad=3),
    *_conv2d("depthwise_3x3_14_8", 14, 8, 8, 3, "tiny", pad=1, groups=8),
    *_conv2d("dilated2_3x3_14_4", 14, 4, 4, 3, "tiny", pad=2, dilation=2),
)
"""What is measured and checked by default, 16-bit operands (BF16)."""


TENSOR: tuple[Benchmark, ...] = (
    BENCHMARKS[0],
    *(
        item
        for dtype in ("fp16", "tf32", "fp8_e5m2", "fp8_e4m3", "fp8_e3m4", "int8", "fp32")
        for item in _matmul(f"512_{dtype}", 512, 512, 512, "default", dtype=dtype)
    ),
    *_matmul("512", 512, 512, 512, _8X8, _32X32),
    *_matmul("512_loops", 512, 512, 512, "default", loops=True),
    *(
        item
        for layout in ("nn", "nt", "tt")
        for item in _matmul(f"256_{layout}", 256, 256, 256, "default", layout=layout)
    ),
    *_matmul("64_batch32", 64, 64, 64, "default", batch=32),
    *_matmul("64_batch32_int8_nt", 64, 64, 64, "default", batch=32, dtype="int8", layout="nt"),
    *_matmul("vector_1x4096x1024", 1, 4096, 1024, "default"),
    Benchmark("pairs_2048", "default", "pairs", {"passes": 256}),
    *_conv1d("3_1024_64to64", 1024, 64, 64, 3, "default", pad=1),
    *_conv1d("depthwise_4_1024_32", 1024, 32, 32, 4, "default", pad=3, groups=32),
    *_conv2d("3x3_28_64to64_int8", 28, 64, 64, 3, "default", pad=1, dtype="int8"),
    *_conv2d("3x3_28_64to64_fp8_e4m3", 28, 64, 64, 3, "default", pad=1, dtype="fp8_e4m3"),
    *_conv2d("depthwise_3x3_28_32_int8", 28, 32, 32, 3, "default", pad=1, groups=32, dtype="int8"),
    *_conv2d("resnet50_conv1_7x7s2_224_3to64", 224, 3, 64, 7, "default", stride=2, pad=3),
    *_conv2d("resnet50_conv2_1x1_56_64to64", 56, 64, 64, 1, "default"),
    *_conv2d("resnet50_conv3_3x3_28_128to128", 28, 128, 128, 3, "default", pad=1),
    *_conv2d("resnet50_conv4_1x1_14_1024to256", 14, 1024, 256, 1, "default"),
    *_conv2d("resnet50_conv5_1x1_7_2048to512", 7, 2048, 512, 1, "default"),
)
"""The Tensor engine in every type and operand layout, at other sizes, in its shortest instructions,
on many small matrices, on convolutions of integers and of one dimension, and on layers of
ResNet-50."""


VECTOR: tuple[Benchmark, ...] = (
    *_rows("softmax", 128, 512, "default"),
    *_rows("layer_norm", 128, 768, "default"),
    *_rows("rms_norm", 128, 768, "default"),
    *_rows("gelu", 128, 3072, "default"),
    *_rows("softmax", 16, 64, "tiny"),
    *_rows("layer_norm", 16, 64, "tiny"),
)
"""Kernels of the Vector and Scalar engines."""


TRANSFER: tuple[Benchmark, ...] = (
    *_transfer("transpose_512", "transpose", 512, 512, "default"),
    *_transfer("transpose_512_fp32", "transpose", 512, 512, "default", dtype="fp32"),
    *_transfer("copy_512", "copy", 512, 512, "default"),
    *_transfer("add_512", "add", 512, 512, "default"),
    *_transfer("add_512_fp32", "add", 512, 512, "default", dtype="fp32"),
)
"""Transfers from device memory to device memory, in one DMA engine."""


EVERY = (
    *BENCHMARKS,
    *(item for item in TENSOR if item not in BENCHMARKS),
    *VECTOR,
    *TRANSFER,
)
"""All lists; all have baselines."""


def select(names: Sequence[str]) -> list[Benchmark]:
    """The benchmarks of these names (``name`` or ``name/config``), of any list and in their
    order; all of ``BENCHMARKS`` when there are none.

    Raises
    ------
    TinyneuronError
        A name fits nothing.
    """
    for name in names:
        if not any(name in (item.name, item.key) for item in EVERY):
            known = ", ".join(item.key for item in EVERY)
            raise TinyneuronError(f"unknown benchmark {name!r}; known: {known}")
    if not names:
        return list(BENCHMARKS)
    return [item for item in EVERY if {item.name, item.key} & set(names)]


def run_suite(benchmarks: Sequence[Benchmark], target: str) -> Iterator[BenchResult]:
    """Measures one after another."""
    for item in benchmarks:
        yield measure(item.work(), target)
