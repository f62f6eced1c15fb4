"""A wave's file beside an earlier one: whatever was told does not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from fixtures_published import SENT, Honest, failures, words

from analysis.policy import DisclosurePolicy
from survey.manage.wave_file import WaveFile
from survey.verify import comparing

CHANGES: list[Callable[[Honest], WaveFile]] = [
    lambda h: h.of(policy=DisclosurePolicy(k=20)),
    lambda h: h.of(title="Another survey"),
    lambda h: h.of(opened=date(2026, 9, 2)),
    lambda h: h.of(
        questionnaire=replace(
            h.file.wave.questionnaire, source=h.file.wave.questionnaire.source + "\n# more"
        )
    ),
    lambda h: h.of(id="winter"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_since_the_opening_is_caught(
    honest: Honest, change: Callable[[Honest], WaveFile]
) -> None:
    assert len(failures(list(comparing.earlier(honest.before, change(honest))))) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"redeemed": SENT + 1},
        {"redeemed": None},
        {"cards": 61},
        {"received": SENT - 1},
        {"received": None},
        {"receipts": ("0000-0000-0000-0000",)},
        {"tokens": ()},
    ],
)
def test_counts_and_lists_that_change_after_closing_are_caught(
    honest: Honest, change: dict[str, object]
) -> None:
    caught = words(list(comparing.earlier(honest.file, honest.telling(**change))))
    assert caught == "The counts, receipts and tokens: changed since the earlier file."


def test_a_closing_that_is_taken_back_is_caught(honest: Honest) -> None:
    assert words(list(comparing.earlier(honest.file, honest.before)))
    assert failures(list(comparing.earlier(honest.file, honest.file))) == set()


def test_a_count_that_the_other_host_tells_later_is_no_change(honest: Honest) -> None:
    boxs = honest.telling(redeemed=None)
    issuers = honest.telling(received=None, receipts=(), tokens=())
    for before in (boxs, issuers):
        assert failures(list(comparing.earlier(before, honest.file))) == set()
