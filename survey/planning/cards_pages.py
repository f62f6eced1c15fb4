"""Cards of a wave: made and printed away from here, and their public halves taken in.

No page makes a code or prints a card. Codes are made on the officers' machine, which has no
network, so that the server never has one: docs/decisions/0053 says why that stays so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from analysis.plan import FORCE
from survey.collect import cards, code_list, fingerprint, halves, issuer
from survey.errors import DataError, FixedWave, SettingsError, WaveStateError
from survey.manage import fixed, headcounts
from survey.manage.access import WAVES
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.manage.waves import LARGEST_WAVE, SMALLEST_WAVE, Wave
from survey.planning.sending import (
    LOST,
    blueprint_of,
    decoded,
    log,
    stores,
    uploaded,
    wave_or_404,
)

MOST_HERE = 20_000
"""Codes that one request takes in; more take too long, and are the command's."""

SPARE = 20
"""One card in so many is spare: they are lost, and some people need another."""

SHORTEST = 16
"""Digits of a SHA-256 that are compared at least: 64 bits."""

HAS_CODES = (
    "This file holds the codes themselves, which no server may see: nothing of it was kept. Send "
    f"{halves.HALVES_FILE}; where others could have seen this file on its way, make new codes and "
    "throw these cards away."
)
_NO_DRAFT = "Codes can be taken in while a wave is a draft, and only then."
_DIGITS = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}")

blueprint = blueprint_of("cards")


@dataclass(frozen=True)
class CardsPage:
    """The cards of a wave.

    Attributes:
        fingerprint: that every card bears.
        command: what is run on the officers' machine; empty until it is known how many.
        count, address: as they were typed, or suggested.
        digest: of the list of all codes that are here; empty without any.
        told: (field id, sentence) of what is wrong.
        mistakes: wrong lines of the file, where there are several.
        typed: the fields that are typed beside the file.
    """

    wave: Wave
    fingerprint: str
    command: str
    count: str
    address: str
    digest: str
    told: tuple[tuple[str, str], ...] = ()
    mistakes: tuple[str, ...] = ()
    typed: tuple[str, str] = ("", "")


