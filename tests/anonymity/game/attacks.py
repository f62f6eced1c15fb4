"""The attacks: from the evidence to claims about whose an answer is.

A claim gives every answer (or token) a number, and says against what the numbers are to be held:
the order of arrival, other numbers, or the very person. Each attack makes its claim in as many ways
as the evidence allows. No attack sees the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from game import places as at
from game.blinding import by_factor
from game.evidence import Evidence
from game.places import Places
from game.traces import windows
from game.world import PEOPLE
from survey.collect import tokens

ARRIVAL = np.arange(PEOPLE, dtype=float)


@dataclass(frozen=True)
class Claim:
    """Numbers for things, held against numbers for what they belong to.

    Attributes:
        things: `answer`, `token` or `person`.
        numbers: one for each thing; NaN for one that nothing is known of.
        against: `person`, in the order of arrival, or `answer`.
        others: a number for each of those; the two are matched by rank.
        exact: whether `numbers` are places of people already, and nothing is to be ranked.
    """

    things: str
    numbers: np.ndarray
    against: str = "person"
    others: np.ndarray | None = None
    exact: bool = False


Claims = dict[str, Claim]
Attack = Callable[[Evidence, Places], Claims]


def _order(*sorts: str) -> Attack:
    """Answers and tokens came in the order of these places."""

    def attack(_: Evidence, places: Places) -> Claims:
        return {
            f"{kind}s by {way}": Claim(kind, numbers)
            for kind in ("answer", "token")
            for way, numbers in places.of(kind, *sorts).items()
        }

    return attack


def _issuers_order(_: Evidence, places: Places) -> Claims:
    """People and answers lie in one order, whatever it is."""
    return {
        f"{mine} / {theirs}": Claim("answer", numbers, others=others)
        for theirs, others in places.of("person").items()
        for mine, numbers in places.of("answer").items()
    }


def _tokens_beside_answers(evidence: Evidence, places: Places) -> Claims:
    """Tokens and answers lie in one order; while the wave is open they lie in one row anyhow."""
    if evidence.state == "live":
        return {}
    return {
        f"{mine} / {theirs}": Claim("token", numbers, "answer", others)
        for theirs, others in places.of("answer").items()
        for mine, numbers in places.of("token").items()
    }


def _length(evidence: Evidence, _: Places) -> Claims:
    """The longest answer is of who sent most, or of who came last."""
    lengths = np.array([float(len(answer)) for answer in evidence.answers])
    if not np.ptp(lengths):
        return {}
    claims = {"by arrival": Claim("answer", lengths)}
    for name in sorted({name for person in evidence.people for name in person.sizes}):
        sizes = np.array([person.sizes.get(name, np.nan) for person in evidence.people])
        claims[f"by bytes of {name}"] = Claim("answer", lengths, others=sizes)
    claims["by bytes sent"] = Claim("answer", lengths, others=_sent(evidence))
    return claims


def _sent(evidence: Evidence) -> np.ndarray:
    """About how much longer everybody's answers are than the shortest in their mode."""
    longer = np.full(PEOPLE, np.nan)
    # Base64 takes four bytes for three.
    for name, share in (("answer sent", 0.75), ("form sent", 1.0)):
        sizes = np.array([person.sizes.get(name, np.nan) for person in evidence.people])
        longer = np.where(np.isnan(sizes), longer, (sizes - np.nanmin(sizes)) * share)
    return longer


Contents = list[list[bytes]]
"""For each person or answer, all that is known to belong to it."""


def _shared(theirs: Callable[[Evidence, Places], Contents], with_exchange: bool = False) -> Attack:
    """An answer is of the person with whom it shares a string that no other has."""

    def attack(evidence: Evidence, places: Places) -> Claims:
        mine = [
            [*beside, answer, receipt.encode(), exchange if with_exchange else b""]
            for beside, answer, receipt, exchange in zip(
                places.beside["answer"],
                evidence.answers,
                evidence.receipts,
                evidence.exchanges,
                strict=True,
            )
        ]
        guesses = _by_shared_strings(mine, theirs(evidence, places))
        return {} if np.isnan(guesses).all() else {"shared": Claim("answer", guesses, exact=True)}

    return attack


def _by_shared_strings(mine: Contents, theirs: Contents) -> np.ndarray:
    """For each of mine, which of theirs has most strings in common with it; NaN for none."""
    strings, owners = _only_once(mine)
    their_strings, their_owners = _only_once(theirs)
    _, here, there = np.intersect1d(strings, their_strings, return_indices=True)
    common = np.zeros((len(mine), len(theirs)))
    np.add.at(common, (owners[here], their_owners[there]), 1)
    return np.where(common.any(axis=1), common.argmax(axis=1).astype(float), np.nan)


def _only_once(contents: Contents) -> tuple[np.ndarray, np.ndarray]:
    """Strings that belong to one of the contents alone, and to which."""
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
    """An answer is of the person of whom a trace lies nearest to it in a file."""
    claims = {}
    for name, file in evidence.files.items():
        found = evidence.index.find(file.content)
        people = [(one.offset, one.owner[1]) for one in found if one.owner[0] == "person"]
        answers = [(one.offset, one.owner[1]) for one in found if one.owner[0] == "answer"]
        if not people or not answers:
            continue
        offsets = np.array([offset for offset, _ in people])
        guesses = np.full(PEOPLE, np.nan)
        for offset, answer in answers:
            guesses[answer] = people[int(np.abs(offsets - offset).argmin())][1]
        claims[name] = Claim("answer", guesses, exact=True)
    return claims


def _blinding(evidence: Evidence, _: Places) -> Claims:
    """A token is of the person whose blinding factor would stand out."""
    signatures = [int.from_bytes(person.signature) for person in evidence.people]
    finished = [int.from_bytes(token[tokens.KEY_BYTES :]) for token in evidence.tokens]
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
    "length of the sealed answer": _length,
    "the issuer's order": _issuers_order,
    "tokens beside answers": _tokens_beside_answers,
    "string kept by the issuer": _shared(_kept_by_issuer),
    "string seen by the issuer": _shared(_seen_by_issuer),
    "hash of a code or blinded value": _shared(_hashes),
    "cookie or header": _shared(_exchanges, with_exchange=True),
    "nearest trace of a person": _nearest,
    "blinding factor that stands out": _blinding,
}
"""Name -> attack on whose answer is whose."""


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


def claims_of(evidence: Evidence) -> dict[str, Claims]:
    """Every attack's claims."""
    places = at.find(evidence)
    return {name: attack(evidence, places) for name, attack in (ATTACKS | ON_ARRIVAL).items()}
