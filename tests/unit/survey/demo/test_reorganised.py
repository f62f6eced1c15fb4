"""Two departments of the demo's first wave are one in the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from survey.demo.force import UNIT, make_force
from survey.demo.making import QUESTIONNAIRE
from survey.demo.reorganised import BEFORE, NOW, asked, placed
from survey.questionnaire import loader


def test_the_second_wave_says_what_the_department_was_in_the_first() -> None:
    library = loader.load(QUESTIONNAIRE)
    first, second = (asked(library, wave).plan.breakdown_by_id["command"] for wave in (1, 2))
    assert {*BEFORE} <= first.value_by_id.keys()
    assert NOW not in first.value_by_id
    assert second.was == ((NOW, tuple(BEFORE)),)
    assert NOW in second.value_by_id
    command = second.value_by_id[NOW].parent
    assert {first.value_by_id[one].parent for one in BEFORE} == {command}
    with pytest.raises(LookupError):
        asked(replace(library, source="id: other\n"), 1)


def test_everybody_stays_where_they_were_but_for_these_two() -> None:
    force = make_force(loader.load(QUESTIONNAIRE))
    whole = force.frame(1)
    split = placed(whole, 1)
    moved = whole.options[UNIT] != split.options[UNIT]
    assert set(whole.options[UNIT][moved]) == {NOW}
    assert set(split.options[UNIT][moved]) == set(BEFORE)
    assert min(np.unique(split.options[UNIT][moved], return_counts=True)[1]) > 40
    assert placed(whole, 2) is whole
