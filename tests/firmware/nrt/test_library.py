"""The C library: programs in C, compiled with gcc, that run a core and misuse their handles."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tinyneuron as tn
from tinyneuron.cli import main
from tinyneuron.kernels import matmul
from tinyneuron.nrt import Status, build
from tinyneuron.nrt.build import FLAGS, NrtLibrary
from tinyneuron.nrt.service import DTYPES
from tinyneuron_sim.rtl.tools import BuildError, MissingToolError

HERE = Path(__file__).parent / "c"
SEED = 20


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> NrtLibrary:
    return build(tmp_path_factory.mktemp("nrt"))


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("program") / "product.tnp"
    tn.save(matmul.build("tiny", m=4, k=8, n=6, dtype="int8"), path)
    return path


def compiled(name: str, library: NrtLibrary, folder: Path) -> Path:
    program = folder / name
    command = ["gcc", *FLAGS, "-fsanitize=address,undefined", str(HERE / f"{name}.c"), "-o",
               str(program), *library.flags]  # fmt: skip
    subprocess.run(command, check=True)
    return program


def environment(target: str) -> dict[str, str]:
    return {**os.environ, "TINYNEURON_TARGET": target, "TINYNEURON_CONFIG": "tiny"}


def check(*command: object, target: str = "golden") -> None:
    result = subprocess.run(
        [str(part) for part in command], text=True, check=False, timeout=600,
        env=environment(target), capture_output=True,
    )  # fmt: skip
    found = (result.returncode, result.stdout)
    assert found == (0, "as expected\n"), result.stdout + result.stderr


@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_a_program_loads_and_executes_models(library, product, tmp_path, target: str):
    check(compiled("matmul", library, tmp_path), product, target=target)


def test_wrong_handles_and_sizes_give_statuses(library, product, tmp_path):
    check(compiled("abuse", library, tmp_path), product)


def test_random_calls_agree_with_a_model_of_them(library, tmp_path):
    program = compiled("sequences", library, tmp_path)
    for seed in range(SEED, SEED + 3):
        print("seed", seed)
        check(program, seed, 4000)


def test_threads_may_call_at_the_same_time(library, tmp_path):
    check(compiled("threads", library, tmp_path))


def test_the_program_of_the_page_runs(library, tmp_path):
    text = (Path(__file__).parents[3] / "docs" / "runtime.md").read_text()
    (source,) = re.findall(r"^```c\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "product.c").write_text(source)
    tn.save(matmul.build("tiny", m=4, k=4, n=4, dtype="fp32"), tmp_path / "product.tnp")
    program = tmp_path / "product"
    command = ["gcc", *FLAGS, tmp_path / "product.c", "-o", program, *library.flags]
    subprocess.run(command, check=True)
    printed = subprocess.run([program], cwd=tmp_path, env=environment("golden"), check=True,
                             capture_output=True, text=True).stdout  # fmt: skip
    assert printed == "0 2 30\n"
    assert f"\n{printed}```" in text


WAITS = """
#include <unistd.h>
#include "check.h"

