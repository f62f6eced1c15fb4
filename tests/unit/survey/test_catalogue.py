"""The Welsh of the program: whole, of the right forms, and what the program really reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Catalog, Message
from catalogue_of_sentences import COMPILED, FORMS, said_by_the_program, translated
from hypothesis import given
from hypothesis import strategies as st

GAP = re.compile(r"%\(\w+\)s|\{\w+\}")
TAG = re.compile(r"</?\w[^>]*>")


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(text: object) -> tuple[str, ...]:
    """A sentence, or all forms of one that counts."""
    return (text,) if isinstance(text, str) else tuple(map(str, text))  # type: ignore[call-overload]


def missing(catalogue: Catalog) -> list[object]:
    """Sentences without a translation, or without one of their forms."""
    return [
        message.id
        for message in messages(catalogue)
        if not all(forms(message.string))
        or len(forms(message.string)) != (len(FORMS) if message.pluralizable else 1)
    ]


def unlike(catalogue: Catalog) -> Iterator[object]:
    """Translations with other gaps or tags than their sentence; a form may leave its number out."""
    for message in messages(catalogue):
        *_, whole = forms(message.id)
        every = forms(message.string)
        more = any(set(GAP.findall(one)) - set(GAP.findall(whole)) for one in every)
        gaps = sorted(GAP.findall(whole)) == sorted(GAP.findall(every[-1]))
        tags = all(sorted(TAG.findall(whole)) == sorted(TAG.findall(one)) for one in every)
        if more or not gaps or not tags:
            yield message.id


def compiled() -> GNUTranslations:
    with COMPILED.open("rb") as file:
        return GNUTranslations(file)


def test_the_catalogue_holds_what_the_program_says_and_nothing_else() -> None:
    said, known = messages(said_by_the_program()), messages(translated())
    assert [one.id for one in said] == [one.id for one in known], "run `make catalogue`"
    assert len(said) > 300


def test_every_sentence_is_translated_with_the_same_gaps_and_tags() -> None:
    catalogue = translated()
    assert missing(catalogue) == []
    assert list(unlike(catalogue)) == []


def test_what_is_missing_or_unlike_is_noticed() -> None:
    catalogue = translated()
    counted = next(one for one in messages(catalogue) if one.pluralizable)
    plain = next(one for one in messages(catalogue) if "%(survey)s" in forms(one.id)[0])
    counted.string, plain.string = counted.string[:5], "Arolwg"
    assert missing(catalogue) == [counted.id]
    assert plain.id in list(unlike(catalogue))


def test_the_program_reads_what_translators_wrote() -> None:
    read = compiled()
    for message in messages(translated()):
        *_, last = forms(message.id)
        if message.pluralizable:
            assert read.ngettext(forms(message.id)[0], last, 100) == forms(message.string)[-1]
        else:
            assert read.gettext(last) == message.string, "run `make catalogue`"


def form_of(number: int) -> str:
    """Which form Welsh takes, as the Unicode Common Locale Data Repository says it."""
    return {0: "zero", 1: "one", 2: "two", 3: "few", 6: "many"}.get(number, "other")


COUNTED = [one for one in messages(translated()) if one.pluralizable]


@given(number=st.integers(0, 10**7), message=st.sampled_from(COUNTED))
def test_each_number_has_its_own_form(number: int, message: Message) -> None:
    one, many = forms(message.id)
    wanted = forms(message.string)[FORMS.index(form_of(number))]
    assert compiled_once().ngettext(one, many, number) == wanted


READ: list[GNUTranslations] = []


def compiled_once() -> GNUTranslations:
    if not READ:
        READ.append(compiled())
    return READ[0]


def test_forms_differ_where_welsh_mutates() -> None:
    read = compiled_once()
    code = [read.ngettext("%(count)s code was used.", "%(count)s codes were used.", n) for n in
            (0, 1, 2, 3, 4, 6)]  # fmt: skip
    assert [one.split()[-1] for one in code] == ["cod.", "cod.", "god.", "chod.", "cod.", "chod."]


@pytest.mark.parametrize("wrong", ["(n != 1)", "(n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 0)"])
def test_a_rule_with_fewer_forms_would_be_noticed(wrong: str) -> None:
    from gettext import c2py

    rule = c2py(wrong)
    assert any(FORMS[rule(number)] != form_of(number) for number in (0, 1, 2, 3, 6, 7))
