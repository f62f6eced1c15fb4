"""The form in which a board answers a concern, read strictly: nothing that it does not offer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from survey.errors import ActionError
from survey.results.acts import checks
from survey.results.acts.record import Action

ANSWERS = {
    "will_do": "We will do something",
    "will_not": "We will not do anything",
    "more_evidence": "We need more evidence first",
}
STATES = {
    "planned": "Planned",
    "under_way": "Under way",
    "done": "Done",
    "dropped": "Dropped",
}
READERS = ("published", "figures", "shared")
"""What a board may tick of who reads an action: fields of `Action` too."""

LONGEST = {"title": 120, "owner": 80, "words": 1_000, "reason": 1_000, "done": 1_000}
"""Characters."""

_NAMES = {"title": "Title", "words": "In plain words", "reason": "Why", "done": "What was done"}
"""The texts that everybody may come to read, as the form calls them."""

_ENTER = {
    "title": "Enter a title",
    "words": "Say in plain words what it is",
    "reason": "Say why",
}
_EARLIEST, _FARTHEST = 2000, 5
"""The first year, and how many years ahead: any other day is a slip."""

_DAY = re.compile(r"(?P<day>[0-9]{1,2})[/. ](?P<month>[0-9]{1,2})[/. ](?P<year>[0-9]{4})", re.ASCII)

SPOILT = "This form did not come as our page sends it; open the page again, and send it from there."


class ActionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """An action, as it is written and edited. What may be chosen is looked at by `read`."""

    concerns = SelectMultipleField(choices=[], validate_choice=False)
    answer = StringField()
    reason = TextAreaField()
    title = StringField()
    words = TextAreaField()
    owner = StringField()
    due = StringField()
    state = StringField()
    done = TextAreaField()
    done_on = StringField()
    asked_as = StringField()
    readers = SelectMultipleField(choices=[], validate_choice=False)
    looked = BooleanField()
    version = HiddenField()


@dataclass(frozen=True)
class Offered:
    """What the form of one board offers.

    Attributes:
        concerns: concerns that it may answer, as `str(key)`.
        asked_as: ids of statements that ask whether something was noticed -> their wording.
        unseen: labels of groups that its texts should not name.
    """

    concerns: Sequence[str]
    asked_as: Mapping[str, str]
    unseen: Sequence[str]


@dataclass(frozen=True)
class Typed:
    """What was read from a form: values by name of the field of `Action`, and what is wrong.

    Attributes:
        errors: (HTML id, sentence), in the order of the page.
        warnings: what to look at again; empty when that was done.
    """

    values: Mapping[str, object]
    errors: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def read(
    form: ActionForm,
    sent: MultiDict[str, str],
    offered: Offered,
    before: Action | None,
    today: date,
) -> Typed:
    """Read what was sent.

    Args:
        form: filled from it.
        sent: the request's form, which holds no field that the page does not have, and none twice.
        offered: what the page offered.
        before: the version that is edited; None for a new action.
        today: a day on which something was done is not after it.

    Raises:
        ActionError: when it holds what the page cannot send.
    """
    _expect_ours(form, sent, offered, before)
    errors: dict[str, str] = {}
    texts = {name: _text(getattr(form, name).data, name, errors) for name in LONGEST}
    for name, sentence in _ENTER.items():
        if not texts[name]:
            errors.setdefault(name, sentence)
    answer = form.answer.data or ""
    if answer not in ANSWERS:
        errors["answer"] = "Choose an answer"
    values: dict[str, object] = {**texts, "answer": answer, "asked_as": form.asked_as.data or ""}
    values |= _task(form, texts, answer, errors, today)
    values |= _for_everybody(form, values, before, errors)
    order = list(form._fields)
    listed = sorted(errors.items(), key=lambda error: order.index(error[0]))
    named = {_NAMES[name]: texts[name] for name in _NAMES}
    looked = bool(form.looked.data)
    return Typed(
        values,
        tuple(listed),
        () if looked or errors else checks.warnings(named, offered.unseen),
    )


def _expect_ours(
    form: ActionForm, sent: MultiDict[str, str], offered: Offered, before: Action | None
) -> None:
    known = {*form._fields, "csrf_token"}
    if before is None:
        known.discard("version")
    chosen = {
        "answer": set(ANSWERS),
        "state": set(STATES),
        "asked_as": {"", *offered.asked_as},
        "concerns": set(offered.concerns),
        "readers": set(READERS),
    }
    for name, values in sent.lists():
        twice = len(values) > 1 and name not in {"concerns", "readers"}
        other = name in chosen and not set(values) <= chosen[name]
        if name not in known or twice or other or len(set(values)) < len(values):
            raise ActionError(SPOILT)


def _text(typed: str | None, name: str, errors: dict[str, str]) -> str:
    """A text without what cannot be seen; several lines where the field has them."""
    lines = (typed or "").replace("\r\n", "\n").strip()
    if any(
        unicodedata.category(one) in {"Cc", "Cf", "Co", "Cn", "Cs"} for one in lines if one != "\n"
    ):
        errors[name] = "Take out the characters that cannot be seen"
    elif len(lines) > LONGEST[name]:
        errors[name] = f"Use at most {LONGEST[name]:,} characters; these are {len(lines):,}"
    elif "\n" in lines and name in {"title", "owner"}:
        errors[name] = "Write it on one line"
    return lines


def _task(
    form: ActionForm, texts: Mapping[str, str], answer: str, errors: dict[str, str], today: date
) -> dict[str, object]:
    """Who does it until when, and how far it is; of what will not be done there is nothing."""
    if answer == "will_not":
        for name in ("owner", "done"):
            errors.pop(name, None)
        return {"owner": "", "due": None, "state": "none", "done": "", "done_on": None}
    owner = texts["owner"]
    wrong = checks.owner_problem(owner) if owner else "Enter whose task it is, as a role"
    if wrong:
        errors.setdefault("owner", wrong)
    due = _day(form, "due", errors, today.replace(day=1, year=today.year + _FARTHEST))
    if due is None:
        errors.setdefault("due", "Enter the day on which it is due")
    state = form.state.data or ""
    if state not in STATES:
        errors["state"] = "Choose how far it is"
    done_on = _day(form, "done_on", errors, today) if state == "done" else None
    if state == "done" and done_on is None:
        errors.setdefault("done_on", "Enter the day on which it was done")
    if state in {"done", "dropped"} and not texts["done"]:
        errors["done"] = "Say what was done" if state == "done" else "Say why it was dropped"
    return {"owner": owner, "due": due, "state": state, "done_on": done_on}


def _day(form: ActionForm, name: str, errors: dict[str, str], latest: date) -> date | None:
    """A day as it was typed; None where it was not, or where `errors` says what is wrong."""
    typed = (getattr(form, name).data or "").strip()
    if not typed:
        return None
    written = _DAY.fullmatch(typed)
    try:
        if written is None:
            raise ValueError(typed)
        found = date(*map(int, (written["year"], written["month"], written["day"])))
    except ValueError:
        errors[name] = "Enter a real day, such as 31/5/2027"
        return None
    if found.year < _EARLIEST or found > latest:
        until = "today" if name == "done_on" else f"{latest.year}"
        errors[name] = f"Enter a day between the year {_EARLIEST} and {until}"
        return None
    return found


def _for_everybody(
    form: ActionForm, values: Mapping[str, object], before: Action | None, errors: dict[str, str]
) -> dict[str, object]:
    """What others may read. What everybody could read once stays where they look for it."""
    ticked = set(form.readers.data or ())
    published = "published" in ticked or (before is not None and before.published)
    if "shared" in ticked and not (published and values["state"] == "done"):
        errors["readers"] = "Share what is done, and what everybody may read"
    elif "figures" in ticked and not published:
        errors["readers"] = "Show figures with what everybody may read"
    return {
        "published": published,
        "figures": "figures" in ticked,
        "shared": "shared" in ticked,
    }


def filled(before: Action | None, concerns: Sequence[str]) -> dict[str, object]:
    """The fields of the form as they stand at first.

    Args:
        before: the version that is edited; None for a new action.
        concerns: those that are chosen, as `str(key)`.
    """
    if before is None:
        return {"concerns": list(concerns)}
    plain = ("answer", "reason", "title", "words", "owner", "done", "asked_as")
    days = {"due": before.due, "done_on": before.done_on}
    return {
        "concerns": list(concerns),
        **{name: getattr(before, name) for name in plain},
        "readers": [name for name in READERS if getattr(before, name)],
        **{name: f"{day.day}/{day.month}/{day.year}" for name, day in days.items() if day},
        "state": "" if before.state == "none" else before.state,
        "version": str(before.version),
    }
