"""What the doctor says of people who sign in with a password here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fixtures_results import CHEAP, PASSWORD

from survey import clock, database
from survey.config import BOX, Settings
from survey.database import Stores
from survey.doctor import accounts
from survey.manage import people


def test_passwords_without_codes_are_wrong_until_codes_are_demanded(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path)
    assert [one.holds for one in accounts.check(settings)] == [None]  # nothing was set up
    database.migrate(settings)
    stores = Stores.open(settings)
    people.from_organisation(stores, "3f2a0c1e-0000-4000-8000-0123456789ab", "hr", None)
    assert [one.holds for one in accounts.check(settings)] == [True]
    people.add(stores, "kim", "hr", None, PASSWORD, CHEAP)
    found, stolen = accounts.check(settings)
    assert found.holds is False
    assert stolen.holds is None
    assert "1 with a password here, of whom 1 need no code" in found.sentence
    listed = tmp_path / "stolen"
    demanding = replace(settings, demands_factor=True, stolen_passwords=listed)
    (found,) = accounts.check(demanding)
    assert found.holds is False  # whoever has that password could set up an app
    assert "1 with a password here have set up no app yet" in found.sentence
    people.add(stores, "kim", "hr", None, PASSWORD, CHEAP, first_until=clock.now())
    (found,) = accounts.check(demanding)
    assert found.holds is True  # a first password ends
    assert list(accounts.check(replace(settings, surfaces=(BOX,)))) == []
