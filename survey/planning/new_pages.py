"""A new wave: a form, what it comes to, and the draft; and throwing a draft away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from analysis.policy import RULES, DisclosurePolicy, Rule
from survey import clock
from survey.errors import WaveStateError
from survey.manage import drafts, fixed, waves
from survey.manage.access import WAVES
from survey.manage.people import Person
from survey.manage.policy_words import stricter
from survey.manage.sign_in import require
from survey.manage.waves import Wave
from survey.planning import forecast_file, new_wave
from survey.planning.earlier import Earlier, earlier_of
from survey.planning.new_wave import OWN, Ready, Typed, rule_field
from survey.planning.sending import (
    blueprint_of,
    decoded,
    log,
    pressed,
    readable,
    stores,
    uploaded,
    wave_or_404,
)
from survey.planning.wave_page import state_of

FIELDS = ("choice", "text", "public_text", "title", "wave_id")
STILL_RUNS = "Its forecast is still being stopped; nothing was thrown away. Try again in a minute."
COMPARE = "Compare the fingerprint with the officers' own, and say so"

blueprint = blueprint_of("new_wave")


@dataclass(frozen=True)
class RuleShown:
    """One value of the policy in the form."""

    name: str
    field: str
    rule: Rule
    usual: int
    value: str

    @property
    def meaning(self) -> str:
        """What it decides, as a label."""
        words = self.rule.meaning.replace("`", "")
        return words[0].upper() + words[1:]

    @property
    def hint(self) -> str:
        """Its default, how it can be made stricter, and why there is one."""
        way = "lower" if self.rule.stricter == "lower" else "higher"
        to = self.rule.lowest if way == "lower" else self.rule.highest
        reason = self.rule.reason.replace("`", "")
        usual = f"{self.name}, in {self.rule.unit}: {self.usual:,} unless you change it"
        return f"{usual}; it can only be {way}, to {to:,}. Why: {reason}."


@dataclass(frozen=True)
class NewPage:
    """The form.

    Attributes:
        typed: what was typed, and what is wrong with it.
        choices: (value, words) of questionnaires.
        keys: the fingerprint of the officers' keys that were sent already; None without.
    """

    typed: Typed
    choices: tuple[tuple[str, str], ...]
    rules: tuple[RuleShown, ...]
    keys: str | None

    @property
    def rules_open(self) -> bool:
        """Whether something stands among the rules that has to be seen."""
        told = {name for name, _ in self.typed.errors}
        return any(one.field in told or one.value != str(one.usual) for one in self.rules)


@dataclass(frozen=True)
class MadeOf:
    """What the form comes to, to be looked at before the draft is made.

    Attributes:
        fields: (name, value) that the form is sent with again.
        named: the earlier waves, in words.
        stricter: the rules that are stricter than everybody's, in words.
        error: what is missing to go on.
    """

    fields: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    officers: str
    stricter: tuple[str, ...]
    earlier: Earlier | None
    named: str
    error: str


@blueprint.route("/results/manage/new-wave", methods=["GET", "POST"])
@require(WAVES)
def new(person: Person) -> ResponseReturnValue:
    """Make a draft wave: the form, then what it comes to, then the draft."""
    if request.method == "GET":
        return _form(Typed(new_wave.first_texts()), 200)
    texts = _texts()
    if pressed() == "change":
        return _form(Typed(texts), 200)
    typed = new_wave.read(stores(), texts)
    if typed.looser:
        tried = f"({typed.get('wave_id')[:64]}): {', '.join(typed.looser)}"
        log(person, f"was refused looser rules for a new wave {tried}")
    if typed.ready is None:
        return _form(typed, 400)
    if pressed() == "make" and request.form.get("compared") == "yes":
        return _make(person, typed, typed.ready)
    error = COMPARE if pressed() == "make" else ""
    page = _made_of(typed.texts, typed.ready, error)
    return render_template("manage/new_wave_made_of.html", page=page), 400 if error else 200


def _make(person: Person, typed: Typed, ready: Ready) -> ResponseReturnValue:
    try:
        made = waves.create(
            *(stores(), ready.wave_id, ready.title),
            *(ready.questionnaire, ready.keys, ready.policy),
        )
    except WaveStateError as error:
        fixed.notice(stores(), person, error)
        return _form(typed.refused("wave_id", str(error)), 409)
    changed = "; ".join(stricter(ready.policy)) or "the usual rules"
    log(person, f"made the draft {made.id} of {made.questionnaire.id}, with {changed}")
    return redirect(url_for("waves.wave", wave_id=made.id))


def _texts() -> dict[str, str]:
    """Every field, with the files that were sent in the place of earlier ones."""
    names = (*FIELDS, *(rule_field(name) for name in RULES))
    texts = {name: readable(request.form.get(name, "")) for name in names}
    sent = uploaded("file")
    if sent is not None:
        texts |= {"choice": OWN, "text": decoded(sent[1])}
    elif texts["choice"] != OWN:
        texts["text"] = ""
    keys = uploaded("public")
    if keys is not None:
        texts["public_text"] = decoded(keys[1])
    return texts


def _form(typed: Typed, status: int) -> ResponseReturnValue:
    usual = DisclosurePolicy()
    rules = tuple(
        RuleShown(name, rule_field(name), rule, getattr(usual, name), typed.get(rule_field(name)))
        for name, rule in RULES.items()
    )
    choices = tuple(
        (name, f"{one.title}, version {one.version}") for name, one in new_wave.library().items()
    )
    page = NewPage(
        _without_secrets(typed),
        (*choices, (OWN, "One of your own, from a file")),
        rules,
        new_wave.fingerprint_of(typed.get("public_text")),
    )
    return render_template("manage/new_wave.html", page=page), status


def _without_secrets(typed: Typed) -> Typed:
    """What is no public.json is not sent back, whatever it is."""
    if new_wave.fingerprint_of(typed.get("public_text")) is not None:
        return typed
    return Typed({**typed.texts, "public_text": ""}, typed.errors, typed.mistakes)


def _made_of(texts: Mapping[str, str], ready: Ready, error: str) -> MadeOf:
    asked = ready.questionnaire
    questions = f"{len(asked.questions):,} questions"
    facts = (
        ("Title", ready.title),
        ("Id", ready.wave_id),
        ("Questionnaire", f"{asked.title}, version {asked.version}, with {questions}"),
    )
    earlier = earlier_of(waves.all_waves(stores()), asked)
    line = earlier.waves if earlier else ()
    return MadeOf(
        tuple(texts.items()),
        facts,
        ready.keys.fingerprint,
        tuple(stricter(ready.policy)),
        earlier,
        ", ".join(f"{one.title} ({state_of(one)[0].lower()})" for one in line),
        error,
    )


@dataclass(frozen=True)
class ThrowAwayPage:
    """A draft, before it is thrown away."""

    wave: Wave
    error: str


@blueprint.route("/results/manage/waves/<wave_id>/throw-away", methods=["GET", "POST"])
@require(WAVES)
def throw_away(person: Person, wave_id: str) -> ResponseReturnValue:
    """Throw a draft away: its codes, its secrets and its ballot box."""
    wave = wave_or_404(wave_id)
    error = ""
    if request.method == "POST":
        if wave.state == "draft" and not forecast_file.end(stores().settings, wave.id):
            page = ThrowAwayPage(wave, STILL_RUNS)
            return render_template("manage/throw_away.html", page=page), 409
        try:
            drafts.throw_away(stores(), wave.id, clock.today())
        except WaveStateError as refused:
            fixed.notice(stores(), person, refused)
            error = str(refused)
        else:
            forecast_file.remove(stores().settings, wave.id)
            log(person, f"threw the draft {wave.id} away")
            return redirect(url_for("waves.listed"))
    page = ThrowAwayPage(wave, error)
    return render_template("manage/throw_away.html", page=page), 409 if error else 200
