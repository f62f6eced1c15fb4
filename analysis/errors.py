"""What can go wrong in the analysis: one sentence each that says what to do."""

from __future__ import annotations


class CandourError(Exception):
    """Base of every error that is shown to a person as one sentence, without a traceback."""


class DataError(CandourError):
    """A file of answers or headcounts holds something it may not; names file, row and column."""


class EstimationError(CandourError):
    """An estimator was asked for something that has no answer (no data, impossible counts)."""


class Unprotectable(CandourError):
    """The plan cannot be published safely; names the tables and what to merge."""


class ReleaseError(CandourError):
    """A Release is missing, damaged or was tampered with."""


class LeakingRelease(ReleaseError):
    """A Release holds a value of something that it does not show."""


class LedgerError(ReleaseError):
    """The ledger of a questionnaire line has a gap, was changed, or is another one."""
