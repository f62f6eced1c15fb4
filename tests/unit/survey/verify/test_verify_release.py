from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_release import certified, make_release
from fixtures_results import SIGNER

from analysis.release import folder
from survey.errors import ReleaseError, SettingsError
from survey.manage.officers import PublicKeys
from survey.verify.commands import verify


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / folder.write(certified(make_release()), tmp_path, SIGNER)


def public(path: Path, signer: Ed25519PrivateKey) -> Path:
    keys = PublicKeys(b"\x01" * 32, b"\x04" * 65, signer.public_key().public_bytes_raw())
    path.write_text(keys.as_json())
    return path


def run(*words: str | Path):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(verify, ["release", *map(str, words)])


def test_a_whole_release_is_said_to_be_whole(written: Path, tmp_path: Path) -> None:
    done = run(written, "--public", public(tmp_path / "public.json", SIGNER))
    assert done.exit_code == 0
    assert "Whole and unchanged: Workforce culture survey, Winter 2026" in done.output
    assert "signed by those officers" in done.output


def test_what_the_certificates_show_is_said_in_words(written: Path) -> None:
    said = run(written).output
    assert "each of the 4 groups that are not shown may be 10 people or more" in said
    assert "(3 in whole people)" in said or "(2 in whole people)" in said


def test_without_a_public_key_it_says_that_the_signature_was_not_checked(written: Path) -> None:
    assert "signature was not checked" in run(written).output


def test_a_changed_figure_is_found(written: Path) -> None:
    path = written / "groups.csv"
    path.write_bytes(path.read_bytes().replace(b"3570", b"3571"))
    assert isinstance(run(written).exception, ReleaseError)


def test_another_officers_key_is_refused(written: Path, tmp_path: Path) -> None:
    other = public(tmp_path / "public.json", Ed25519PrivateKey.generate())
    assert isinstance(run(written, "--public", other).exception, ReleaseError)


def test_what_is_no_release_is_one_sentence(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path / "nothing").exception, ReleaseError)
    other = tmp_path / "public.json"
    other.write_text("{}")
    assert isinstance(run(tmp_path, "--public", other).exception, SettingsError)
