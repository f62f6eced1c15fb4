"""Writes the tables of QUESTIONNAIRES-LIBRARY.md from the questionnaires themselves: `make docs`.

What a question measures stands in the comment above it, so the text of the files is read beside
what the program makes of them. A test compares the page with what is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from survey import resources
from survey.questionnaire.loader import load
from survey.questionnaire.model import (
    Choice,
    Comment,
    Multiple,
    Question,
    Questionnaire,
    Statement,
)

PAGE = Path(__file__).with_name("QUESTIONNAIRES-LIBRARY.md")
SHIPPED = ("culture", "pulse", "probation", "leavers")
BANK = "bank/demographics.yaml"

_CONSTRUCT = re.compile(r"\s*# construct: (.*)")
_COMMENT = re.compile(r"\s*# (.*)")
_ASKED = re.compile(r"\s*- id: (\S+)")
_INCLUDED = re.compile(rf"\s*- include: {BANK}#(\S+)")
_PART = re.compile(r"([a-z_]+):$")


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(written(PAGE.read_text()))


def written(page: str) -> str:
    """The page with every section between markers as the files tell it."""
    for name in (*SHIPPED, "demographics"):
        begin, end = f"<!-- begin {name}, written by make docs -->", f"<!-- end {name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        lines = demographics() if name == "demographics" else questions(name)
        page = "\n".join([f"{before}{begin}", *lines, f"{end}{after}"])
    return page


@cache
def loaded(name: str) -> Questionnaire:
    """A shipped questionnaire."""
    return load(resources.QUESTIONNAIRES / f"{name}.yaml")


def questions(name: str) -> Iterator[str]:
    """The table of one questionnaire: a row for each question, in the order of its pages."""
    questionnaire = loaded(name)
    measured = constructs((resources.QUESTIONNAIRES / f"{name}.yaml").read_text())
    labels = {theme.id: theme.label.en for theme in questionnaire.themes}
    yield "| id | what is asked | construct | theme |"
    yield "|---|---|---|---|"
    for section in questionnaire.sections:
        for asked in (*section.questions, *section.comments):
            theme = asked.theme if isinstance(asked, Statement) else None
            yield (
                f"| `{asked.id}` | {_text(asked)} | {measured.get(asked.id, '**none**')} | "
                f"{labels[theme] if theme else ''} |"
            )


def demographics() -> Iterator[str]:
    """The table of the bank: a row for each part."""
    measured = constructs((resources.QUESTIONNAIRES / BANK).read_text())
    yield "| part | what it is about |"
    yield "|---|---|"
    for part, construct in measured.items():
        yield f"| `{part}` | {construct} |"


def constructs(text: str) -> dict[str, str]:
    """Question or part of the bank -> the construct in the comment straight above it.

    A question that is included from the bank has the construct of its part there. One without such
    a comment is left out.
    """
    found: dict[str, str] = {}
    above: list[str] = []
    for line in text.splitlines():
        if _CONSTRUCT.match(line):
            above = [_CONSTRUCT.sub(r"\1", line)]
        elif above and _COMMENT.match(line):
            above.append(_COMMENT.sub(r"\1", line))
        else:
            asked = _ASKED.match(line) or _PART.match(line)
            if asked and above:
                found[asked[1]] = " ".join(above)
            if included := _INCLUDED.match(line):
                found |= _of_the_bank(included[1])
            above = []
    return found


def _of_the_bank(part: str) -> Mapping[str, str]:
    text = (resources.QUESTIONNAIRES / BANK).read_text()
    ids = re.search(rf"^{part}:\n  id: (\S+)", text, re.MULTILINE)
    measured = constructs(text)
    return {ids[1]: measured[part]} if ids and part in measured else {}


def _text(asked: Question | Comment) -> str:
    text = asked.text.en
    if isinstance(asked, Statement) and asked.reversed:
        text += " *(reversed)*"
    if isinstance(asked, Multiple):
        text += " (" + "; ".join(one.label.en for one in asked.options if one.item) + ")"
    if isinstance(asked, Choice):
        text += f" *({len(asked.categories)} published categories)*"
    return text


if __name__ == "__main__":
    main()
