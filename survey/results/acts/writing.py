"""Writing an action: what its form offers, and the version that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analysis.release.model import Release
from survey.errors import ActionError
from survey.manage.people import Person
from survey.results.acts import checks, forms
from survey.results.acts.concerns import FORCE_WIDE, Concern, Key, newest
from survey.results.acts.lines import by_key
from survey.results.acts.noticed import statements
from survey.results.acts.record import Action, Course, new_id
from survey.results.acts.standing import answered
from survey.results.scope import Scope, of_command, whole_force


@dataclass(frozen=True)
class Choices:
    """What the form offers.

    Attributes:
        form: in the words of the form itself.
        concerns: the same concerns to be read, each with the title of its survey and whether
            another action answers it already.
    """

    form: forms.Offered
    concerns: tuple[tuple[Concern, str, bool], ...]


@dataclass(frozen=True)
class EditPage:
    """The form's page.

    Attributes:
        errors: (HTML id, sentence); `warnings` are sentences about what to look at again.
        course: the action that is edited; None for a new one.
        path: the board, as it stands in addresses.
    """

    heading: str
    path: str
    form: Any
    choices: Choices
    errors: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    course: Course | None
    answers: dict[str, str]
    states: dict[str, str]
    longest: dict[str, int]


def offered(
    releases: Sequence[Release], courses: Sequence[Course], board: str, before: Action | None
) -> Choices:
    """The concerns of the newest surveys, and those that the action answers already."""
    mine = {key: one for key, one in by_key(releases).items() if one.board == board}
    recent = {release.manifest.wave for release in newest(releases)}
    kept = set() if before is None else set(before.concerns)
    titles = {one.manifest.wave: one.manifest.wave_title for one in releases}
    done = {key for _, key in answered(courses)}
    listed = tuple(
        (one, titles[key.wave], key in done and key not in kept)
        for key, one in mine.items()
        if key.wave in recent or key in kept
    )
    asked = {} if not releases else statements(releases)
    scopes = [_scope(release, board) for release in newest(releases)]
    unseen = checks.unseen(newest(releases), scopes)
    return Choices(forms.Offered([str(one.key) for one, _, _ in listed], asked, unseen), listed)


def _scope(release: Release, board: str) -> Scope:
    if board == FORCE_WIDE:
        return whole_force(release)
    return of_command(release, board) or Scope(None, frozenset())


def version(
    typed: forms.Typed,
    form: forms.ActionForm,
    person: Person,
    board: str,
    before: Action | None,
    today: date,
    releases: Sequence[Release],
) -> Action:
    """The version that was typed; its number follows that of the version it was written over."""
    number = form.version.data or "0"
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise ActionError(forms.SPOILT)
    keys = tuple(Key(*text.split("|")) for text in form.concerns.data or ())
    wave = before.wave if before else keys[0].wave if keys else releases[-1].manifest.wave
    values: dict[str, Any] = dict(typed.values)
    return Action(
        id=before.id if before else new_id(),
        version=int(number) + 1,
        command=board,
        wave=wave,
        day=today,
        role="hr" if person.role == "hr" else "board",
        concerns=keys,
        **values,
    )


def page(
    course: Course | None,
    label: str,
    path: str,
    choices: Choices,
    form: forms.ActionForm,
    typed: forms.Typed,
) -> EditPage:
    """The page with the form in its state."""
    return EditPage(
        f"{label}: {'change an action' if course else 'a new action'}",
        path,
        form,
        choices,
        typed.errors,
        typed.warnings,
        course,
        forms.ANSWERS,
        forms.STATES,
        forms.LONGEST,
    )
