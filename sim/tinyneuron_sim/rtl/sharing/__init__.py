"""Repeated logic of emitted Verilog written once, for Verilator."""

from .share import share_logic

__all__ = ["share_logic"]
