"""What is installed with Candour is listed whole, in a form that other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from by_path import load
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from locked import ROOT, RUNNING, pins

sbom = load(".ci/sbom.py")
FILES = tuple((ROOT / name).read_text() for name in ("requirements.txt", "package-lock.json"))
PYPROJECT = (ROOT / "pyproject.toml").read_text()


@pytest.fixture(scope="module")
def listed() -> str:
    text: str = sbom.written(*FILES, PYPROJECT)
    return text


def wrong(text: str) -> bool:
    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is not None


def test_it_is_a_valid_list_of_everything_locked(listed: str, tmp_path: Path) -> None:
    sbom.main(tmp_path / "build" / "list.json")
    assert (tmp_path / "build" / "list.json").read_text() == listed
    assert not wrong(listed)
    found = {one["purl"]: one for one in json.loads(listed)["components"]}
    for pin in pins(RUNNING.read_text()):
        (one,) = [
            one
            for one in found.values()
            if (one["name"], one["version"]) == (pin.requirement.name, pin.version)
        ]
        assert {f"sha256:{its['content']}" for its in one["hashes"]} == set(pin.hashes)
    assert {"pkg:npm/hpke@1.1.7", "pkg:npm/%40hpke/core@1.9.0"} <= found.keys()


def test_the_same_lock_gives_the_same_list_and_another_one_another(listed: str) -> None:
    assert sbom.written(*FILES, PYPROJECT) == listed
    other = json.loads(sbom.written(FILES[0].replace("==3.1.3", "==3.1.4", 1), FILES[1], PYPROJECT))
    assert other["serialNumber"] != json.loads(listed)["serialNumber"]


def test_a_list_that_lacks_something_or_says_it_wrongly_is_noticed(listed: str) -> None:
    assert wrong(listed.replace('"type": "library"', '"type": "thing"', 1))
    assert wrong(listed.replace('"name": "alembic",', "", 1))
    assert wrong(listed.replace("SHA-256", "SHA-999", 1))
