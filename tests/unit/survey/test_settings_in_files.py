"""Secrets may stand in files that the environment names, as containers and units give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.config import SECRETS, Settings
from survey.errors import SettingsError


def read(home: Path, **environment: str) -> Settings:
    return Settings.from_environment({"CANDOUR_HOME": str(home), **environment})


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("sqlite:///a.db\n")
    named = {f"{name}_FILE": str(tmp_path / "given") for name in SECRETS[:3]}
    settings = read(tmp_path, **named)
    assert {settings.issuer_url, settings.results_url, settings.secret_key} == {"sqlite:///a.db"}
    assert not (tmp_path / "secret_key").exists()


def test_a_secret_of_the_organisation_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("word")
    with pytest.raises(SettingsError, match="also needs CANDOUR_OIDC_TENANT and") as refused:
        read(tmp_path, CANDOUR_OIDC_SECRET_FILE=str(tmp_path / "given"))
    assert "CANDOUR_OIDC_SECRET and" not in str(refused.value).split(";")[0]


def test_a_secret_in_both_places_or_in_no_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("word")
    with pytest.raises(SettingsError, match="are both set; leave out one"):
        read(tmp_path, CANDOUR_SECRET_KEY="a", CANDOUR_SECRET_KEY_FILE=str(tmp_path / "given"))
    with pytest.raises(SettingsError, match=r"CANDOUR_ISSUER_URL_FILE names .*cannot be read"):
        read(tmp_path, CANDOUR_ISSUER_URL_FILE=str(tmp_path / "nowhere"))
