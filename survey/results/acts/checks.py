"""What a board's texts could give away: somebody's name or number, or a group that is not shown.

The same patterns look for names that warn people who write comments. They find what looks like
one and miss the rest, so a board is asked to look again, and decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analysis.release.model import Release
from survey.questionnaire import telling
from survey.results.scope import Scope, picked

PEOPLE = ("name", "number", "contact", "vehicle")
"""Kinds of finds that tell of a person. Dates and places are what actions are made of."""

ROLE_NOT_NAME = (
    "Write a role, and not a person: “{found}” looks like {kind}. A rank stands best in small "
    "letters, such as “superintendent for response”."
)


def owner_problem(owner: str) -> str | None:
    """Why a text cannot be whose task something is; None when it can."""
    for one in telling.find(owner):
        if one.kind in PEOPLE:
            return ROLE_NOT_NAME.format(found=one.text, kind=telling.KINDS[one.kind])
    return None


def warnings(texts: Mapping[str, str], unseen: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each thing that a board should look at again.

    Args:
        texts: name of a field as people read it -> what stands in it.
        unseen: labels of groups that are not shown.
    """
    found = [
        f"{field}: “{one.text}” looks like {telling.KINDS[one.kind]}."
        for field, text in texts.items()
        for one in telling.find(text)
        if one.kind in PEOPLE
    ]
    for label in unseen:
        named = re.compile(rf"(?<!\w){re.escape(label)}(?!\w)", re.IGNORECASE)
        found += [
            f"{field}: it names {label}, and no figure of that group is shown."
            for field, text in texts.items()
            if named.search(text)
        ]
    return tuple(dict.fromkeys(found))


def unseen(releases: Iterable[Release], scopes: Iterable[Scope]) -> tuple[str, ...]:
    """Labels of the groups that a reader knows of and that are not shown: units and others.

    Args:
        releases: the newest ones.
        scopes: of the reader, one for each of them.
    """
    labels = [
        row.label
        for release, scope in zip(releases, scopes, strict=True)
        for row in release.groups
        if row.status != "shown" and row.group in scope.groups and len(picked(release, row)) == 1
    ]
    return tuple(dict.fromkeys(labels))
