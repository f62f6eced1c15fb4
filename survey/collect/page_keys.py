"""What the document carries so that the page can fold and seal by itself: keys, size, folding.

All of it is the same for everybody and public. The page tests it against the card's fingerprint.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from survey.collect import base64url, envelope, fingerprint
from survey.languages import said
from survey.manage import issuing_keys
from survey.manage.waves import Wave
from survey.questionnaire.conditions import Conditions
from survey.questionnaire.model import Choice, Multiple, Questionnaire


@dataclass(frozen=True)
class PageKeys:
    """Data attributes of the survey's form; keys and modulus in base64url, sizes in bytes.

    Attributes:
        folds, ticks, routes: as JSON, what the functions of the same names give.
    """

    wave: str
    public_key: str
    fallback_key: str
    modulus: str
    size: int
    comment_size: int
    fingerprint: str
    folds: str
    ticks: str
    routes: str


def of(wave: Wave) -> PageKeys:
    """What the page of a wave is told."""
    return PageKeys(
        wave=wave.id,
        public_key=base64url.write(wave.public_key),
        fallback_key=base64url.write(wave.fallback_key),
        modulus=base64url.write(issuing_keys.modulus(wave.token_key)),
        size=envelope.sealed_size(wave.questionnaire),
        comment_size=envelope.SEALED_COMMENT_BYTES,
        fingerprint=fingerprint.of(wave),
        folds=_json(folds(wave.questionnaire)),
        ticks=_json(ticks(wave.questionnaire)),
        routes=_json(routes(wave.questionnaire)),
    )


def none(questionnaire: Questionnaire) -> PageKeys:
    """What the page of a preview is told: how answers fold, and no key to seal them to."""
    told = [_json(made(questionnaire)) for made in (folds, ticks, routes)]
    return PageKeys("", "", "", "", 0, 0, "none in a preview", *told)


def folds(questionnaire: Questionnaire) -> dict[str, dict[str, tuple[str, str] | None]]:
    """Question -> option -> its published category and that one's label, or None for nothing.

    Options that are stored as they are, under the same label, are left out.
    """
    found = {}
    for question in questionnaire.questions:
        if isinstance(question, Choice):
            labels = {code: said(label) for code, label in question.stored.items()}
            kept = {
                option.code: None
                if option.folds_to is None
                else (option.folds_to, labels[option.folds_to])
                for option in question.options
            }
            as_they_are = {o.code: (o.code, said(o.label)) for o in question.options}
            found[question.id] = {code: to for code, to in kept.items() if to != as_they_are[code]}
    return found


def ticks(questionnaire: Questionnaire) -> dict[str, dict[str, str | None]]:
    """Multiple question -> option -> the item that it becomes, None for "prefer not to say"."""
    return {
        question.id: {option.code: option.item for option in question.options}
        for question in questionnaire.questions
        if isinstance(question, Multiple)
    }


def routes(
    questionnaire: Questionnaire,
) -> dict[str, list[tuple[str, tuple[str, ...], bool]]]:
    """Question or section that not everybody is asked -> its conditions, in their order.

    A section has a dot in its name, as no question's id does.

    Each is an earlier question, answers to it, and whether none of them must have been given.
    """
    found: dict[str, Conditions] = {}
    for section in questionnaire.sections:
        found[f"section.{section.id}"] = section.when
        for question in (*section.questions, *section.comments):
            found[question.id] = section.when + question.when
    return {
        name: [(one.question, one.codes, one.none_of) for one in when]
        for name, when in found.items()
        if when
    }


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
