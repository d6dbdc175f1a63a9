"""Function tables: a slot of the Scalar engine for each, and the instructions that load them.

The Scalar stream runs in order, so a table is there for every ACTIVATE between its LOAD_TABLE and
the one that takes its slots. A table that is loaded where slots have been free so far is loaded at
the start of the program: nothing waits for it then. All tables that a loop or branch uses are
loaded before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import ActivationFunction, Opcode, Space, Stream
from tinyneuron_hw.isa.table import HEADER_ROWS, ROW_WORDS, SLOT_ROWS, SLOTS

from ..tables.fit import FunctionTable
from .control import regions_of
from .ir import DeviceRef, DeviceTensor, Edge, Instr, LoweringError, Module, Tile, TileRef

__all__ = ["load_tables", "slots_of"]

_KINDS = ("input", "constant", "output", "scratch")
"""Order of a module's tensors."""


def slots_of(table: FunctionTable) -> int:
    """Successive slots that a table takes."""
    return -(-(len(table.rows) - HEADER_ROWS) // SLOT_ROWS)


@dataclass
class _Resident:
    table: FunctionTable
    first: int
    used: int
    """Number of the instruction that used it last."""

    @property
    def slots(self) -> range:
        return range(self.first, self.first + slots_of(self.table))


def load_tables(module: Module) -> None:
    """Gives every ACTIVATE with a table its slot; adds LOAD_TABLEs, and the transfers that bring
    the images into SBUF."""
    residents: list[_Resident] = []
    images: dict[tuple[int, ...], DeviceTensor] = {}
    fresh: set[int] = set(range(SLOTS))
    early: list[Instr] = []
    code: list[Instr] = []

    def resident(user: Instr, table: FunctionTable, used: int) -> _Resident:
        found = next((r for r in residents if r.table.rows == table.rows), None)
        if found is None:
            found = _take(residents, table, used)
            into = early if fresh.issuperset(found.slots) else code
            into += _load(module, images, user, found)
            fresh.difference_update(found.slots)
        found.used = used
        return found

    around = regions_of(module.instructions)
    for number, instr in enumerate(module.instructions):
        if instr.edge is Edge.BEGIN and around[number] is None:
            _load_together(module, number, resident)
        if instr.table is not None:
            found = resident(instr, instr.table, number)
            instr.fields["function"] = ActivationFunction(
                ActivationFunction.TABLE0.value + found.first
            )
        code.append(instr)
    module.instructions = early + code


def _load_together(
    module: Module, begin: int, resident: Callable[[Instr, FunctionTable, int], _Resident]
) -> None:
    """Loads all tables of a loop or branch before it: how often it runs is not known."""
    region = module.instructions[begin].region
    end = next(at for at in range(begin + 1, len(module.instructions))
               if (module.instructions[at].region, module.instructions[at].edge)
               == (region, Edge.END))  # fmt: skip
    users = [(i, i.table) for i in module.instructions[begin:end] if i.table is not None]
    tables = {table.rows: (user, table) for user, table in reversed(users)}
    needed = sum(slots_of(table) for _, table in tables.values())
    if needed > SLOTS:
        raise LoweringError(f"kernel {module.name!r}: the loop or branch of line "
                            f"{module.instructions[begin].line} needs {needed} slots of function "
                            f"tables, there are {SLOTS}")  # fmt: skip
    # The largest first, so that what is left over stays in one piece.
    for user, table in sorted(tables.values(), key=lambda item: -slots_of(item[1])):
        resident(user, table, end)


def _take(residents: list[_Resident], table: FunctionTable, number: int) -> _Resident:
    """The slots whose tables have not been used for the longest time."""
    count = slots_of(table)

    def newest(first: int) -> int:
        taken = set(range(first, first + count))
        return max((r.used for r in residents if taken & set(r.slots)), default=-1)

    new = _Resident(table, min(range(SLOTS - count + 1), key=newest), number)
    residents[:] = [r for r in residents if not set(r.slots) & set(new.slots)] + [new]
    return new


def _load(module: Module, images: dict[tuple[int, ...], DeviceTensor], user: Instr,
          resident: _Resident) -> list[Instr]:  # fmt: skip
    rows = len(resident.table.rows)
    shape = (ROW_WORDS, rows)
    image = images.get(resident.table.rows)
    if image is None:
        image = images[resident.table.rows] = _constant(module, resident.table, shape)
    name = f"table {resident.table.name}"
    tile = Tile(len(module.tiles), name, Space.SBUF, shape, DType.UINT32, user.line)
    module.tiles.append(tile)
    whole = TileRef(tile, 0, ROW_WORDS, 0, ((1, rows),))
    source = DeviceRef(image, 0, ((1, ROW_WORDS * rows),))
    return [
        Instr(Opcode.DMA_LOAD, {"src": source}, {"dst": whole}, user.line, file=user.file),
        Instr(Opcode.LOAD_TABLE, {"in0": whole}, {}, user.line, {"slot": resident.first},
              Stream.SCALAR, file=user.file),
    ]  # fmt: skip


def _constant(module: Module, table: FunctionTable, shape: tuple[int, int]) -> DeviceTensor:
    """The image in device memory, behind the other constants."""
    names = {tensor.name for tensor in module.tensors}
    name = f"table_{table.name}"
    while name in names:
        name += "_"
    data = table.image.astype("<u4").tobytes()
    image = DeviceTensor(len(module.tensors), name, shape, DType.UINT32, "constant", data)
    order = [_KINDS.index(tensor.kind) for tensor in module.tensors]
    place = next((i for i, kind in enumerate(order) if kind > 1), len(order))
    module.tensors.insert(place, image)
    return image
