"""``fuzz`` and ``compare`` from the command line, on golden with and without a fault."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyneuron import cli
from tinyneuron.kernels import matmul
from tinyneuron.program import container
from tinyneuron.program.assembler import assemble
from tinyneuron.program.disassembler import disassemble
from tinyneuron.program.program import ProgramError
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron.verify.cases import case_of, program_of
from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import STREAM_OPCODES, Opcode
from tinyneuron_sim import backend
from tinyneuron_sim.compare import run_reference
from tinyneuron_sim.golden import core
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.tensor import multiply_moving
from tinyneuron_sim.loader import MemoryWindow
from tinyneuron_sim.random_programs import generate

TINY = get_config("tiny")


class FaultyBackend(GoldenBackend):
    """Every MULTIPLY_MOVING flips the lowest bit of its first result."""

    def __init__(self, config: CoreConfig):
        super().__init__(config, check_races=False)

    def run(self, *arguments: Any, **more: Any) -> Any:
        def wrong(machine: Any, prepared: Any) -> None:
            multiply_moving(machine, prepared)
            region = prepared.regions["dst"]
            place = region.start * machine.config.psum_partition_bytes + region.offset
            machine.psum.write_bytes(place, bytes([machine.psum.read_bytes(place, 1)[0] ^ 1]))

        core.EXECUTORS[Opcode.MULTIPLY_MOVING] = wrong
        try:
            return super().run(*arguments, **more)
        finally:
            core.EXECUTORS[Opcode.MULTIPLY_MOVING] = multiply_moving


@pytest.fixture
def command(monkeypatch, capsys):
    """``command(*arguments)`` gives (status, standard output, standard error); target ``faulty``
    exists."""
    monkeypatch.setitem(sys.modules, "tinyneuron_faulty", sys.modules.get(__name__) or _Module())
    monkeypatch.setitem(backend.TARGETS, "faulty", "tinyneuron_faulty:FaultyBackend")

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["tinyneuron", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        return stopped.value.code or 0, captured.out, captured.err

    return run


class _Module:
    FaultyBackend = FaultyBackend


@pytest.fixture
def compiled(tmp_path: Path) -> list[object]:
    """Arguments that name a matmul and its inputs."""
    path = tmp_path / "matmul.tnp"
    # One MULTIPLY_MOVING: a second one would flip the bit back.
    container.save(matmul.build(TINY, m=3, k=4, n=4, dtype="fp16"), path)
    kind = numpy_dtype(DType.FP16)
    np.save(tmp_path / "l.npy", np.eye(4, 3, dtype=kind))
    np.save(tmp_path / "r.npy", np.arange(16, dtype=kind).reshape(4, 4))
    return [path, "--input", f"lhsT={tmp_path / 'l.npy'}", "--input", f"rhs={tmp_path / 'r.npy'}"]


def test_fuzz_passes_on_a_right_target(command):
    status, out, _ = command("fuzz", "--count", 12, "--seed", 5, "--target", "golden", "--json")
    result = json.loads(out)
    assert status == 0
    assert result["programs"] == 12
    assert result["difference"] is None
    assert result["trapped"] >= 1
    assert result["coverage"]["wait"]["hit"] == 4
    status, out, _ = command("fuzz", "--count", 5, "--target", "golden", "--no-traps")
    assert status == 0
    assert "Coverage of 5 programs" in out
    assert "0 of them trapped" in out


def test_fuzz_reports_shrinks_and_saves_a_difference(command, tmp_path: Path):
    arguments = ("--count", 300, "--no-traps", "--target", "faulty", "--out", tmp_path / "found")
    status, out, err = command("fuzz", *arguments)
    assert status == 1
    assert "smallest program (1 instructions)" in out or "smallest program (2 inst" in out
    assert "first differing instruction: tensor" in out
    assert "multiply_moving" in out
    seed = err.split("--seed ")[1].split()[0]
    assert err == (
        f"tinyneuron: error: seed {seed} differs on faulty; again with: tinyneuron fuzz --count 1 "
        f"--seed {seed} --config tiny --target faulty\n"
    )
    again = ("--count", 1, "--no-traps", "--seed", seed, "--target", "faulty", "--json")
    status, out, _ = command("fuzz", *again)
    found = json.loads(out)["difference"]
    assert status == 1
    assert found["location"]["instruction"].startswith("multiply_moving")
    assert found["instructions"] <= 2  # a matrix of its kind may have to be loaded
    # The files are the same program, and it differs by itself.
    text, program = (tmp_path / f"found/seed-{seed}.{kind}" for kind in ("tns", "tnp"))
    assert assemble(text.read_text()) == container.load(program)
    assert command("compare", program, "--target", "golden")[0] == 0
    status, out, _ = command("compare", program, "--target", "faulty")
    assert status == 1
    assert "multiply_moving" in out


def test_compare_agrees_on_a_right_target(command, compiled):
    status, out, _ = command("compare", *compiled, "--target", "golden")
    assert status == 0
    assert out == "matmul.tnp: no difference between golden and golden\n"
    status, out, _ = command("compare", *compiled, "--target", "golden", "--json")
    assert json.loads(out)["equal"] is True


def test_compare_names_instruction_tensor_and_values(command, compiled):
    status, out, err = command("compare", *compiled, "--target", "faulty", "--json")
    result = json.loads(out)
    assert status == 1
    assert err == "tinyneuron: error: matmul.tnp differs on faulty and golden\n"
    first, final = result["first"], result["final"]
    assert first["stream"] == "tensor"
    assert first["instruction"].startswith("multiply_moving")
    assert first["difference"]["kind"] == "PSUM"
    assert first["difference"]["dtype"] == "fp32"
    assert first["difference"]["expected"] == "0.0 (0x00000000)"
    assert first["difference"]["actual"] == "1.401298464324817e-45 (0x00000001)"
    # Rounding to FP16 hides a lowest bit: the difference stays in PSUM.
    assert final["kind"] == "PSUM"
    status, out, _ = command("compare", *compiled, "--target", "golden", "--against", "faulty")
    assert status == 1
    assert "expected 1.401298464324817e-45 (0x00000001), got 0.0 (0x00000000)" in out


TRAPPING = ".config tiny\n.stream vector\nmemset dst=sbuf.bf16[0+4, 0x1ffe, 1x2] value=1\nhalt\n"
RACING = (
    ".config tiny\n.tensor x output bf16 8\n.stream vector\n"
    "memset dst=sbuf.bf16[0+1, 0x0, 1x8] value=1\nhalt\n.stream sync\n"
    "dma_store src=sbuf.bf16[0+1, 0x0, 1x8] dst=dev.bf16[x+0x0, 2x8] queue=0 "
    "round_mode=nearest_even\nhalt\n"
)


def test_compare_takes_programs_that_trap(command, tmp_path: Path):
    container.save(assemble(TRAPPING), tmp_path / "trap.tnp")
    status, out, _ = command("compare", tmp_path / "trap.tnp", "--target", "golden")
    assert status == 0
    assert "both end with OUT_OF_RANGE in vector at 0" in out


def test_compare_refuses_programs_that_are_wrong_in_themselves(command, tmp_path: Path):
    container.save(assemble(RACING), tmp_path / "race.tnp")
    status, out, err = command("compare", tmp_path / "race.tnp", "--target", "golden")
    assert status == 1
    assert out == ""
    assert "never written" in err or "race" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fuzz", "--config", "huge"), "unknown config 'huge'"),
        (("fuzz", "--target", "quantum"), "target 'quantum' is unknown"),
        (("fuzz", "--count", "0"), "Invalid value for '--count'"),
        (("compare", "nowhere.tnp"), "nowhere.tnp: No such file or directory"),
    ],
)
def test_bad_input_gives_one_line(command, arguments, message):
    status, out, err = command(*arguments)
    assert status != 0
    assert message in err
    assert err.count("\n") == 1
    assert out == ""


def test_compare_wants_the_inputs(command, compiled):
    status, _, err = command("compare", compiled[0], "--target", "golden")
    assert status == 1
    assert "missing input: lhsT, rhs" in err


def test_a_case_as_a_program_brings_its_state_along():
    compared, refused = 0, []
    for seed in range(40):
        case = generate(TINY, seed, traps=False).case
        if any(raw[0] not in CODES[stream] for stream in case.streams
               for raw in case.streams[stream]):  # fmt: skip
            continue  # bytes that are no instruction, behind a branch
        try:
            program = program_of(case)
        except ProgramError as error:
            refused.append(str(error))
            continue
        compared += 1
        assert assemble(disassemble(program)) == program
        placed = case_of(program, {})
        mine, theirs = run_reference(case).outcome, run_reference(placed.case).outcome
        assert theirs.event == "done", seed
        sbuf = theirs.sbuf[:, case.sbuf.offset : case.sbuf.end]
        psum = theirs.psum[:, case.psum.offset : case.psum.end]
        np.testing.assert_array_equal(sbuf, mine.sbuf)
        np.testing.assert_array_equal(psum, mine.psum)
        assert theirs.semaphores == mine.semaphores
        names = [spec.name for spec in program.tensors]
        memory = theirs.device[names.index("memory")]
        _, inputs, outputs = case.windows
        for window, (base, _), own in zip(
            (inputs, outputs), case.watched, mine.device, strict=True
        ):
            at = window.base - min(inputs.base, outputs.base)
            inside = window.base - base
            np.testing.assert_array_equal(memory[at : at + window.size],
                                          own[inside : inside + window.size])  # fmt: skip
    assert compared >= 15
    assert all("addresses in memory are not relocated" in text for text in refused)


CODES = {stream: {opcode.value for opcode in opcodes} for stream, opcodes in STREAM_OPCODES.items()}


def test_cases_that_no_program_can_set_up_are_refused():
    case = generate(TINY, 1, traps=False).case
    stream = next(iter(case.streams))
    with pytest.raises(ProgramError, match="a stream's length of its own"):
        program_of(dataclasses.replace(case, lengths={stream: 9}))
    ring = encode(Opcode.DMA_RING, {"ring.address": 128, "ring.entries": 1, "ring.count": 1})
    streams = {stream: (ring, *case.streams[stream])}
    with pytest.raises(ProgramError, match="addresses in memory are not relocated"):
        program_of(dataclasses.replace(case, streams=streams))
    far = MemoryWindow(1 << 25, 64, True, False, False)
    with pytest.raises(ProgramError, match="data windows span"):
        program_of(dataclasses.replace(case, windows=(*case.windows, far)))
