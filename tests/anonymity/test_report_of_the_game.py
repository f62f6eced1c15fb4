"""The tables of the link game in the document are a program's, of a full run that found nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from game import report
from game.attacks import ATTACKS, ON_ARRIVAL
from game.controls import CONTROLS
from game.report import BEGIN, COLUMNS, END, FULL_GAMES, Cell, Result
from game.world import KINDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "THREAT_MODEL.md"


@pytest.fixture
def written() -> Result:
    return report.read(DOCUMENT.read_text())


def test_table_in_the_document_is_the_programs(written: Result) -> None:
    text = DOCUMENT.read_text()
    assert report.put_into(text, written) == text


def test_table_names_every_attack_and_every_control(written: Result) -> None:
    assert set(written.cells) == set(ATTACKS | ON_ARRIVAL)
    assert set(written.caught) == set(CONTROLS)
    assert set(written.games) == set(KINDS)
    assert all(games >= FULL_GAMES for games in written.games.values())


def test_no_attack_in_the_table_beats_chance(written: Result) -> None:
    assert report.over_the_limit(written) == []


def test_every_planted_fault_in_the_table_is_caught(written: Result) -> None:
    assert report.not_caught(written) == []


def test_a_number_changed_by_hand_is_noticed() -> None:
    text = DOCUMENT.read_text()
    before, begin, rest = text.partition(BEGIN)
    changed = before + begin + rest.replace(", z 0.", ", z 1.", 1).replace(", z 1.", ", z 0.", 2)
    assert changed != text
    with pytest.raises(ValueError, match="by hand"):
        report.read(changed)


def test_an_attack_over_the_limit_is_noticed(written: Result) -> None:
    for cell in (Cell(2, 9.9, 3), Cell(1200, 0.1, 3)):
        row = written.cells["order of a column"] | {COLUMNS[0]: cell}
        found = replace(written, cells=written.cells | {"order of a column": row})
        assert report.over_the_limit(found) == [("order of a column", COLUMNS[0])]
        assert report.read(report.render(found)) == found


def test_a_fault_that_was_not_caught_is_noticed(written: Result) -> None:
    found = replace(written, caught=written.caught | {"cookie kept": ("nothing",)})
    assert report.not_caught(found) == ["cookie kept"]


def test_a_document_without_a_section_is_refused(written: Result) -> None:
    for text in ("", BEGIN, END):
        with pytest.raises(ValueError, match="no section"):
            report.put_into(text, written)
