"""The table of registers is what the hardware does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.host.axi import Resp
from tinyneuron_hw.isa.csr import Csr
from tinyneuron_hw.isa.registers import Access, registers

from ..host.conftest import HostBench

ROOT = Path(__file__).resolve().parents[3]
HEADER = ROOT / "docs" / "reference" / "tinyneuron_registers.h"
TABLE = registers(get_config("tiny"))


def test_fields_lie_apart_and_names_are_unique():
    assert len({register.name for register in TABLE}) == len(TABLE)
    assert len({register.address for register in TABLE}) == len(TABLE)
    for register in TABLE:
        assert register.mask < 1 << 32
        assert register.mask.bit_count() == sum(field.width for field in register.fields)


def test_every_register_resets_and_keeps_as_the_table_says():
    """Reads each word, writes ones, reads it again; and no other address answers."""
    host = HostBench()
    by_address = {register.address: register for register in TABLE}
    skipped = {int(Csr.CONTROL)}  # its bits act; `test_host.py` has them

    async def body(ctx):
        for address in range(0, 4096, 4):
            register = by_address.get(address)
            value, response = await host.read(ctx, address)
            if register is None:
                assert response == Resp.SLVERR, hex(address)
                continue
            assert response == Resp.OKAY, register.name
            # The bench has no semaphores behind the port.
            assert value == register.reset, register.name
            if address in skipped:
                continue
            response = await host.write(ctx, address, 0xFFFF_FFFF)
            expected = Resp.SLVERR if register.access is Access.RO else Resp.OKAY
            assert response == expected, register.name
            if register.access is Access.RW and not register.name.startswith("SEMAPHORE"):
                assert await host.read(ctx, address) == (register.mask, Resp.OKAY), register.name

    host.run(body)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_the_header_compiles_and_agrees(tmp_path: Path):
    lines = ["#include <assert.h>", f'#include "{HEADER}"']
    for register in registers(get_config("default")):
        name = register.name
        lines.append(f'_Static_assert(TN_{name} == {register.address}, "{name}");')
        if len(register.fields) > 1:
            lines += [
                f'_Static_assert(TN_{name}_{field.name}_MASK == {field.mask}u, "{name}");'
                for field in register.fields
            ]
    source = tmp_path / "check.c"
    source.write_text("\n".join(lines) + "\n")
    command = ["cc", "-std=c11", "-Wall", "-Werror", "-fsyntax-only", str(source)]
    result = subprocess.run(command, text=True, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr
