"""What a backup holds, column by column, and what it never holds, with the reason.

A column that stands in neither list fails a test: somebody decides before it is ever copied. Files
of the home (salts, issuing keys, ballot boxes, the key of the sign-in cookie) are never opened.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Table

from survey.manage.tables import IssuerTable, ResultsTable

STORES: Mapping[str, type[IssuerTable] | type[ResultsTable]] = {
    "issuer": IssuerTable,
    "results": ResultsTable,
}

KEPT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "issuer": {
        "wave": (
            *("id", "title", "state", "questionnaire", "policy"),
            *("public_key", "verifier", "cards", "opened", "closed"),
        ),
        "wave_key": ("wave", "fallback_key", "token_key"),
        "code_list": ("wave", "hashes"),
        "headcount": ("wave", "group_id", "people"),
        "headcount_band": ("wave", "group_id", "edge"),
        "marker": ("name",),
    },
    "results": {
        "release": ("hash", "wave", "closed", "content", "verifier"),
        "published_release": ("hash",),
        "agreement": (
            *("id", "act", "subject", "state", "told", "first", "first_role", "proposed"),
            *("verdict", "live", "second", "second_role", "answered", "reason", "outcome"),
        ),
        "comment_themes": ("wave", "content"),
        "closing": ("wave", "cards", "redeemed", "received", "receipts", "tokens"),
        "destruction": ("wave", "note", "signature"),
        "action": (
            *("id", "version", "command", "wave", "day", "role", "concerns", "answer", "reason"),
            *("title", "words", "owner", "due", "state", "done", "done_on", "asked_as"),
            *("published", "figures", "shared"),
        ),
        "done_before": ("wave", "content"),
        "person": (
            *("name", "role", "password", "command"),
            *("first_until", "factor", "factor_step"),
        ),
        "log_entry": ("number", "at", "who", "role", "kind", "what", "once", "hash"),
        "log_head": ("chain", "number", "hash"),
    },
}
"""Store -> table -> the columns that a backup holds."""

LEFT_OUT: Mapping[str, str] = {
    "issuer.code": "two copies tell which codes were used in between, and a copy outlives the wave",
    "issuer.response_so_far": "destroyed with the answers, which would not reach a copy",
    "results.wrong_tries": "means nothing without the key that it was made with; goes within a day",
    "results.person.epoch": "made anew, so that no session of before goes on",
    "results.person.device": "made anew: no browser is known any more",
    "results.person.device_failures": "counted anew",
}
"""Table or column -> why no backup holds it."""


def table(store: str, name: str) -> Table:
    """The table of that name in a store."""
    return STORES[store].metadata.tables[name]


def in_order(store: str) -> tuple[str, ...]:
    """The tables that a backup holds of a store, each after those that its rows point to."""
    tables = STORES[store].metadata.sorted_tables
    return tuple(one.name for one in tables if one.name in KEPT[store])
