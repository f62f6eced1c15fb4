"""The attacker on trial: with the truth in hand, what it claimed, what it missed, what it read.

The truth comes in as counts (`Truth`); how answers are read and counted is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from analysis.attack.elements import Node, numbers
from analysis.attack.findings import Claim, Tried, Values
from analysis.attack.material import Material
from analysis.attack.trying import Result

_NEAR = 120
"""Characters between a name and a number that can belong together in a script or comment."""


class Truth(Protocol):
    """The true counts of one wave."""

    def people(self, values: Values, item: str = "", answer: str = "") -> int:
        """How many people of a group; of an item those who answered it, or answered so."""
        ...


@dataclass(frozen=True)
class Score:
    """How good the attacker was.

    Attributes:
        claims, true: numbers of people that it said to know, and those of them that are right.
        small: hidden groups that truly have fewer than k people, somebody or nobody.
        bounded: of these, known to have fewer than k; `pinned`: the very number is known.
        elsewhere: of each group that a wave hides, how far off it is in the nearest wave that shows
            it: what a guess is worth that waves are alike.
        extreme: groups whose answers are known to lie above 90 or below 10 %.
    """

    claims: int
    true: int
    small: int
    bounded: int
    pinned: int
    extreme: int
    elsewhere: tuple[int, ...] = ()


def score(material: Material, results: Sequence[Result], truths: Mapping[str, Truth]) -> Score:
    """Hold every claim against the truth of its wave; `truths` are by wave."""
    claims = list(
        dict.fromkeys(
            fall.claim
            for result in results
            for fall in result.tried.falls
            if fall.claim is not None and fall.claim.wave in truths
        )
    )
    true = [claim for claim in claims if claim.low <= _number(claim, truths) <= claim.high]
    small = set(_small(material, truths))
    about = [
        (claim, (claim.wave, claim.of[0][0]))
        for claim in true
        if len(claim.of) == 1 and not claim.item
    ]
    return Score(
        len(claims),
        len(true),
        len(small),
        len({who for claim, who in about if who in small and claim.high < material.k}),
        len({who for claim, who in about if who in small and claim.low == claim.high}),
        len({(claim.wave, claim.of, claim.item) for claim in true if claim.answer}),
        tuple(sorted(_elsewhere(material, truths))),
    )


def _number(claim: Claim, truths: Mapping[str, Truth]) -> int:
    truth = truths[claim.wave]
    return sum(sign * truth.people(one, claim.item, claim.answer) for one, sign in claim.of)


def _small(material: Material, truths: Mapping[str, Truth]) -> Iterator[tuple[str, Values]]:
    for published in material.releases:
        wave = published.release.manifest.wave
        for row in published.release.groups:
            hidden = wave in truths and row.status != "shown"
            if hidden and truths[wave].people(row.values) < material.k:
                yield wave, row.values


def _elsewhere(material: Material, truths: Mapping[str, Truth]) -> Iterator[int]:
    """How far each hidden group is from what the wave nearest in time says of it."""
    in_time = sorted(material.releases, key=lambda one: one.release.manifest.closed)
    for at, published in enumerate(in_time):
        truth = truths.get(published.release.manifest.wave)
        nearest = sorted(range(len(in_time)), key=lambda other: abs(other - at))
        for row in published.release.groups if truth is not None else ():
            others = (in_time[other].release.group_by_id.get(row.group) for other in nearest[1:])
            told = next((one.base for one in others if one is not None and one.base), None)
            if row.base is None and truth is not None and told is not None:
                yield abs(truth.people(row.values) - told)


def read_off(material: Material, truths: Mapping[str, Truth]) -> Tried:
    """The true numbers of hidden groups, looked for beside their names in everything given.

    A number tells something where it is how many people of a hidden group answered, and stands in
    the text or in an attribute of the element that names the group (by id, or by nothing but its
    label), in the row that its label heads, or near its id in a script or comment. The same number
    elsewhere is chance. Attributes that draw (places, sizes, classes) are no numbers.
    """
    tried = Tried()
    hidden = list(_hidden(material, truths))
    for page in material.pages:
        root, comments = page.parsed
        scripts = [node.text for node in root.every("script", "style")]
        named = _named(root)
        for name, label, people in hidden:
            tried.count()
            elements = (*named.get(name, ()), *named.get(label, ()))
            said = (*(one.told for one in elements), *_near((*scripts, *comments), name))
            told = numbers(" ".join(said))
            # The name itself may hold digits: "Patrol 12".
            if str(people) in told - numbers(name) - numbers(label):
                tried.fell(f"{page.name}: {people} people of {name} are told beside its name")
    for sheet in material.sheets:
        numbers_of = {name: people for name, _, people in hidden}
        for row in sheet.rows:
            tried.count()
            number = numbers_of.get(row.get("group", ""))
            if number is not None and str(number) in row.values():
                tried.fell(f"{sheet.name}: {number} people of {row['group']} are told in its row")
    return tried


def _hidden(material: Material, truths: Mapping[str, Truth]) -> Iterator[tuple[str, str, int]]:
    """Id, label and true number of people of groups that no wave shows."""
    shown = {
        row.group
        for one in material.releases
        for row in one.release.groups
        if row.status == "shown"
    }
    for published in material.releases:
        truth = truths.get(published.release.manifest.wave)
        for row in published.release.groups:
            if truth is not None and row.group not in shown:
                yield row.group, row.label, truth.people(row.values)


def _named(root: Node) -> dict[str, list[Node]]:
    """Elements by whatever they name: an attribute, their own words, the head of their row."""
    found: dict[str, list[Node]] = {}
    for one in root.every():
        own = " ".join(part for part in one.inside if isinstance(part, str)).strip()
        values = (_plain(value) for value in one.attributes.values())
        for name in {own, _head(one), *values}:
            found.setdefault(name, []).append(one)
    return found


def _head(row: Node) -> str:
    head = next(iter(row.every("th")), None) if row.name == "tr" else None
    if head is None:
        return ""
    words = [one if isinstance(one, str) else one.text for one in head.inside]
    return next((one.strip() for one in words if one.strip()), "")


def _plain(value: str) -> str:
    """The id of a group, also out of an address that ends in it."""
    plain = value.replace("%3D", "=").replace("%26", "&")
    return plain.rpartition("group=")[2] if "?" in plain else plain


def _near(texts: Sequence[str], name: str) -> Iterator[str]:
    for text in texts:
        for found in re.finditer(re.escape(name) + r"(?![\w=&-])", text):
            yield text[found.end() : found.end() + _NEAR].partition("\n")[0]
