"""Random programs over everything the instruction set has, and their comparison with golden.

``generator.py`` writes one, ``control.py`` one that is nearly all control, ``campaign.py`` runs
many, ``coverage.py`` says what they reached.
"""

from .campaign import Finding, Report, run_campaign
from .control import generate_control
from .coverage import Coverage
from .generator import RandomCase, generate

__all__ = [
    "Coverage",
    "Finding",
    "RandomCase",
    "Report",
    "generate",
    "generate_control",
    "run_campaign",
]
