"""What is published beside a wave's answers, out of small files that others give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.beside import benchmarks, interventions, procedures
from analysis.beside.benchmarks import Benchmark
from analysis.beside.interventions import Intervention
from analysis.beside.procedures import Procedures
from analysis.codebook import Codebook
from analysis.plan import TablePlan


@dataclass(frozen=True)
class Beside:
    """What others give to be published with the answers.

    Attributes:
        benchmarks: what others published of the same statements.
        interventions: where something was done, each after one of the earlier waves.
        procedures: HR's counts of formal processes.
    """

    benchmarks: Sequence[Benchmark] = ()
    interventions: Sequence[Intervention] = ()
    procedures: Procedures = ()


@dataclass(frozen=True)
class BesideFiles:
    """The files that it is read from; None for each that is not given."""

    benchmarks: Path | None = None
    interventions: Path | None = None
    procedures: Path | None = None

    def read(self, codebook: Codebook, plan: TablePlan) -> Beside:
        """All of them.

        Raises:
            DataError: for the first that is wrong; names file and row.
        """
        figures = () if self.benchmarks is None else benchmarks.read(self.benchmarks, codebook)
        acts = self.interventions
        done = () if acts is None else interventions.read(acts, codebook, plan)
        counts = () if self.procedures is None else procedures.read(self.procedures, plan)
        return Beside(figures, done, counts)


NOTHING = Beside()
NO_FILES = BesideFiles()
