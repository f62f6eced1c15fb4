"""A new wave as it is typed: every mistake at once, and nothing of what was sent is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from analysis.policy import RULES, DisclosurePolicy, Rule
from survey import resources
from survey.database import Stores
from survey.errors import CandourError, QuestionnaireError, SettingsError, WaveStateError
from survey.manage import officers, waves
from survey.manage.officers import PublicKeys
from survey.planning.sending import LOST
from survey.questionnaire import loader
from survey.questionnaire.model import Questionnaire

OWN = "own"
"""The choice of a questionnaire that is none of the library's."""

LONGEST_FILE = 200_000
"""Characters of a questionnaire; those of the library have about 20,000."""

_NAMED = "your questionnaire"
_PRIVATE = re.compile(r'"(?:unsealing|signing|nonce)"|^# Share ', re.MULTILINE)
"""What stands in `release.key`, `release.locked` and a share, and in no public.json."""

_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Mistake:
    """Something wrong in a questionnaire that was sent: where, what, and that line of it."""

    where: str
    reason: str
    line: str


@dataclass(frozen=True)
class Ready:
    """What a draft is made of, all of it right."""

    wave_id: str
    title: str
    questionnaire: Questionnaire
    keys: PublicKeys
    policy: DisclosurePolicy


@dataclass(frozen=True)
class Typed:
    """What was sent, and what it comes to.

    Attributes:
        texts: every field as it was typed.
        errors: (field id, sentence), in the order of the page.
        mistakes: what is wrong in the questionnaire.
        ready: what it comes to; None where something is wrong.
        looser: rules that were typed looser than anybody may have them, in words for the log.
    """

    texts: Mapping[str, str]
    errors: tuple[tuple[str, str], ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    ready: Ready | None = None
    looser: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """A field as it was typed."""
        return self.texts.get(name, "")

    def refused(self, name: str, sentence: str) -> Typed:
        """The same with one more error."""
        return replace(self, errors=(*self.errors, (name, sentence)), ready=None)


@cache
def library() -> Mapping[str, Questionnaire]:
    """The questionnaires that ship with the program and can be fielded here, by their file."""
    files = sorted(resources.QUESTIONNAIRES.glob("*.yaml"))
    found = {path.stem: loader.load(path) for path in files}
    return {name: one for name, one in found.items() if one.fielded == "here"}


def rule_field(name: str) -> str:
    """What the form calls a value of the policy."""
    return f"rule-{name}"


def first_texts() -> dict[str, str]:
    """The form as it stands at first."""
    usual = DisclosurePolicy()
    return {rule_field(name): str(getattr(usual, name)) for name in RULES}


@dataclass
class _Found:
    """What reading has found so far."""

    errors: dict[str, str] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    looser: list[str] = field(default_factory=list)


def read(stores: Stores, texts: Mapping[str, str]) -> Typed:
    """Look at everything that was typed.

    Args:
        stores: where the id is looked for.
        texts: by field: `choice`, `text`, `public_text`, `title`, `wave_id` and those of rules.
    """
    found = _Found()
    questionnaire = _questionnaire(texts, found)
    keys = _keys(texts.get("public_text", ""), found)
    title = texts.get("title", "").strip()
    if not title or len(title) > waves.LONGEST_TITLE:
        found.errors["title"] = f"Enter a title of 1 to {waves.LONGEST_TITLE} characters"
    elif LOST in title or not title.isprintable():
        found.errors["title"] = "Take out the characters of the title that cannot be seen"
    wave_id = texts.get("wave_id", "").strip()
    _expect_free(stores, wave_id, found)
    policy = _policy(texts, found)
    ready = None
    if not found.errors and questionnaire and keys and policy:
        ready = Ready(wave_id, title, questionnaire, keys, policy)
    return Typed(texts, tuple(found.errors.items()), found.mistakes, ready, tuple(found.looser))


def fingerprint_of(text: str) -> str | None:
    """The fingerprint of the officers' keys in a public.json; None when it is none."""
    try:
        return officers.parse(text, "").fingerprint
    except SettingsError:
        return None


def _questionnaire(texts: Mapping[str, str], found: _Found) -> Questionnaire | None:
    choice, text = texts.get("choice", ""), texts.get("text", "")
    if choice != OWN:
        if choice not in library():
            found.errors["choice"] = "Choose a questionnaire"
        return library().get(choice)
    name, sentence = _unreadable(text)
    if sentence:
        found.errors[name] = sentence
        return None
    try:
        made = loader.parse(text, _NAMED)
    except QuestionnaireError as error:
        found.mistakes = tuple(_mistakes(error, text))
        first, *others = found.mistakes
        many = f"{'more than ' if error.more else ''}{len(found.mistakes)}"
        found.errors["text"] = (
            f"The questionnaire has {many} mistakes; mend them here or in the file"
            if others
            else f"{first.where}: {first.reason}"
        )
        return None
    if made.fielded == "here":
        return made
    found.errors["text"] = (
        "This questionnaire describes a file of answers from elsewhere (`fielded`); it cannot be a "
        "wave"
    )
    return None


def _unreadable(text: str) -> tuple[str, str]:
    """The field, and why a questionnaire's text is not even looked at; else nothing."""
    if not text.strip():
        return "file", "Choose the file of your questionnaire, or one of the library"
    if len(text) > LONGEST_FILE:
        many = f"The questionnaire has {len(text):,} characters"
        return "text", f"{many}; at most {LONGEST_FILE:,} are read"
    if LOST in text:
        line = text[: text.index(LOST)].count("\n") + 1
        return "text", f"Line {line} is not UTF-8 text; save the file as UTF-8"
    return "", ""


def _mistakes(error: QuestionnaireError, text: str) -> Iterator[Mistake]:
    lines = text.split("\n")
    for one in error.problems:
        own = one.file == _NAMED and 0 < one.line <= len(lines)
        where = f"Line {one.line}" if one.file == _NAMED else f"{one.file}, line {one.line}"
        yield Mistake(where, one.reason, lines[one.line - 1].strip()[:120] if own else "")


def _keys(text: str, found: _Found) -> PublicKeys | None:
    if not text.strip():
        found.errors["public"] = "Choose the officers' public.json"
        return None
    if _PRIVATE.search(text):
        found.errors["public"] = (
            "This file is a secret of the officers and never leaves their machine: nothing of it "
            "was kept; make new keys if others can have seen it on its way, and choose public.json"
        )
        return None
    try:
        keys = officers.parse(text, "This file")
    except SettingsError as error:
        found.errors["public"] = str(error)
        return None
    if not keys.can_seal:
        found.errors["public"] = (
            "Answers cannot be sealed to these keys; use the public.json of this version's "
            "`candour keys new` as it is"
        )
        return None
    return keys


def _expect_free(stores: Stores, wave_id: str, found: _Found) -> None:
    if not wave_id:
        found.errors["wave_id"] = "Enter an id"
        return
    try:
        waves.expect_id(wave_id)
    except WaveStateError as error:
        found.errors["wave_id"] = str(error)
        return
    try:
        waves.get(stores, wave_id)
    except WaveStateError:
        return
    found.errors["wave_id"] = f"There is a wave {wave_id} already; choose another id"


def _policy(texts: Mapping[str, str], found: _Found) -> DisclosurePolicy | None:
    values: dict[str, int] = {}
    wrong = False
    for name, rule in RULES.items():
        sentence = _value(name, rule, texts.get(rule_field(name), "").strip(), values, found)
        if sentence:
            found.errors[rule_field(name)] = sentence
            wrong = True
    if wrong:
        return None
    try:
        return DisclosurePolicy(**values)
    except CandourError as error:
        together = str(error).removeprefix("policy: ")
        name = next(name for name in RULES if together.startswith(name))
        found.errors[rule_field(name)] = together[0].upper() + together[1:]
        return None


def _value(name: str, rule: Rule, text: str, values: dict[str, int], found: _Found) -> str | None:
    """Read one value; returns what is wrong with it."""
    usual: int = getattr(DisclosurePolicy(), name)
    if not _WHOLE.fullmatch(text):
        return f"{name} is {text[:20]!r}; enter a whole number"
    value = values[name] = int(text)
    is_looser = value > usual if rule.stricter == "lower" else value < usual
    if is_looser:
        found.looser.append(f"{name}={value} where {usual} is the loosest")
        return (
            f"{name} cannot be {value:,}: a rule can be made stricter than {usual:,} {rule.unit} "
            "and never looser; this try is in the log"
        )
    if not rule.lowest <= value <= rule.highest:
        return f"{name} cannot be {value:,}; it can be {rule.lowest:,} to {rule.highest:,}"
    return None
