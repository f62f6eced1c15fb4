"""A corrected Release, on the server and on the officers' machine, while the answers exist."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import html_page
import pytest
from fixtures_carried import changed
from fixtures_wave import LiveWave, as_left, copied
from flask.testing import FlaskClient

from analysis.errors import LeakingRelease
from analysis.ledger import folder as ledgers
from analysis.release import folder
from survey.clock import today
from survey.close.carrying import carry
from survey.close.destroying import destroy
from survey.close.unsealing import unseal, unseal_file
from survey.collect import published
from survey.errors import DataError, ReleaseError, SettingsError, WaveStateError
from survey.manage import headcounts, wave_file, waves
from survey.manage.wave_file import WaveFile
from survey.results import adding, ledger, store
from survey.verify import checking

WHY = "The headcounts were those of the year before."


@pytest.fixture(scope="module")
def released_once(closed_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    live = copied(closed_once, tmp_path_factory.mktemp("released") / "home")
    unseal(live.stores, "autumn", live.keys, live.settings.home.parent / "out")
    return live


@pytest.fixture
def released(released_once: LiveWave, live_wave: LiveWave) -> LiveWave:
    """A wave whose Release is out, with headcounts that turn out to be wrong."""
    return as_left(released_once, live_wave)


def loaded(live: LiveWave, people: int = 200) -> LiveWave:
    headcounts.store(live.stores, "autumn", {"force": people})
    return live


def correct(live: LiveWave, out: Path, why: str = WHY) -> str:
    return unseal(live.stores, "autumn", live.keys, out, correction=why)


def hashes(live: LiveWave) -> list[str]:
    line = ledger.of_line(live.stores, live.wave.questionnaire.id)
    return [one.hash for one in line.of_wave("autumn")]


def test_a_correction_names_what_it_replaces_and_why(released: LiveWave, tmp_path: Path) -> None:
    (first,) = hashes(released)
    before = store.by_wave(released.stores, "autumn")
    digest = correct(loaded(released), tmp_path / "out")
    now = store.by_wave(released.stores, "autumn")
    assert before
    assert now
    assert (now.manifest.replaces, now.manifest.correction) == (first, WHY)
    assert before.group_by_id["force"].response_rate == 50
    assert now.group_by_id["force"].response_rate == 30
    assert hashes(released) == [first, digest], "both stand in the ledger"
    assert waves.get(released.stores, "autumn").state == "released"
    verifier = released.signer.public_key()
    assert folder.read(tmp_path / "out" / digest, verifier) == now


def test_what_is_public_of_the_wave_stays_and_holds(released: LiveWave, tmp_path: Path) -> None:
    wave = waves.get(released.stores, "autumn")
    file = published.file_of(released.stores, wave)
    correct(loaded(released), tmp_path / "out")
    after = published.file_of(released.stores, waves.get(released.stores, "autumn"))
    assert file
    assert after == file
    assert all(one.holds is not False for one in checking.published(after))


def test_a_corrected_release_can_be_corrected_again(released: LiveWave, tmp_path: Path) -> None:
    second = correct(loaded(released), tmp_path / "out")
    third = correct(loaded(released, 150), tmp_path / "out", "They were wrong again.")
    assert hashes(released)[1:] == [second, third]
    now = store.by_wave(released.stores, "autumn")
    assert now
    assert now.manifest.replaces == second


def test_the_same_correction_again_changes_nothing(released: LiveWave, tmp_path: Path) -> None:
    digest = correct(loaded(released), tmp_path / "out")
    assert correct(released, tmp_path / "out") == digest
    assert len(hashes(released)) == 2


def test_a_correction_that_was_written_and_not_stored_is_made_again(
    released: LiveWave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as planted:
        planted.setattr(adding.store, "add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            correct(loaded(released), tmp_path / "again")
    assert len(hashes(released)) == 1
    digest = correct(released, tmp_path / "again")
    assert [path.name for path in (tmp_path / "again").iterdir()] == [digest]


def test_where_nothing_changes_nothing_is_published(released: LiveWave, tmp_path: Path) -> None:
    with pytest.raises(WaveStateError, match="nothing is to be corrected"):
        correct(released, tmp_path / "out")
    assert len(hashes(released)) == 1


def test_a_reason_is_one_line_for_everybody(released: LiveWave, tmp_path: Path) -> None:
    loaded(released)
    for why in ("", " \n ", "x" * 501, "bell \a"):
        with pytest.raises(SettingsError, match="--correct takes a reason"):
            correct(released, tmp_path / "out", why)


def test_a_reason_names_no_group_that_is_not_shown(released: LiveWave, tmp_path: Path) -> None:
    release = store.by_wave(released.stores, "autumn")
    assert release
    shown = {row.label for row in release.groups if row.status == "shown"}
    hidden = next(row for row in release.groups if row.label not in shown)
    loaded(released)
    for name in (hidden.label, hidden.label.upper(), hidden.group):
        with pytest.raises(LeakingRelease, match="is not shown; write the reason without it"):
            correct(released, tmp_path / "out", f"Headcounts of {name} were wrong.")
    assert len(hashes(released)) == 1


def test_a_closed_wave_has_nothing_to_correct(closed_wave: LiveWave, tmp_path: Path) -> None:
    with pytest.raises(WaveStateError, match="has no Release that could be corrected"):
        correct(closed_wave, tmp_path / "out")


def test_a_released_wave_says_how_it_is_corrected(released: LiveWave, tmp_path: Path) -> None:
    with pytest.raises(WaveStateError, match=r"only a closed wave can be unsealed.*--correct"):
        unseal(released.stores, "autumn", released.keys, tmp_path / "out")


def test_after_destroying_nothing_is_corrected(released: LiveWave, tmp_path: Path) -> None:
    destroy(released.stores, "autumn", None, today())
    with pytest.raises(WaveStateError, match="is destroyed: there are no answers"):
        correct(released, tmp_path / "out")
    with released.stores.issuer() as session:  # as an interrupted destroying leaves it
        waves.find(session, "autumn").state = "released"
    with pytest.raises(WaveStateError, match="are gone, so its Release stays"):
        correct(released, tmp_path / "out")


@pytest.fixture
def carried(released: LiveWave, tmp_path: Path) -> Path:
    carry(loaded(released).stores, "autumn", tmp_path / "autumn.wave")
    return tmp_path / "autumn.wave"


def test_a_carried_wave_gives_the_same_correction(
    released: LiveWave, carried: Path, tmp_path: Path
) -> None:
    packed = unseal_file(carried, released.keys, (), tmp_path / "off", correction=WHY)
    assert packed.stem == correct(released, tmp_path / "on")
    assert adding.add(released.stores, packed.read_bytes()) == packed.stem
    assert len(hashes(released)) == 2


def test_a_correction_from_a_file_comes_in_by_release_add(
    released: LiveWave, carried: Path, tmp_path: Path
) -> None:
    own = tmp_path / "ledger"
    ledgers.append(own, ledger.of_line(released.stores, released.wave.questionnaire.id))
    for _ in range(2):  # again, nothing changes
        packed = unseal_file(
            carried, released.keys, (), tmp_path / "out", ledger=own, correction=WHY
        )
    adding.add(released.stores, packed.read_bytes())
    now = store.by_wave(released.stores, "autumn")
    assert now
    assert now.manifest.correction == WHY
    line = ledger.of_line(released.stores, released.wave.questionnaire.id)
    assert ledgers.read(own, line.line).head == line.head


def test_a_file_that_hides_the_first_release_is_refused(
    released: LiveWave, carried: Path, tmp_path: Path
) -> None:
    def without(file: WaveFile) -> WaveFile:
        assert file.sealed
        return replace(file, sealed=replace(file.sealed, ledger=file.sealed.ledger[:-1]))

    path = changed(carried, without)
    with pytest.raises(WaveStateError, match="is not in this file"):
        unseal_file(path, released.keys, (), tmp_path / "out", correction=WHY)


def test_the_file_of_the_closed_wave_cannot_correct(closed_wave: LiveWave, tmp_path: Path) -> None:
    carry(closed_wave.stores, "autumn", tmp_path / "autumn.wave")
    unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    with pytest.raises(WaveStateError, match="carry the wave again when its Release is out"):
        unseal_file(
            tmp_path / "autumn.wave", closed_wave.keys, (), tmp_path / "off", correction=WHY
        )


def test_the_public_file_cannot_be_corrected(released: LiveWave, tmp_path: Path) -> None:
    file = published.file_of(released.stores, waves.get(released.stores, "autumn"))
    assert file
    (tmp_path / "autumn.wave").write_bytes(wave_file.pack(file))
    with pytest.raises((WaveStateError, DataError), match="are not in this file"):
        unseal_file(tmp_path / "autumn.wave", released.keys, (), tmp_path, correction=WHY)


def test_a_release_cannot_replace_that_of_another_wave(
    closed_wave: LiveWave, tmp_path: Path
) -> None:
    """It would take the other wave's figures off the pages."""
    spring = ledger.of_line(closed_wave.stores, closed_wave.wave.questionnaire.id).releases[-1]
    path = tmp_path / "autumn.wave"
    carry(closed_wave.stores, "autumn", path)
    made = folder.unpack(unseal_file(path, closed_wave.keys, (), tmp_path).read_bytes(), None)
    manifest = replace(made.manifest, replaces=spring.hash, correction=WHY)
    content = folder.packed(replace(made, manifest=manifest), closed_wave.signer)
    with pytest.raises(ReleaseError, match="which the wave has not"):
        adding.add(closed_wave.stores, content)


def test_everybody_reads_why_beside_the_receipts(
    released: LiveWave, client: FlaskClient, tmp_path: Path
) -> None:
    assert "The reason given" not in client.get("/receipts/autumn").text
    correct(loaded(released), tmp_path / "out")
    correct(loaded(released, 150), tmp_path / "out", "They were wrong again.")
    said = html_page.parse(client.get("/receipts/autumn").data).text
    assert f"corrected and published again. The reason given: {WHY}" in said
    assert "They were corrected once more. The reason given: They were wrong again." in said