@blueprint.get("/results/manage/waves/<wave_id>/cards")
@require(WAVES)
def make(person: Person, wave_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """How the cards are made, and where their public halves go."""
    wave = _with_keys(wave_id)
    count = request.args.get("count", "").strip()
    address = request.args.get("address", "").strip()
    if not count:
        return _page(wave, _suggested(wave), address, ())
    told = _wrong(count, address)
    return _page(wave, count[:20], address[:200], told), 400 if told else 200


@blueprint.post("/results/manage/waves/<wave_id>/cards")
@require(WAVES)
def take(person: Person, wave_id: str) -> ResponseReturnValue:
    """Take the public halves of the codes in."""
    wave = _with_keys(wave_id)
    typed = (request.form.get("printed", "")[:100], request.form.get("digest", "")[:100])
    told = dict[str, str]()
    mistakes: tuple[str, ...] = ()
    try:
        found = _halves(person, wave)
    except (DataError, FixedWave) as error:
        fixed.notice(stores(), person, error)
        found, mistakes = [], tuple(str(error).splitlines())
        told["file"] = mistakes[0] if len(mistakes) == 1 else _many(mistakes)
    told |= _differing(wave, found, typed)
    if told:
        shown = mistakes if len(mistakes) > 1 else ()
        return _page(wave, _suggested(wave), "", tuple(told.items()), shown, typed), 400
    try:
        count = issuer.import_codes(stores(), wave.id, found)
    except WaveStateError as error:
        fixed.notice(stores(), person, error)
        return _page(wave, "", "", (("file", str(error)),), (), typed), 409
    log(person, f"gave {wave.id} the public halves of {len(found):,} codes; it has {count:,} cards")
    return redirect(url_for("waves.wave", wave_id=wave.id, _anchor="cards"))


def _many(mistakes: tuple[str, ...]) -> str:
    return f"Nothing was taken in: {len(mistakes)} lines are wrong, which stand above the field"


def _halves(person: Person, wave: Wave) -> list[bytes]:
    """The public halves that were sent."""
    sent = uploaded("file")
    if sent is None:
        raise DataError(f"Choose {halves.HALVES_FILE}, which `candour codes make` wrote")
    name, content = sent
    text = decoded(content)
    if halves.holds_codes(text):
        log(person, f"was refused a file with codes for {wave.id}")
        raise DataError(HAS_CODES)
    if wave.state != "draft":
        raise FixedWave(wave.id, _NO_DRAFT)
    if LOST in text:
        raise DataError(f"{name} cannot be read as a list of public halves.")
    found = halves.parse(text, name, wave.id)
    if not found:
        raise DataError(f"{name}: there is no public half in it.")
    if len(found) > MOST_HERE:
        raise DataError(
            f"{name} has {len(found):,} public halves; of more than {MOST_HERE:,} run `candour "
            f"codes import {wave.id} {halves.HALVES_FILE}` on the server."
        )
    return found


def _differing(wave: Wave, found: list[bytes], typed: tuple[str, str]) -> dict[str, str]:
    """What is wrong with what was read from a card and from the officers' screen."""
    told = {}
    printed, digest = typed
    try:
        if fingerprint.parse(printed) != fingerprint.of(wave):
            told["printed"] = (
                "The cards bear another fingerprint than this wave has, so nobody could answer "
                "with them; make them again with the one above"
            )
    except SettingsError:
        told["printed"] = "Enter the 16 letters and digits in groups of four that a card shows"
    digits = "".join(digest.lower().split())
    if not _DIGITS.fullmatch(digits):
        told["digest"] = f"Enter the first {SHORTEST} characters of the officers' line, or all 64"
    elif found and not code_list.of(found).digest.startswith(digits):
        told["digest"] = (
            "The file is not the one that the officers' machine wrote: its list has another "
            "SHA-256; find out what happened to it before you go on"
        )
    return told


def _page(
    wave: Wave,
    count: str,
    address: str,
    told: tuple[tuple[str, str], ...],
    mistakes: tuple[str, ...] = (),
    typed: tuple[str, str] = ("", ""),
) -> str:
    printed = fingerprint.of(wave)
    of_command = count and not {"count", "address"} & {name for name, _ in told}
    command = _command(wave, count, printed, address) if of_command else ""
    kept = code_list.kept(stores(), wave.id)
    digest = kept.digest if kept.hashes else ""
    page = CardsPage(wave, printed, command, count, address, digest, told, mistakes, typed)
    return render_template("manage/cards.html", page=page)


def _command(wave: Wave, count: str, printed: str, address: str) -> str:
    site = f" --address {cards.site(address)}" if address else ""
    number = count.replace(",", "")
    return (
        f"candour codes make {wave.id} --count {number} --fingerprint {printed}{site} --out cards"
    )


def _wrong(count: str, address: str) -> tuple[tuple[str, str], ...]:
    told = []
    number = count.replace(",", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 8
    if not is_number or not SMALLEST_WAVE <= int(number) <= LARGEST_WAVE:
        told.append(("count", f"Enter a number of cards, {SMALLEST_WAVE} to {LARGEST_WAVE:,}"))
    try:
        if address:
            cards.site(address)
    except SettingsError:
        told.append(("address", "Enter the site alone, such as https://survey.example.org"))
    return tuple(told)


def _suggested(wave: Wave) -> str:
    """A card for each person and spare ones, in whole sheets; nothing where nobody was counted."""
    people = (headcounts.of_wave(stores(), wave.id) or {}).get(FORCE, 0)
    if wave.state != "draft" or not people:
        return ""
    wanted = max(people + people // SPARE, SMALLEST_WAVE)
    return str(min(-(-wanted // cards.PER_SHEET) * cards.PER_SHEET, LARGEST_WAVE))


def _with_keys(wave_id: str) -> Wave:
    """The wave; refused where it is of before there were fingerprints."""
    wave = wave_or_404(wave_id)
    if not wave.token_key:
        raise WaveStateError(
            f"Wave {wave.id} was made by an earlier version and has no fingerprint to print."
        )
    return wave
