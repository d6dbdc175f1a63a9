"""The commands of ``tinyneuron debug``."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from tinyneuron.cli import main
from tinyneuron.debug import Debugger
from tinyneuron.debug.prompt import Prompt
from tinyneuron.program import container
from tinyneuron_hw.isa.opcodes import Stream


@pytest.fixture
def prompt(loop_program, loop_inputs):
    with Debugger(loop_program, loop_inputs) as debugger:
        yield Prompt(debugger)


@pytest.fixture(scope="module")
def files(tmp_path_factory, loop_program, loop_inputs) -> list[str]:
    """The arguments that name the program and its input."""
    folder = tmp_path_factory.mktemp("debug")
    container.save(loop_program, folder / "loop.tnp")
    np.save(folder / "x.npy", loop_inputs["x"])
    return [str(folder / "loop.tnp"), "--input", f"x={folder / 'x.npy'}"]


@pytest.fixture
def run(monkeypatch, capsys):
    """``run(*arguments, text=...)``: what the command prints, its errors and its exit status."""

    def get(*arguments: str, text: str = "") -> tuple[str, str, int]:
        monkeypatch.setattr(sys, "argv", ["tinyneuron", "debug", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        with pytest.raises(SystemExit) as left:
            main()
        return (*capsys.readouterr(), left.value.code or 0)

    return get


def test_a_session(prompt):
    assert prompt.execute("break vector:3").text == "breakpoint 1 at vector:3"
    assert "breakpoint 1, vector:3" in prompt.execute("continue").text
    assert prompt.execute("registers vector").text == "  r1 = 15 (0xf)\n  r2 = 10 (0xa)"
    prompt.execute("c")
    assert prompt.execute("reg vector").text == "* r1 = 29 (0x1d)\n* r2 = 14 (0xe)"
    assert prompt.execute("registers vector").text == "  r1 = 29 (0x1d)\n  r2 = 14 (0xe)"
    assert prompt.execute("delete 1").data == {"left": []}
    assert prompt.execute("continue").data["kind"] == "done"
    assert prompt.execute("semaphores").text == "\n".join(
        ["  s1 = 3 (0x3)", "  s2 = 6 (0x6)", "  s3 = 1 (0x1)", "  s4 = 1 (0x1)"]
    )
    assert prompt.execute("print y[1, 1:3]").text == "y[1,1:3] = [105 106]"
    assert prompt.execute("print x[-1]").data["values"] == 115
    assert prompt.execute("print sbuf 1 4 4 uint16").data["values"] == [0x6968, 0x6B6A]
    assert prompt.execute("where").text == "every stream has ended"
    assert prompt.execute("restart").text == "at the beginning"
    assert prompt.execute("info").text.splitlines()[0] == "tiny on golden, step 0, running"


def test_an_empty_line_repeats_and_a_comment_is_nothing(prompt):
    first = prompt.execute("step vector  # one").data
    assert first["places"] == [{"stream": "vector", "pc": 0}]
    assert prompt.execute("").data["places"] == [{"stream": "vector", "pc": 1}]
    assert prompt.execute("  # again").data["places"] == [{"stream": "vector", "pc": 2}]


def test_where_and_list_show_what_a_stream_waits_for(prompt):
    prompt.execute("break sync:2")
    reply = prompt.execute("continue")
    stand = {item["stream"]: item for item in prompt.execute("where").data["streams"]}
    assert stand["sync"]["pc"] == 2
    if stand["sync"]["waits"]:
        assert stand["sync"]["waits"].startswith("s1 >= 3 (it is ")
    assert "sync:2  dma_store" in reply.text
    lines = prompt.execute("list sync").data["streams"]["sync"]
    assert [line[:9] for line in lines] == ["       0 ", "       1 ", "=>     2 ", "       3 ",
                                            "       4 "]  # fmt: skip
    assert "dst=dev.uint8[y+0x4, 1x4]" in prompt.execute("list").text


def test_source_lines_are_listed(kernel_program, kernel_inputs, kernel_lines):
    with Debugger(kernel_program, kernel_inputs) as debugger:
        prompt = Prompt(debugger)
        line = kernel_lines["double"]
        assert prompt.execute(f"break {line}").data["number"] == 1
        reply = prompt.execute("continue")
        assert f"line {line}" in reply.text
        assert f"# conftest.py line {line}: nisa.tensor_scalar(a, a, nl.multiply, 2.0)" in (
            prompt.execute("list vector").text
        )
        other = prompt.execute(f"break conftest.py:{line}").data
        assert other["places"] == [f"vector:{debugger.positions()[Stream.VECTOR]}"]
        assert prompt.execute(f"break other.py:{line}").text == (
            "the program does not say which lines of other.py it comes from"
        )
        assert prompt.execute("diff").data == {"equal": True}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("frobnicate", "no command 'frobnicate'; there are: break, continue, cycle, "),
        ("re", "'re' may be registers or restart"),
        ("break", "break takes STREAM:PC or a LINE"),
        ("break vector:x", "a number is expected, not 'x'"),
        ("break nobody:3", "no stream 'nobody'; streams: tensor, vector, scalar, gpsimd, sync"),
        ("break 12", "the program does not say which lines it comes from"),
        ("step 0", "a count must be at least 1, not 0"),
        ("step 1 2 vector", "nothing is expected there, not '2'"),
        ("watch", "watch takes a TENSOR"),
        ("watch z", "program has no tensor 'z'; known: x, y"),
        ("watch sbuf 0", "sbuf: PARTITION OFFSET SIZE are expected"),
        ("print", "print takes a TENSOR"),
        ("print x[", r"print takes a tensor such as x[0:2, 3], not 'x['"),
        ("print x[99]", "x[99]: index 99 is out of bounds"),
        ("print y[a]", "y[a]: invalid literal"),
        ("print sbuf 0 0 3 fp32", "3 bytes are no whole number of fp32"),
        ("delete 4", "no breakpoint or watchpoint 4; there are: none"),
        ("registers nobody", "no stream 'nobody'"),
        ("where now", "nothing is expected there, not 'now'"),
        ("list tensor", "the program has no stream tensor"),
    ],
)
def test_a_wrong_line_is_one_clear_line_and_the_session_goes_on(prompt, line: str, message: str):
    reply = prompt.execute(line)
    assert reply.failed
    assert message in reply.text
    assert "\n" not in reply.text
    assert prompt.execute("step").data["kind"] == "step"


def test_help_names_every_command(prompt):
    lines = prompt.execute("help").data["help"]
    assert all(": " in line and line.split()[0].rstrip(":") for line in lines)
    assert {line.split()[0].rstrip(":") for line in lines} == set(prompt._commands)


def test_commands_from_options_a_file_and_a_pipe(run, files, tmp_path: Path):
    wanted = ["break vector:3", "continue", "registers vector", "quit", "step"]
    shown, errors, status = run(*files, *(part for line in wanted for part in ("--command", line)))
    assert (errors, status) == ("", 0)
    lines = shown.splitlines()
    assert [line for line in lines if line.startswith("(")] == [
        f"(tinyneuron) {line}" for line in wanted[:-1]
    ]
    assert lines[-3:] == ["  r1 = 15 (0xf)", "  r2 = 10 (0xa)", "(tinyneuron) quit"]
    script = tmp_path / "commands.txt"
    script.write_text("\n".join(wanted) + "\n")
    assert run(*files, "--script", str(script))[0] == shown
    assert run(*files, text="\n".join(wanted) + "\n")[0] == shown


def test_assembly_text_needs_no_compiled_file(run, tmp_path: Path):
    source = tmp_path / "two.tns"
    source.write_text(".config tiny\n.stream sync\nnop update(s7 += 9)\nhalt\n")
    shown, _, status = run(str(source), text="step\nsemaphores\n")
    assert shown.splitlines()[-1] == "  s7 = 9 (0x9)"
    assert status == 0


def test_json_gives_an_object_for_each_command(run, files):
    text = "break vector:3\ncontinue\nnonsense\nprint y\n"
    shown, errors, status = run(*files, "--json", text=text)
    objects = [json.loads(line) for line in shown.splitlines()]
    assert [item["command"] for item in objects] == text.splitlines()
    assert objects[1]["kind"] == "break"
    assert objects[1]["places"] == [{"stream": "vector", "pc": 3}]
    assert objects[2]["error"].startswith("no command 'nonsense'")
    assert objects[3]["shape"] == [3, 4]
    assert status == 1
    assert errors.startswith("tinyneuron: error: 1 of the commands failed; the first: no command")
