"""The attacks: from the evidence to claims about whose an answer, a token or a comment is.

A claim gives every thing of a kind a number, and says against what the numbers are to be held:
the order of arrival, other numbers, or the very person. Each attack makes its claim in as many ways
as the evidence allows. No attack sees the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import rankdata

from game import places as at
from game.blinding import by_factor
from game.evidence import Evidence
from game.people import COMMENTS, PEOPLE, THINGS
from game.places import Places, Strings
from game.traces import windows
from survey.collect import tokens

ARRIVAL = np.arange(PEOPLE, dtype=float)


@dataclass(frozen=True)
class Claim:
    """Numbers for things, held against numbers for what they belong to.

    Attributes:
        things: a kind of thing, or `person`.
        numbers: one for each thing; NaN for one that nothing is known of.
        against: `person`, in the order of arrival, or another kind of thing.
        others: a number for each of those; the two are matched by rank.
        exact: whether `numbers` are places of those already, and nothing is to be ranked.
    """

    things: str
    numbers: np.ndarray
    against: str = "person"
    others: np.ndarray | None = None
    exact: bool = False


Claims = dict[str, Claim]
Attack = Callable[[Evidence, Places], Claims]


def _order(*sorts: str) -> Attack:
    """Things came in the order of these places."""

    def attack(_: Evidence, places: Places) -> Claims:
        return {
            f"{kind} by {way}": Claim(kind, numbers)
            for kind in THINGS
            for way, numbers in places.of(kind, *sorts).items()
        }

    return attack


def _issuers_order(_: Evidence, places: Places) -> Claims:
    """People lie in one order with answers, or with comments, whatever it is."""
    return {
        f"{kind} {mine} / {theirs}": Claim(kind, numbers, others=others)
        for theirs, others in places.of("person").items()
        for kind in ("answer", *COMMENTS)
        for mine, numbers in places.of(kind).items()
    }


def _beside(*pairs: tuple[str, str]) -> Attack:
    """Things of one kind and of another lie in one order, whatever it is."""

    def attack(_: Evidence, places: Places) -> Claims:
        return {
            f"{kind} {mine} / {other} {theirs}": Claim(kind, numbers, other, others)
            for kind, other in pairs
            for theirs, others in places.of(other).items()
            for mine, numbers in places.of(kind).items()
        }

    return attack


def _tokens_beside_answers(evidence: Evidence, places: Places) -> Claims:
    """While the wave is open they lie in one row anyhow."""
    return {} if evidence.state == "live" else _beside(("token", "answer"))(evidence, places)


def _length(evidence: Evidence, _: Places) -> Claims:
    """The longest answer or comment is of who sent most, or of who came last."""
    names = sorted({name for person in evidence.people for name in person.sizes})
    seen = {f"bytes of {name}": _sizes(evidence, name) for name in names}
    seen["bytes sent, for their way of sending"] = _sent(evidence)
    claims = {}
    for kind in ("answer", *COMMENTS):
        lengths = np.array([float(len(thing)) for thing in evidence.things[kind]])
        if np.ptp(lengths):
            claims[f"{kind} by arrival"] = Claim(kind, lengths)
            claims |= {
                f"{kind} by {name}": Claim(kind, lengths, others=seen[name]) for name in seen
            }
    return claims


def _sizes(evidence: Evidence, name: str) -> np.ndarray:
    return np.array([person.sizes.get(name, np.nan) for person in evidence.people])


def _sent(evidence: Evidence) -> np.ndarray:
    """Where everybody stands, by how much they sent, among those who sent in the same way."""
    place = np.full(PEOPLE, np.nan)
    for name in ("answer sent", "form sent", "form with a ticket sent"):
        sizes = _sizes(evidence, name)
        known = ~np.isnan(sizes)
        place[known] = rankdata(sizes[known]) / (known.sum() + 1)
    return place


Contents = list[list[bytes]]
"""For each person or thing, all that is known to belong to it."""


def _shared(theirs: Callable[[Evidence, Places], Contents], with_exchange: bool = False) -> Attack:
    """A thing is of the person with whom it shares a string that no other has."""

    def attack(evidence: Evidence, places: Places) -> Claims:
        strings = {kind: _strings(kind, evidence, places) for kind in ("answer", *COMMENTS)}
        if with_exchange:
            contents = _contents("answer", evidence, places)
            for content, passed in zip(contents, evidence.exchanges, strict=True):
                content.append(passed)
            strings["answer"] = _only_once(contents)
        people = _only_once(theirs(evidence, places))
        guesses = {kind: _by_shared_strings(mine, people) for kind, mine in strings.items()}
        return {
            kind: Claim(kind, found, exact=True)
            for kind, found in guesses.items()
            if not np.isnan(found).all()
        }

    return attack


def _in_both(evidence: Evidence, places: Places) -> Claims:
    """A comment is of the answer, or of the other comment, with which it shares a string."""
    kinds = ("answer", *COMMENTS)
    strings = {kind: _strings(kind, evidence, places) for kind in kinds}
    claims = {}
    for other, kind in combinations(kinds, 2):
        found = _by_shared_strings(strings[kind], strings[other])
        if not np.isnan(found).all():
            claims[f"{kind} and {other}"] = Claim(kind, found, other, exact=True)
    return claims


def _strings(kind: str, evidence: Evidence, places: Places) -> Strings:
    """The strings of one kind of thing, worked out once for all attacks on a game."""
    if kind not in places.strings:
        places.strings[kind] = _only_once(_contents(kind, evidence, places))
    return places.strings[kind]


def _contents(kind: str, evidence: Evidence, places: Places) -> Contents:
    contents = [
        [*beside, thing]
        for beside, thing in zip(places.beside[kind], evidence.things[kind], strict=True)
    ]
    if kind == "answer":
        for content, receipt in zip(contents, evidence.receipts, strict=True):
            content.append(receipt.encode())
    return contents


def _by_shared_strings(mine: Strings, theirs: Strings) -> np.ndarray:
    """For each of mine, which of theirs has most strings in common with it; NaN for none."""
    strings, owners = mine
    their_strings, their_owners = theirs
    _, here, there = np.intersect1d(strings, their_strings, assume_unique=True, return_indices=True)
    common = np.zeros((PEOPLE, PEOPLE))
    np.add.at(common, (owners[here], their_owners[there]), 1)
    return np.where(common.any(axis=1), common.argmax(axis=1).astype(float), np.nan)


def _only_once(contents: Contents) -> Strings:
    parts = [windows(content) for content in contents]
    owners = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    strings, first, counts = np.unique(np.concatenate(parts), return_index=True, return_counts=True)
    return strings[counts == 1], owners[first[counts == 1]]


def _kept_by_issuer(_: Evidence, places: Places) -> Contents:
    return places.beside["person"]


def _seen_by_issuer(evidence: Evidence, _: Places) -> Contents:
    return [[one.half, one.blinded, one.proof, one.signature] for one in evidence.people]


def _hashes(evidence: Evidence, _: Places) -> Contents:
    return [
        [form for content in known.values() for form in (content, content.hex().encode())]
        for known in evidence.derived
    ]


def _exchanges(evidence: Evidence, _: Places) -> Contents:
    return [[person.to_issuer] for person in evidence.people]


def _nearest(evidence: Evidence, _: Places) -> Claims:
    """A thing is of the person of whom a trace lies nearest to it in a file."""
    claims = {}
    for name, file in evidence.files.items():
        found = evidence.index.find(file.content)
        people = [(one.offset, one.owner[1]) for one in found if one.owner[0] == "person"]
        offsets = np.array([offset for offset, _ in people])
        for kind in ("answer", *COMMENTS):
            things = [(one.offset, one.owner[1]) for one in found if one.owner[0] == kind]
            if not people or not things:
                continue
            guesses = np.full(PEOPLE, np.nan)
            for offset, thing in things:
                guesses[thing] = people[int(np.abs(offsets - offset).argmin())][1]
            claims[f"{kind} in {name}"] = Claim(kind, guesses, exact=True)
    return claims


def _blinding(evidence: Evidence, _: Places) -> Claims:
    """A token is of the person whose blinding factor would stand out."""
    signatures = [int.from_bytes(person.signature) for person in evidence.people]
    finished = [int.from_bytes(token[tokens.KEY_BYTES :]) for token in evidence.things["token"]]
    found = by_factor(signatures, finished, evidence.modulus)
    return {way: Claim("token", guesses, exact=True) for way, guesses in found.items()}


ATTACKS: dict[str, Attack] = {
    "order of a column": _order(at.COLUMN),
    "hidden row number, ctid, xmin": _order(at.HIDDEN_COLUMN),
    "order of a scan": _order(at.SCAN),
    "offset in a file": _order(at.OFFSET),
    "offset in a page": _order(at.IN_PAGE),
    "page of a file": _order(at.PAGE),
    "free slots before it": _order(at.FREE),
    "place in a list or on a page": _order(at.LIST),
    "order of receipts and tokens": _order(at.SORTED),
    "date and number of its file": _order(at.FACT),
    "length of what is sealed": _length,
    "the issuer's order": _issuers_order,
    "tokens beside answers": _tokens_beside_answers,
    "comments beside answers": _beside(
        *((kind, other) for kind in COMMENTS for other in ("answer", "token"))
    ),
    "one comment beside another": _beside(("change", "why")),
    "string of an answer or comment": _in_both,
    "string kept by the issuer": _shared(_kept_by_issuer),
    "string seen by the issuer": _shared(_seen_by_issuer),
    "hash of a code or blinded value": _shared(_hashes),
    "cookie or header": _shared(_exchanges, with_exchange=True),
    "nearest trace of a person": _nearest,
    "blinding factor that stands out": _blinding,
}
"""Name -> attack on whose answer is whose, and which comment."""


def _who_came_when(*sorts: str) -> Attack:
    """People came in the order of these places; asked of an attacker who was not there."""

    def attack(_: Evidence, places: Places) -> Claims:
        return {
            way: Claim("person", numbers) for way, numbers in places.of("person", *sorts).items()
        }

    return attack


ON_ARRIVAL: dict[str, Attack] = {
    "who came when, by a table": _who_came_when(at.COLUMN, at.HIDDEN_COLUMN, at.SCAN, at.LIST),
    "who came when, by a file or log": _who_came_when(at.OFFSET, at.IN_PAGE, at.PAGE, at.FACT),
}
"""Attacks of somebody who was not there, on who came when; they say nothing of answers."""


def claims_of(
    evidence: Evidence, among: Collection[str] = ATTACKS | ON_ARRIVAL
) -> dict[str, Claims]:
    """The claims of every attack, or of some."""
    places = at.find(evidence)
    every = ATTACKS | ON_ARRIVAL
    return {name: attack(evidence, places) for name, attack in every.items() if name in among}
