"""What differs between two questionnaires in whom they ask and which groups they publish."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from analysis.plan import Breakdown
from analysis.reorganised import resolve
from survey.questionnaire.model import Choice, Questionnaire
from survey.questionnaire.texts import reworded

Told = tuple[Literal["breaks", "ends", "starts", "unseen"], str, str]
"""Effect on lines, what it is about, and the words."""


def of(old: Questionnaire, new: Questionnaire) -> Iterator[Told]:
    """Breakdowns, tables, and how answers about the person are asked for and folded."""
    before, after = old.plan.breakdown_by_id, new.plan.breakdown_by_id
    for name, breakdown in after.items():
        if name in before:
            yield from _values(before[name], breakdown)
        else:
            yield "starts", name, "the force is split by it from now on"
    for name in before.keys() - after.keys():
        yield "ends", name, "the force is split by it no more"
    tables, were = (
        {table.id: (table.breakdowns, table.finest) for table in one.plan.tables}
        for one in (new, old)
    )
    for name in tables:
        if name not in were:
            yield "starts", f"table {name}", "its groups are published from now on"
        elif tables[name] != were[name]:
            yield "starts", f"table {name}", "it goes down to another level"
    for name in were:
        if name not in tables:
            yield "ends", f"table {name}", "its groups are published no more"
    yield from _questions(old, new)


def _values(then: Breakdown, now: Breakdown) -> Iterator[Told]:
    """Groups of one breakdown: the same people, others, new ones, and those that are gone."""
    was, before = dict(now.was), then.value_by_id
    for value in now.values:
        about = f"{now.id}={value.id}"
        parts = resolve(value.id, was, before)
        if not parts:
            if value.id not in was:
                yield "starts", about, f"the group “{value.label}” is new"
            continue
        codes = value.categories & now.finest
        inside = {one for leaf in codes for one in resolve(leaf, was, before) or (leaf,)}
        if inside != {one for part in parts for one in before[part].categories & then.finest}:
            yield "breaks", about, f"the group “{value.label}” is made of others than before"
    kept = {value.id for value in now.values} | {part for parts in was.values() for part in parts}
    for value in then.values:
        if value.id not in kept:
            yield "ends", f"{then.id}={value.id}", f"the group “{value.label}” is no more"


def _questions(old: Questionnaire, new: Questionnaire) -> Iterator[Told]:
    """Questions about the person: another wording or folding makes other groups of one name."""
    for question in new.questions:
        then = old.question_by_id.get(question.id)
        if not isinstance(question, Choice) or not isinstance(then, Choice):
            continue
        if reworded(then.text, question.text) or reworded(then.hint, question.hint):
            words = f"it is asked as “{question.text}” and was asked as “{then.text}”"
            yield "unseen", question.id, words
        offered, were = ({less.code for less in one.coarser} for one in (question, then))
        if bool(offered) != bool(were):
            since = "from now on" if offered else "no more"
            words = f"coarser answers are offered {since}: who gives one is in none of the parts"
            yield "unseen", question.id, words
        if question.kind == "unit":
            continue  # a unit is folded into nothing, and its groups are compared above
        folds, folded = ({o.code: o.folds_to for o in one.options} for one in (question, then))
        moved = [code for code in folds if folded.get(code, folds[code]) != folds[code]]
        others = (folds.keys() - offered) ^ (folded.keys() - were)
        if moved:
            words = f"answers are counted in other groups than before: {', '.join(moved)}"
            yield "unseen", question.id, words
        if others:
            words = f"answers are offered that were not, or no more: {', '.join(sorted(others))}"
            yield "unseen", question.id, words
