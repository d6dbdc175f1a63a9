"""Random programs over everything the instruction set has, and their comparison with golden.

``generator.py`` writes one, ``campaign.py`` runs many, ``coverage.py`` says what they reached.
"""

from .campaign import Finding, Report, run_campaign
from .coverage import Coverage
from .generator import RandomCase, generate

__all__ = ["Coverage", "Finding", "RandomCase", "Report", "generate", "run_campaign"]
