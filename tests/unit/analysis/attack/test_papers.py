"""A page that was saved as PDF is attacked like the page itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.attack.reading import read
from analysis.attack.trying import attack
from analysis.errors import DataError
from survey.results.paper import printing

COMMENT = "They ask for sergeants for the night shift."
CLEAN = "<tr><th>North<br>number not shown</th><td>[c]</td><td>[c]</td></tr>"
PLANTED = {
    "nothing": (CLEAN, set[str]()),
    "number": ("<tr><th>North</th><td>[c]</td><td>[c] 7</td></tr>", {"pages"}),
    "comment": (f'{CLEAN}<svg aria-label="{COMMENT}" width="9" height="9"></svg>', {"comments"}),
}


@pytest.mark.parametrize(("row", "falls"), PLANTED.values(), ids=PLANTED)
def test_what_a_pdf_gives_away_is_found(tmp_path: Path, row: str, falls: set[str]) -> None:
    head = "<tr><th>Group</th><th>Leadership</th><th>Discrimination</th></tr>"
    shown = "<tr><th>South<br>40 answers</th><td>60%</td><td>55%</td></tr>"
    style = "<style>td, th { padding: 0 30px }</style>"
    page = f'<html lang="en"><title>T</title>{style}<table>{head}{shown}{row}</table>'
    file = tmp_path / "board.pdf"
    file.write_bytes(printing.made(page))
    material = replace(read([file]), comments=(COMMENT,))
    assert {one.attack.id for one in attack(material) if one.tried.falls} == falls


@pytest.mark.parametrize(("row", "falls"), PLANTED.values(), ids=PLANTED)
def test_what_all_pages_in_one_give_away_is_found(
    tmp_path: Path, row: str, falls: set[str]
) -> None:
    head = "<tr><th>Group</th><th>Leadership</th><th>Discrimination</th></tr>"
    shown = "<tr><th>South<br>40 answers</th><td>60%</td><td>55%</td></tr>"
    style = "<style>td, th { padding: 0 60px 0 0 } .bound { break-before: page }</style>"
    pages = (
        f'<html lang="en"><title>T</title>{style}<main><h1>T</h1><table>{head}{shown}{one}</table>'
        for one in (CLEAN, row)
    )
    file = tmp_path / "all-pages.pdf"
    file.write_bytes(printing.made(*pages))
    material = replace(read([file]), comments=(COMMENT,))
    assert {one.attack.id for one in attack(material) if one.tried.falls} == falls


def test_what_is_no_pdf_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "board.pdf"
    file.write_bytes(b"a letter")
    with pytest.raises(DataError, match=r"board\.pdf: this is not a PDF that can be read"):
        read([file])
