"""A site whose wave manager prepares waves; issuing keys are made once for all of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from fixtures_results import Site, make_site
from fixtures_wave import QUESTIONNAIRES

from survey.close import keys
from survey.manage import issuing_keys, waves
from survey.questionnaire import loader

MANAGER = "manager"
WAVES = "/results/manage/waves"

issuing_key = cache(issuing_keys._made)
"""An issuing key: to make one takes long."""


def planning_site(home: Path, patch: pytest.MonkeyPatch) -> Site:
    """A site without Releases and without waves."""
    patch.setattr(issuing_keys, "_made", issuing_key)
    return make_site(home, waves=[])


def add_draft(site: Site, wave_id: str = "autumn", file: str = "small.yaml") -> waves.Wave:
    """A draft wave of one of the tests' questionnaires."""
    asked = loader.load(QUESTIONNAIRES / file)
    return waves.create(site.stores, wave_id, wave_id.title(), asked, keys.new().public)


def workbook_of(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook as a spreadsheet program writes it; a text that starts with = is a formula."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
