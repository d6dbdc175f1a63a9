"""Random programs on the RTL and on golden, and what has to hold of their report."""

from __future__ import annotations

from tinyneuron.verify.report import listing
from tinyneuron_hw.config import CoreConfig
from tinyneuron_sim.backend import open_backend
from tinyneuron_sim.random_programs import Report, generate, run_campaign

__all__ = ["require_equal"]


def require_equal(config: CoreConfig, seeds: range, *, one_traps_of: int, write=generate) -> Report:
    """The programs that ``write`` makes of ``seeds`` leave the same on Verilator as on golden, and
    at least one in ``one_traps_of`` traps.

    A failure prints the smallest program it was reduced to.
    """
    print(f"{config.name}, seeds {seeds.start} to {seeds.stop - 1}")
    report = run_campaign(config, lambda: open_backend("verilator", config), seeds, write=write)
    for finding in report.findings:
        print(f"seed {finding.random.seed}: {finding.comparison.difference}")
        print(f"smallest program:\n{listing(finding.small.case)}{finding.small.difference}")
        print(f"first differing instruction: {finding.location}")
    assert report.passed, f"{report.invalid} {report.strays}"
    assert report.programs == len(seeds)
    assert report.trapped >= len(seeds) // one_traps_of
    return report
