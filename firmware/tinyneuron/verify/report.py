"""Differences in words and as JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Space, Stream
from tinyneuron_sim.compare import Case, Comparison, Difference
from tinyneuron_sim.compare.locate import Location
from tinyneuron_sim.golden.core import Step
from tinyneuron_sim.random_programs import Coverage, Report

from ..program.disassembler import disassemble, instruction_text
from ..program.program import ProgramError
from ..runtime.dtypes import numpy_dtype
from .cases import PlacedProgram, program_of

__all__ = ["coverage_json", "difference_json", "instruction_at", "listing", "location_json",
           "saved_text", "summary_of"]  # fmt: skip


def instruction_at(case: Case, stream: Stream, pc: int) -> str:
    """An instruction of a case as assembly text."""
    code = case.streams.get(stream, ())
    return instruction_text(code[pc]) if pc < len(code) else "past the end of the stream"


def listing(case: Case) -> str:
    """The instructions of a case, with the state it starts from in comments."""
    lines = [f"# config {case.config.name}, {case.instruction_count} instructions"]
    for window in case.windows:
        rights = "".join(
            letter if allowed else "-"
            for letter, allowed in zip(
                "rwx", (window.read, window.write, window.execute), strict=True
            )
        )
        lines.append(f"# window {rights} 0x{window.base:x} + 0x{window.size:x}")
    lines += [f"# semaphore {i} starts as {value}" for i, value in sorted(case.semaphores.items())]
    if case.watchdog:
        lines.append(f"# watchdog {case.watchdog}")
    for stream, code in case.streams.items():
        length = case.lengths.get(stream)
        note = "" if length is None else f"  # length {length}"
        lines.append(f".stream {stream.name.lower()}{note}")
        lines += [f"    {instruction_text(raw)}  # {pc}" for pc, raw in enumerate(code)]
    return "\n".join(lines) + "\n"


def saved_text(case: Case) -> str:
    """Assembly text of a case: a whole program where there is one, else its listing."""
    try:
        return disassemble(program_of(case))
    except ProgramError as error:
        return f"# not a program that can be assembled: {error}\n{listing(case)}"


def location_json(location: Location, case: Case) -> dict[str, Any]:
    """A location, its instruction in words."""
    result = location.to_json()
    result["instruction"] = instruction_at(case, location.stream, location.pc)
    return result


def difference_json(comparison: Comparison, placed: PlacedProgram | None = None,
                    step: Step | None = None) -> dict[str, Any]:  # fmt: skip
    """The first difference with the element it lies in.

    Parameters
    ----------
    placed:
        Names the tensors of device addresses.
    step:
        The instruction that wrote it: gives the type of elements on chip.
    """
    difference = comparison.difference
    assert difference is not None
    result = difference.to_json()
    if placed is not None and difference.kind == "device":
        result |= _tensor_element(comparison, difference, placed)
    if step is not None and difference.kind in ("SBUF", "PSUM"):
        result |= _chip_element(comparison, difference, step)
    return result


def _tensor_element(comparison: Comparison, difference: Difference, placed: PlacedProgram
                    ) -> dict[str, Any]:  # fmt: skip
    assert difference.address is not None
    found = placed.tensor_at(difference.address)
    if found is None:
        return {}
    spec, offset = found
    size = FORMATS[spec.dtype].bytes
    index = offset // size
    watched = [base for base, _ in comparison.case.watched]
    region = watched.index(placed.addresses[spec.name])
    values = [outcome.device[region][index * size : (index + 1) * size]
              for outcome in (comparison.expected, comparison.actual)]  # fmt: skip
    where = [int(i) for i in np.unravel_index(index, spec.shape)] if spec.shape else []
    return {"tensor": spec.name, "index": where, **_values(spec.dtype, *values)}


def _chip_element(comparison: Comparison, difference: Difference, step: Step) -> dict[str, Any]:
    region = step.prepared.regions.get("dst")
    case = comparison.case
    in_psum = difference.kind == "PSUM"
    if region is None or difference.address is None or (region.space is Space.PSUM) != in_psum:
        return {}
    size = FORMATS[region.dtype].bytes
    first = difference.address - (difference.address - region.offset) % size
    column = first - (case.psum if in_psum else case.sbuf).offset
    values = [
        (outcome.psum if in_psum else outcome.sbuf)[difference.partition or 0][
            column : column + size
        ]
        for outcome in (comparison.expected, comparison.actual)
    ]
    return _values(region.dtype, *values)


def _values(dtype: DType, expected: np.ndarray, actual: np.ndarray) -> dict[str, Any]:
    """Both elements as numbers and as bits."""
    result: dict[str, Any] = {"dtype": FORMATS[dtype].name}
    for name, raw in (("expected", expected), ("actual", actual)):
        bits = int.from_bytes(raw.tobytes(), "little")
        value = raw.copy().view(numpy_dtype(dtype))[0] if len(raw) == FORMATS[dtype].bytes else "?"
        result[name] = f"{value} (0x{bits:0{2 * len(raw)}x})"
    return result


def coverage_json(coverage: Coverage) -> dict[str, Any]:
    """Group -> items hit, items there are, and those never hit."""
    return {group: {"hit": hit, "of": total, "missing": coverage.missing(group)}
            for group, _, hit, total in coverage.rows()}  # fmt: skip


def summary_of(report: Report) -> dict[str, Any]:
    """A campaign's numbers."""
    programs = max(1, report.programs)
    return {
        "programs": report.programs,
        "trapped": report.trapped,
        "instructions": report.instructions,
        "cycles": report.cycles,
        "most_cycles": report.most_cycles,
        "seconds": round(report.seconds, 3),
        "ms_per_program": round(1e3 * report.seconds / programs, 2),
        "invalid": [{"seed": seed, "reason": reason} for seed, reason in report.invalid],
        "strays": [{"seeds": seeds, "what": what} for seeds, what in report.strays],
        "differences": len(report.findings),
    }
