"""The passes in order, with a check after each."""

from __future__ import annotations

from tinyneuron_hw.collector import collector_paused

from ..program.program import Program
from .affine import forms_of
from .allocate import allocate
from .assign import choose_engines, choose_queues, drop_repeated_stationary
from .dependencies import find_dependencies
from .encode import encode_program
from .ir import Module
from .pieces import schedule_pieces
from .registers import assign_registers, replicate, resolve_offsets
from .reorder import reorder
from .semaphores import insert_semaphores
from .slots import load_tables
from .verify import verify_assigned, verify_module, verify_placed, verify_schedule

__all__ = ["lower"]


@collector_paused()
def lower(module: Module) -> Program:
    """The program of a traced kernel; the same module always gives the same bytes.

    Raises
    ------
    LoweringError
        The kernel needs more memory or registers than the configuration has.
    """
    verify_module(module)
    choose_engines(module)
    reorder(module)
    drop_repeated_stationary(module)
    load_tables(module)
    choose_queues(module)
    verify_assigned(module)
    before = allocate(module)
    verify_placed(module)
    if module.is_dynamic:
        forms = forms_of(module.instructions)
        resolve_offsets(module)
        replicate(module)
        assign_registers(module)
        return encode_program(module, schedule_pieces(module, before, forms))
    dependencies = find_dependencies(module.instructions, before)
    schedule = insert_semaphores(module, dependencies)
    verify_schedule(module, dependencies, schedule)
    return encode_program(module, schedule, rolls=True)
