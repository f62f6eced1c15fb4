"""The ledger: every Release and public count of a questionnaire line, in a chain of hashes."""

from analysis.ledger.entries import BEGINNING, Count, Ledger, Published

__all__ = ["BEGINNING", "Count", "Ledger", "Published"]
