"""The force beside figures of others, in words, on the pages of boards and HR."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fixtures_release import make_release, packed
from fixtures_results import BOARD, HR, NORTH, SIGNER, make_site
from fixtures_rooms import walked_text

from analysis.release.rows import BenchmarkRow
from survey.results import store, words
from survey.results.benchmarked import beside

ROW = BenchmarkRow(
    *("force", "leadership-1", "National survey", 2025, True),
    *(62.5, 8000, -9, -12, -6, "shown"),
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "9 fewer in every 100 here (plausible range 6 to 12 fewer). It does not tell us why."),
        ({"gap": 9, "lower": 6, "upper": 12}, "9 more in every 100 here (plausible range 6 to 12"),
        ({"gap": -1, "lower": -4, "upper": 2}, "No clear difference (plausible range 4 fewer to 2"),
        ({"base": None, "lower": None, "upper": None}, "9 fewer in every 100 here. How sure that"),
        ({"gap": 0, "lower": None, "upper": None}, "About as many here. How sure"),
        ({"comparable": False, "gap": None, "status": "c"}, "Not comparable: the wording or the"),
        ({"gap": None, "status": "c"}, "Not compared: the force's figure is not shown"),
    ],
)
def test_each_state_has_its_own_words(changes: dict[str, object], said: str) -> None:
    assert words.against_benchmark(replace(ROW, **changes)).startswith(said)  # type: ignore[arg-type]


def test_figures_stand_beside_each_other_with_source_and_year() -> None:
    other = replace(ROW, comparable=False, value=None, base=None, gap=None, status="c", year=2021)
    one, two = beside(replace(make_release(), benchmarks=(ROW, other)))
    assert (one.other, one.source) == ("62.5% of 8,000 answers", "National survey, 2025")
    assert "%" in one.force
    assert (two.other, two.source) == ("", "National survey, 2021")


@pytest.mark.parametrize("reader", [BOARD, HR])
def test_pages_have_the_section_where_there_are_benchmarks_only(
    reader: str, tmp_path: Path
) -> None:
    site = make_site(tmp_path, waves=("spring",))
    # What is written follows from the published figures.
    row = replace(ROW, value=74.5, gap=-9, lower=-12, upper=-7)
    with TemporaryDirectory() as folder:
        content = packed(replace(make_release("autumn"), benchmarks=(row,)), Path(folder), SIGNER)
    store.add(site.stores, content, SIGNER.public_key().public_bytes_raw())
    page = f"/results/{'hr' if reader == HR else f'board/{NORTH}'}"
    client = site.client(reader)
    with_section, without = (walked_text(client, f"{page}/{wave}") for wave in ("autumn", "spring"))
    assert "9 fewer in every 100 here" in with_section
    assert "74.5% of 8,000 answers" in with_section
    assert 'id="benchmarks-table"' not in without
    csv = client.get(f"{page}/autumn/csv/benchmarks.csv").text
    assert "National survey,2025,true,74.5,8000,-9,-12,-7,shown" in csv
