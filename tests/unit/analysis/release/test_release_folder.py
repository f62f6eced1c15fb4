"""A Release is written whole, read only as it was signed, and the same bytes each time."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_analysis import shuffled, small
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import zipped
from analysis.errors import LeakingRelease, ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import folder
from analysis.release.model import Release
from analysis.release.rows import ConcernRow

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = SIGNER.public_key()
WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))


def published(study_seed: int = 7, *, other_order: bool = False) -> Release:
    study = small(seed=study_seed)
    study = shuffled(study) if other_order else study
    return publish(
        study.codebook, study.plan, study.microdata, wave=WAVE, policy=DisclosurePolicy()
    )


@pytest.fixture(scope="module")
def release() -> Release:
    return published()


@pytest.fixture(scope="module")
def original(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("releases")
    return home / folder.write(release, home, SIGNER)


@pytest.fixture
def written(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / original.name))


def test_a_reason_that_names_who_is_not_shown_is_neither_written_nor_read(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = next(row for row in release.groups if row.status != "shown")
    (tmp_path / "none").mkdir()

    def because(reason: str) -> Release:
        manifest = replace(release.manifest, replaces="f" * 64, correction=reason)
        return replace(release, manifest=manifest)

    for name in (hidden.label, hidden.label.upper(), hidden.group, f"({hidden.label})."):
        bad = because(f"Wrong headcounts of {name}")
        with pytest.raises(LeakingRelease, match=f"names {hidden.label}, which is not shown"):
            folder.write(bad, tmp_path / "none", SIGNER)
        with monkeypatch.context() as planted:
            planted.setattr(folder, "check", lambda _: None)
            packed = folder.packed(bad, SIGNER)
        with pytest.raises(LeakingRelease, match="write the reason without it"):
            folder.unpack(packed, VERIFIER)
    folder.packed(because(f"Pre{hidden.label}s were wrong."), SIGNER)


def test_what_was_written_is_read_again(release: Release, written: Path) -> None:
    assert folder.read(written, VERIFIER) == release
    assert folder.read(written, None) == release
    assert folder.unpack(folder.pack(written), VERIFIER) == release


def test_name_is_the_hash_of_the_manifest_which_hashes_every_file(written: Path) -> None:
    manifest = (written / "manifest.json").read_bytes()
    assert written.name == hashlib.sha256(manifest).hexdigest()
    hashes = json.loads(manifest)["files"]
    others = {path.name for path in written.iterdir()} - {"manifest.json", "manifest.sig"}
    assert set(hashes) == others
    for name in others:
        assert hashes[name] == hashlib.sha256((written / name).read_bytes()).hexdigest()
    assert folder.hash_of(folder.pack(written)) == written.name


def test_every_table_has_its_description(written: Path) -> None:
    for table in written.glob("*.csv"):
        described = json.loads((written / f"{table.stem}-metadata.json").read_text())
        headings = [column["titles"] for column in described["tableSchema"]["columns"]]
        assert headings == table.read_text().splitlines()[0].split(",")
        assert described["url"] == table.name
        assert b"\r" not in table.read_bytes()


def test_written_twice_is_the_same_bytes_whatever_the_order_of_respondents(
    written: Path, tmp_path: Path
) -> None:
    name = folder.write(published(other_order=True), tmp_path / "again", SIGNER)
    again = tmp_path / "again" / name
    assert name == written.name
    assert {p.name: p.read_bytes() for p in again.iterdir()} == {
        p.name: p.read_bytes() for p in written.iterdir()
    }
    assert folder.pack(again) == folder.pack(written)


def test_writing_again_leaves_the_folder_as_it_is(release: Release, tmp_path: Path) -> None:
    name = folder.write(release, tmp_path, SIGNER)
    assert folder.write(release, tmp_path, SIGNER) == name
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_writing_over_a_changed_folder_is_refused(release: Release, tmp_path: Path) -> None:
    name = folder.write(release, tmp_path, SIGNER)
    with (tmp_path / name / "groups.csv").open("a") as stream:
        stream.write("one row more\n")
    with pytest.raises(ReleaseError, match="tampered"):
        folder.write(release, tmp_path, SIGNER)


def test_a_failed_write_leaves_nothing_behind(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ReleaseError, match="no space left"):
        folder.write(release, tmp_path, SIGNER)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["groups.csv", "estimates.csv", "trends-metadata.json", "manifest.json", "manifest.sig"]
)
def test_one_changed_byte_in_any_file_is_refused(written: Path, name: str) -> None:
    content = bytearray((written / name).read_bytes())
    content[len(content) // 2] ^= 1
    (written / name).write_bytes(bytes(content))
    with pytest.raises(ReleaseError, match="tampered"):
        folder.read(written, VERIFIER)


def test_a_missing_or_additional_file_is_refused(written: Path) -> None:
    (written / "notes.txt").write_text("hello")
    with pytest.raises(ReleaseError, match=r"tampered.*notes\.txt"):
        folder.read(written, VERIFIER)
    (written / "notes.txt").unlink()
    (written / "concerns.csv").unlink()
    with pytest.raises(ReleaseError, match=r"tampered.*concerns\.csv"):
        folder.read(written, VERIFIER)


def test_a_forged_manifest_is_refused(written: Path, tmp_path: Path) -> None:
    (written / "groups.csv").write_text("group\n")
    manifest = json.loads((written / "manifest.json").read_text())
    manifest["files"]["groups.csv"] = hashlib.sha256(b"group\n").hexdigest()
    (written / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ReleaseError, match=r"tampered.*signature"):
        folder.read(written, VERIFIER)


def test_another_officers_signature_is_refused(release: Release, tmp_path: Path) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    name = folder.write(release, tmp_path, other)
    with pytest.raises(ReleaseError, match="another key"):
        folder.read(tmp_path / name, VERIFIER)


def test_a_release_under_the_name_of_another_is_refused(written: Path) -> None:
    moved = written.with_name("0" * 64)
    written.rename(moved)
    with pytest.raises(ReleaseError, match=r"tampered.*name"):
        folder.read(moved, VERIFIER)


def test_a_folder_that_is_no_release_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="not the folder of a Release"):
        folder.read(tmp_path / "nowhere", VERIFIER)
    with pytest.raises(ReleaseError, match=r"no manifest\.json"):
        folder.read(tmp_path, VERIFIER)
    with pytest.raises(ReleaseError, match="not a packed Release"):
        folder.unpack(b"hello", VERIFIER)


@pytest.mark.parametrize("version", [folder.FORMAT - 1, folder.FORMAT + 1])
@pytest.mark.parametrize("files", [(), ("drivers.csv", "drivers-metadata.json")])
def test_a_release_of_another_version_says_so(
    written: Path, version: int, files: tuple[str, ...]
) -> None:
    for name in files:  # which that version did not have
        (written / name).unlink()
    manifest = json.loads((written / "manifest.json").read_text())
    (written / "manifest.json").write_text(json.dumps({**manifest, "format": version}))
    content = zipped.pack({path.name: path.read_bytes() for path in written.iterdir()})
    with pytest.raises(ReleaseError, match=r"another version of Candour .*: read it with the vers"):
        folder.read(written, VERIFIER)
    for read in (folder.signer_of, folder.hash_of) if files else (folder.signer_of,):
        with pytest.raises(ReleaseError, match="another version of Candour"):
            read(content)
    with pytest.raises(ReleaseError, match="another version of Candour"):
        folder.unpack(content, None)


@pytest.mark.parametrize("text", ["[]", "{}", f'{{"format": {folder.FORMAT}}}', "nonsense"])
def test_a_manifest_that_is_none_is_refused(written: Path, text: str) -> None:
    (written / "manifest.json").write_text(text)
    with pytest.raises(ReleaseError, match=r"tampered with: the manifest is not"):
        folder.read(written, VERIFIER)


def test_a_pack_that_unpacks_to_too_much_is_refused(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder._unpacked.cache_clear()
    monkeypatch.setattr(zipped, "LARGEST_FILE", 10_000)
    with pytest.raises(ReleaseError, match="more than it may hold"):
        folder.unpack(folder.pack(written), VERIFIER)
    monkeypatch.setattr(zipped, "LARGEST_FILE", 2**20)
    monkeypatch.setattr(zipped, "LARGEST_PACK", 10_000)
    with pytest.raises(ReleaseError, match="more than it may hold"):
        folder.unpack(folder.pack(written), VERIFIER)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_pack_with_paths_or_a_file_twice_is_refused(written: Path) -> None:
    def repacked(*names: str) -> bytes:
        stream = io.BytesIO(folder.pack(written))
        with zipfile.ZipFile(stream, "a") as archive:
            for name in names:
                archive.writestr(name, b"content")
        return stream.getvalue()

    for name in ("../groups.csv", "deep/groups.csv", "more.csv"):
        with pytest.raises(ReleaseError, match="tampered"):
            folder.unpack(repacked(name), VERIFIER)
    with pytest.raises(ReleaseError, match=r"tampered.*twice"):
        folder.unpack(repacked("groups.csv"), VERIFIER)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_pack_is_refused_or_still_the_same(
    release: Release, original: Path, data: st.DataObject
) -> None:
    content = bytearray(folder.pack(original))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
    try:
        found = folder.unpack(bytes(content), VERIFIER)
    except ReleaseError:
        return
    # Bytes that a zip reader skips, such as a file's date, may change.
    assert found == release


def test_a_release_that_speaks_of_a_hidden_group_is_never_written(
    release: Release, tmp_path: Path
) -> None:
    hidden = next(row for row in release.groups if row.status == "c")
    position = next(
        place for place, row in enumerate(release.estimates) if row.group == hidden.group
    )
    row = release.estimates[position]
    planted = [
        replace(row, positive=0),
        replace(row, base=12),
        replace(row, positive_bound="or_more"),
        replace(row, status="shown"),
    ]
    for wrong in planted:
        rows = (*release.estimates[:position], wrong, *release.estimates[position + 1 :])
        with pytest.raises(ReleaseError, match=f"estimates: {hidden.group}"):
            folder.write(replace(release, estimates=rows), tmp_path, SIGNER)
    assert list(tmp_path.iterdir()) == []


def test_a_comparison_concern_or_trend_of_a_hidden_group_is_never_written(
    release: Release, tmp_path: Path
) -> None:
    shown = next(row for row in release.comparisons if row.status == "shown")
    hidden = next(row.group for row in release.groups if row.status == "c")
    trend = next(row for row in release.trends if row.status == "shown")
    distribution = next(row for row in release.distributions if row.status == "shown")
    told = (shown.measure, "concern", "emerging", shown.against, -10, -15, -5, 10, "words")
    concern = ConcernRow(hidden, *told)
    planted = [
        replace(release, comparisons=(replace(shown, group=hidden),)),
        replace(release, comparisons=(replace(shown, against=hidden),)),
        replace(release, trends=(replace(trend, group=hidden),)),
        replace(release, distributions=(replace(distribution, group=hidden),)),
        replace(release, concerns=(concern,)),
    ]
    for wrong in planted:
        with pytest.raises(ReleaseError, match=hidden):
            folder.write(wrong, tmp_path, SIGNER)
