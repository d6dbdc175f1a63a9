"""The page of the kernel language's functions: engine and test of each, from the tests' code."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from page_markdown import GENERATED, code, table
from tinyneuron.nki import isa, language
from tinyneuron.nki.elementwise import COMPOSED
from tinyneuron.nki.ops import OPS

__all__ = ["render"]

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "firmware" / "nki"
_SHOWN = 3
"""Tests of a function that are named."""

_ENGINES = {
    "DMA": "dma_copy dma_compute dma_transpose",
    "Tensor": "nc_matmul",
    "Tensor or Vector": "nc_transpose",
    "Scalar": "activation activation_reduce",
    "Vector or Scalar": "tensor_copy tensor_scalar",
    "DMA and Vector": "nc_n_gather",
    "Tensor and Vector": "tensor_partition_reduce",
    "sequencer": "register_alloc register_move register_load register_store",
    "none: says what the core is": "get_nc_version get_nc_sub_version",
}
"""Engine -> instructions; those that are in no line run on the Vector engine."""
_WHOLE = {
    "DMA": "load store load_transpose2d shared_constant shared_identity_matrix device_print",
    "DMA and Vector": "broadcast_to gather_flattened",
    "Tensor": "matmul transpose",
    "Vector and Scalar": "softmax",
    "Vector": "sum max min prod mean var all rms_norm where dropout ones zeros full zeros_like "
              "random_seed rand",
    "sequencer": "dynamic_range fori_loop while_loop",
    "none: when the kernel is traced": "ndarray empty_like expand_dims ds affine_range "
              "sequential_range static_range program_id num_programs program_ndim no_reorder "
              "is_hbm is_on_chip is_psum is_sbuf",
}  # fmt: skip

_INTRODUCTION = f"""\
# Functions of the kernel language, and their tests

{GENERATED}

Every function of the public modules `nki.isa` and `nki.language` (current generation), where it
runs here, and tests that call it, in `tests/firmware/nki`. Names, parameters, their order and
defaults are held by `test_public_api.py` against a list. What needs a later core, or a GPSIMD
engine, exists and raises with that reason."""


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _named(node: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, function) of every attribute of ``nisa`` and ``nl`` below a node."""
    for item in ast.walk(node):
        if isinstance(item, ast.Attribute) and isinstance(item.value, ast.Name):
            module = {"nisa": "isa", "nl": "language"}.get(item.value.id)
            if module:
                yield module, item.attr


def _by_string(node: ast.AST) -> set[str]:
    """The modules whose functions a node gets by name."""
    found = set()
    for item in ast.walk(node):
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name):
            first = item.args[0] if item.args else None
            if item.func.id == "getattr" and isinstance(first, ast.Name):
                found.add({"nisa": "isa", "nl": "language"}.get(first.id, ""))
    return found - {""}


def _strings(node: ast.AST) -> set[str]:
    return {item.value for item in ast.walk(node)
            if isinstance(item, ast.Constant) and isinstance(item.value, str)}  # fmt: skip


def _of_file(path: Path) -> dict[tuple[str, str], list[str]]:
    """(module, function) -> the tests of a file that use it, by themselves or by what they use."""
    body = ast.parse(path.read_text()).body
    parts: dict[str, list[ast.AST]] = {}
    for node in body:
        names = [node.name] if isinstance(node, ast.FunctionDef) else []
        if isinstance(node, ast.Assign):
            names = [at.id for at in node.targets if isinstance(at, ast.Name)]
        for name in names:
            parts.setdefault(name, []).append(node)
    found: dict[tuple[str, str], list[str]] = {}
    for test in (name for name in parts if name.startswith("test_")):
        reached, waiting = set(), [test]
        while waiting:
            name = waiting.pop()
            if name in reached or name not in parts:
                continue
            reached.add(name)
            for node in parts[name]:
                waiting += [item.id for item in ast.walk(node) if isinstance(item, ast.Name)]
        nodes = [node for name in reached for node in parts[name]]
        keys = {key for node in nodes for key in _named(node)}
        modules = set().union(*(_by_string(node) for node in nodes))
        texts = set().union(*(_strings(node) for node in nodes))
        keys |= {(module, text) for module in modules for text in texts}
        for key in keys:
            found.setdefault(key, []).append(f"{path.name}::{test}")
    return found


def _tests() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(TESTS.glob("test_*.py")):
        if path.name in ("test_public_kernels.py",):
            continue
        for key, tests in _of_file(path).items():
            found.setdefault(key, []).extend(tests)
    return found


def _where(module: str, name: str, public: ModuleType) -> str:
    if module == "isa" and name in public.LATER:
        return f"needs NeuronCore-v{public.LATER[name]}"
    if module == "isa" and name in public.GPSIMD:
        return "needs GPSIMD"
    lines = _ENGINES if module == "isa" else _WHOLE
    for engine, names in lines.items():
        if name in names.split():
            return engine
    if module == "isa":
        return "Vector"
    op = OPS[name]
    if name in ("abs_max", "abs_min"):
        return "Vector, as `op`; called on tiles: needs NeuronCore-v4"
    if name in COMPOSED or name in ("power", "fmod"):
        return "several"
    return "Vector" if op.alu is not None or name == "copy" else "Scalar"


def render() -> str:
    """The page.

    Raises
    ------
    ValueError
        A public function has no test.
    """
    public, tests = _loaded(TESTS / "public_api.py"), _tests()
    text = [_INTRODUCTION]
    for module, listed in (("isa", public.ISA), ("language", public.LANGUAGE)):
        rows = []
        for name in sorted(listed):
            assert hasattr({"isa": isa, "language": language}[module], name)
            mine = tests.get((module, name), [])
            if module == "isa" and (name in public.LATER or name in public.GPSIMD):
                reason = "later_cores" if name in public.LATER else "gpsimd"
                mine = [f"test_public_api.py::test_an_instruction_of_{reason}_says_so"]
            # Tests of rules behind those of results.
            mine = sorted(mine, key=lambda test: "rule" in test)
            if not mine:
                raise ValueError(f"nki.{module}.{name} has no test in {TESTS}")
            shown = "<br>".join(map(code, mine[:_SHOWN]))
            more = f"<br>and {len(mine) - _SHOWN} more" if len(mine) > _SHOWN else ""
            rows.append((code(name), _where(module, name, public), shown + more))
        text += [f"## nki.{module}", table(("function", "runs on", "tests"), rows)]
    return "\n\n".join(text) + "\n"
