"""An export holds the published rows and no others."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_analysis import small

from analysis.errors import CandourError
from analysis.export import csv_bytes
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import folder, tables
from analysis.release.model import Release


@pytest.fixture(scope="module")
def release() -> Release:
    study = small()
    wave = WaveFacts("autumn", "Autumn", date(2026, 11, 1))
    return publish(
        study.codebook, study.plan, study.microdata, wave=wave, policy=DisclosurePolicy()
    )


@pytest.mark.parametrize("table", list(tables.ROWS))
def test_an_exported_table_is_the_released_one(
    release: Release, table: str, tmp_path: Path
) -> None:
    name = folder.write(release, tmp_path, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert csv_bytes(release, table) == (tmp_path / name / f"{table}.csv").read_bytes()


def test_only_the_wanted_groups_are_exported(release: Release) -> None:
    lines = csv_bytes(release, "estimates", {"force", "command=north"}).decode().splitlines()
    assert {line.split(",")[0] for line in lines[1:]} == {"force", "command=north"}
    assert len(lines) == 1 + 2 * len(release.measures)
    assert csv_bytes(release, "measures", {"force"}) == csv_bytes(release, "measures")


def test_a_table_that_does_not_exist_is_named(release: Release) -> None:
    with pytest.raises(CandourError, match="no table 'people'"):
        csv_bytes(release, "people")
