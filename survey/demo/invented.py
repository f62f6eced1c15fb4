"""The invented Release behind "See what your board will see": `make invented` writes it anew.

One wave of the demo's force with two statements of each page, published by the real path with its
disclosure control. It is written to a file that is part of the program, because a process that
serves pages can publish nothing itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import folder
from survey.demo import answering
from survey.demo.force import SEED, make_force
from survey.demo.making import QUESTIONNAIRE
from survey.demo.truths import TRUTHS
from survey.questionnaire import answers, loader
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire, Section, Statement
from survey.results.invented import CLOSED, FILE, TITLE, WAVE

NUMBER = 1
"""Of the demo's waves."""
OF_EACH_PAGE = 2
LEFT_OUT = {"sex", "employment"}
"""Breakdowns that would only make the page longer."""
SIGNER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"invented").digest())
"""Nobody's: what it signs is a part of the program."""


def made() -> bytes:
    """The Release, packed; the same bytes each time."""
    whole = loader.load(QUESTIONNAIRE)
    force = make_force(whole)
    frame = force.frame(NUMBER)
    sent = answering.forms(whole, codebook(whole), force, frame, TRUTHS, SEED, NUMBER)
    part = answering.silenced(whole, frame, TRUTHS, NUMBER)
    responds = answering.respondents(force, frame, SEED, NUMBER, part)
    short = shortened(whole)
    book = codebook(short)
    kept = {*book.variable_by_id, *book.item_by_id}
    rows = [
        {name: code for name, code in answers.fold(whole, form).items() if name in kept}
        for form, answered in zip(sent, responds, strict=True)
        if answered
    ]
    people = frame.headcounts(whole)
    release = publish(
        *(book, short.plan, answers.microdata(book, rows)),
        wave=WaveFacts(WAVE, TITLE, date.fromisoformat(CLOSED)),
        policy=DisclosurePolicy(),
        headcounts={group: n for group, n in people.items() if group in short.plan.group_by_id},
    )
    return folder.packed(release, SIGNER)


def shortened(whole: Questionnaire) -> Questionnaire:
    """The questionnaire with fewer statements and tables, and nothing that rests on others."""
    plan = replace(
        whole.plan,
        tables=tuple(one for one in whole.plan.tables if not LEFT_OUT & set(one.breakdowns)),
        breakdowns=tuple(one for one in whole.plan.breakdowns if one.id not in LEFT_OUT),
        processes=(),
    )
    variables = {one.variable for one in plan.breakdowns}
    sections = tuple(_shortened(section, variables) for section in whole.sections)
    mark = hashlib.sha256(f"invented {whole.fingerprint}".encode()).hexdigest()
    return replace(whole, sections=sections, plan=plan, fingerprint=mark, outcome=None)


def _shortened(section: Section, variables: set[str]) -> Section:
    statements = [one for one in section.questions if isinstance(one, Statement)]
    kept = [one for one in statements if one.theme][:OF_EACH_PAGE]
    about = [one for one in section.questions if one.id in variables]
    return replace(section, questions=(*kept, *about), comments=())


if __name__ == "__main__":
    FILE.write_bytes(made())
    print(f"{FILE} has {FILE.stat().st_size:,} bytes.")
