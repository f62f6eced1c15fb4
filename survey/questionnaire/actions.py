"""The page on what was done since: of each action that the file lists, whether it was noticed.

An action becomes a statement on a page of its own, behind the questions about the person, because
some are asked only in the unit that acted. It belongs to no theme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from survey.questionnaire.located import Entries, Located, Place, Problems

SCALE, SECTION = "noticed", "what-was-done"

_TITLE = {"en": "What was done", "cy": "Beth sydd wedi'i wneud"}
_INTRO = {
    "en": "Boards say that they did this since an earlier survey. Say whether you noticed it.",
    "cy": "Dywed byrddau iddynt wneud hyn ers arolwg cynharach. Dywedwch a wnaethoch sylwi arno.",
}
_ASKED = {"en": "Have you noticed this?", "cy": "Ydych chi wedi sylwi ar hyn?"}


def with_page(document: Any, problems: Problems) -> Any:
    """The document with the page that its `actions` make; itself where there are none.

    What has not the right shape is passed over: that is told when the shape is checked.
    """
    listed = document.get("actions") if isinstance(document, Located) else None
    sections = document.get("sections") if isinstance(document, Located) else None
    if not isinstance(listed, Entries) or not isinstance(sections, Entries) or not listed:
        return document
    place = document.places["actions"]
    if SCALE not in (document.get("scales") or {}):
        reason = f"`actions` are answered on the scale `{SCALE}`; declare it under `scales`, as "
        problems.at(place, reason + "`bank/scales.yaml` does")
        return document
    questions = Entries()
    asked, welsh = _Asked(sections), _table(document.get("welsh"))
    for action in listed:
        if isinstance(action, Located) and isinstance(action.get("id"), str):
            questions.add(_question(action, asked, welsh, problems), action.place)
    page = _fields(
        place,
        id=SECTION,
        title=_fields(place, **_TITLE),
        intro=_fields(place, **_INTRO),
        scale=SCALE,
        questions=questions,
    )
    whole = document.copy()
    whole["sections"] = sections.copy()
    whole["sections"].add(page, place)
    return whole


def _table(listed: Any) -> dict[str, str]:
    """The Welsh of wordings, as far as it has the right shape."""
    entries = listed if isinstance(listed, Entries) else ()
    known = ((one.get("en"), one.get("cy")) for one in entries if isinstance(one, Located))
    return {en: cy for en, cy in known if isinstance(en, str) and isinstance(cy, str)}


class _Asked:
    """What the file asks by itself: ids of statements, and of the question for the unit."""

    def __init__(self, sections: Entries) -> None:
        questions = list(_questions(sections))
        self.statements = {
            one.get("id") for one in questions if one.get("type", "statement") == "statement"
        }
        self.unit = next((one.get("id") for one in questions if one.get("type") == "unit"), None)


def _questions(sections: Entries) -> Iterator[Located]:
    for section in sections:
        found = section.get("questions") if isinstance(section, Located) else None
        yield from (one for one in found or () if isinstance(one, Located))


def _question(
    action: Located, asked: _Asked, welsh: Mapping[str, str], problems: Problems
) -> Located:
    """The statement that an action becomes; what it names must be asked too."""
    about = action.get("about")
    named = zip(about, about.places, strict=True) if isinstance(about, Entries) else ()
    for item, place in named:
        if item not in asked.statements:
            problems.at(
                place,
                f"action `{action['id']}` is about `{item}`, which is not asked here: repeat that "
                "statement, so that it can be seen whether it changed",
            )
    made = _fields(action.place, id=action["id"], text=_text(action, welsh))
    if "unit" in action:
        if asked.unit is None:
            reason = f"action `{action['id']}` names a unit, and nobody is asked for theirs"
            problems.at(action.places["unit"], reason)
        else:
            place = action.places["unit"]
            made["ask_when"] = _fields(place, **{asked.unit: action["unit"]})
            made.places["ask_when"] = place
    return made


def without_question(text: str) -> str | None:
    """What was done, of the wording of such a statement in English; None of any other."""
    done = text.removesuffix(_ASKED["en"])
    return done.strip() if done != text else None


def _text(action: Located, welsh: Mapping[str, str]) -> Any:
    """What was done, and the question, in each language."""
    done, place = action.get("done"), action.places.get("done", action.place)
    if isinstance(done, str) and done in welsh:
        done = _fields(place, en=done, cy=welsh[done])
    if isinstance(done, str) and done:
        return _fields(place, en=f"{done} {_ASKED['en']}")
    if isinstance(done, Located):
        said = {name: text for name, text in done.items() if isinstance(text, str) and text}
        return _fields(
            place, **{name: f"{text} {_ASKED.get(name, '')}" for name, text in said.items()}
        )
    return _fields(place, en=_ASKED["en"])


def _fields(place: Place, **fields: Any) -> Located:
    made = Located(place)
    made.update(fields)
    made.places = dict.fromkeys(fields, place)
    return made
