"""The page of whoever reads no results: what their role may do here, and where."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, url_for

from survey.manage.access import (
    AGREEMENTS,
    DUTIES,
    LOG,
    PEOPLE,
    QUESTIONNAIRES,
    RELEASES,
    WAVES,
    Pages,
    may_open,
)
from survey.manage.people import Person

_LEADS: tuple[tuple[Pages, str, str], ...] = (
    (LOG, "log.entries", "Who read what: the log"),
    (PEOPLE, "log.everybody", "Who may sign in"),
    (RELEASES, "published.releases", "Releases: those that are out, and those that wait"),
    (WAVES, "waves.listed", "Waves: prepare and run a survey"),
    (AGREEMENTS, "agreeing.listed", "Open or close a wave, which takes two people"),
    (QUESTIONNAIRES, "manage.questionnaires", "What changed between two questionnaires"),
)


@dataclass(frozen=True)
class DutiesPage:
    """What somebody may do.

    Attributes:
        label, may: their role in words.
        links: (text, address) of the pages that they may open and that are served here.
    """

    label: str
    may: str
    links: tuple[tuple[str, str], ...]


def page(person: Person, app: Flask) -> DutiesPage:
    """The page of one person in `app`."""
    duty = DUTIES[person.role]
    links = tuple(
        (text, url_for(endpoint))
        for pages, endpoint, text in _LEADS
        if endpoint in app.view_functions and may_open(person.role, pages)
    )
    return DutiesPage(duty.label, duty.may, links)