int main(void) {
    nrt_tensor_t *tensor;
    GIVES(NRT_SUCCESS, nrt_init(NRT_FRAMEWORK_TYPE_NO_FW, NULL, NULL));
    GIVES(NRT_SUCCESS, nrt_tensor_allocate(NRT_TENSOR_PLACEMENT_HOST, -1, 8, NULL, &tensor));
    puts("ready");
    fflush(stdout);
    getchar();
    GIVES(NRT_FAILURE, nrt_tensor_memset(tensor, 0, 1, 8));
    GIVES(NRT_FAILURE, nrt_tensor_memset(tensor, 0, 1, 8));
    nrt_close();
    GIVES(NRT_CLOSED, nrt_tensor_memset(tensor, 0, 1, 8));
    GIVES(NRT_SUCCESS, nrt_init(NRT_FRAMEWORK_TYPE_NO_FW, NULL, NULL));
    nrt_close();
    if (!failures) puts("as expected");
    return failures != 0;
}
"""


@pytest.fixture
def waiting(library, tmp_path):
    """A program that waits for a line, and the process of its core."""
    source = tmp_path / "waits.c"
    source.write_text(WAITS)
    command = ["gcc", *FLAGS, f"-I{HERE}", str(source), "-o", str(tmp_path / "waits"),
               *library.flags]  # fmt: skip
    subprocess.run(command, check=True)
    with subprocess.Popen([tmp_path / "waits"], text=True, env=environment("golden"),
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) == 1
        yield process, int(children[0])
        if process.poll() is None:
            process.kill()


def test_a_program_survives_the_death_of_its_core(waiting):
    process, core = waiting
    os.kill(core, signal.SIGKILL)
    output, _ = process.communicate("\n", timeout=60)
    assert (process.returncode, output) == (0, "as expected\n")


def test_the_core_ends_with_its_program(waiting):
    process, core = waiting
    process.kill()
    process.wait()
    for _ in range(100):
        status = Path(f"/proc/{core}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            return
        time.sleep(0.1)
    pytest.fail("the core still runs")


NO_CORE = """
#include "check.h"

int main(void) {
    GIVES(NRT_FAILURE, nrt_init(NRT_FRAMEWORK_TYPE_NO_FW, NULL, NULL));
    GIVES(NRT_UNINITIALIZED, nrt_unload(NULL));
    puts(failures ? "" : "as expected");
    return failures != 0;
}
"""


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_no_python_gives_a_status(library, tmp_path, monkeypatch, python: str):
    monkeypatch.setenv("TINYNEURON_PYTHON", python)
    source = tmp_path / "no_core.c"
    source.write_text(NO_CORE)
    program = tmp_path / "no_core"
    subprocess.run(["gcc", *FLAGS, f"-I{HERE}", source, "-o", program, *library.flags], check=True)
    check(program)


def test_an_unknown_target_gives_a_status(library, tmp_path):
    source = tmp_path / "no_core.c"
    source.write_text(NO_CORE.replace("NRT_FAILURE", "NRT_INVALID"))
    program = tmp_path / "no_core"
    subprocess.run(["gcc", *FLAGS, f"-I{HERE}", source, "-o", program, *library.flags], check=True)
    check(program, target="silicon")


def test_the_header_has_the_numbers_of_python(library):
    text = library.header.read_text()
    named = dict(re.findall(r"^    NRT_(\w+) = (\w+),$", text, re.MULTILINE))
    statuses = {status.name: str(status.value) for status in Status}
    assert statuses.items() <= named.items()
    numbers = {int(value, 0) for name, value in named.items() if name.startswith("DTYPE_")}
    assert set(DTYPES.values()) <= numbers


def test_the_header_is_one_of_cpp_too(library, tmp_path):
    source = tmp_path / "header.cpp"
    source.write_text('#include "tinyneuron_nrt.h"\nint main() { nrt_close(); }\n')
    command = ["g++", "-Wall", "-Wextra", "-Werror", source, "-o", tmp_path / "header"]
    subprocess.run([*command, *library.flags], check=True)
    subprocess.run([tmp_path / "header"], check=True)


def test_the_command_prints_what_a_program_is_compiled_with(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "new" / "nrt"
    monkeypatch.setattr(sys, "argv", ["tinyneuron", "nrt", "build", "--out", str(folder), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["flags"].startswith(f"-I{folder} -L{folder} -ltinyneuron_nrt ")
    assert sorted(path.name for path in folder.iterdir()) == [
        Path(printed[name]).name for name in ("library", "header")
    ]


def test_a_missing_compiler_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingToolError, match="gcc is not installed: apt-get install gcc"):
        build(tmp_path)


def test_a_failed_build_leaves_no_file(tmp_path, monkeypatch):
    fake = tmp_path / "bin" / "gcc"
    fake.parent.mkdir()
    fake.write_text(f"#!{sys.executable}\nprint('broken')\nraise SystemExit(3)\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent))
    with pytest.raises(BuildError, match="gcc failed with code 3:\nbroken"):
        build(tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
