"""Carried to an offline machine and back: the same Release, byte for byte, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import interrupting
import pytest
from click.testing import CliRunner
from fixtures_carried import (
    AUTUMN,
    answer_and_close,
    changed,
    publish_spring,
)
from fixtures_wave import LiveWave

from analysis.beside import benchmarks
from analysis.beside.given import BesideFiles
from analysis.ledger import Published
from analysis.policy import DisclosurePolicy
from analysis.release import folder
from analysis.release.nonresponse import beside_estimates
from survey import unseal_command
from survey.close import keys, rewriting
from survey.close.carrying import carry, gather
from survey.close.keys import Keys
from survey.close.opening import ledger_of
from survey.close.unsealing import unseal, unseal_file
from survey.config import Settings
from survey.database import Stores
from survey.errors import CandourError, DataError, ReleaseError, SettingsError, WaveStateError
from survey.manage import headcounts, wave_file, waves
from survey.manage.tables import BandRow
from survey.manage.wave_file import WaveFile
from survey.questionnaire.codebook import codebook
from survey.results import adding, ledger, store


def copy_of(live: LiveWave, home: Path) -> Stores:
    shutil.copytree(live.settings.home, home)
    return Stores.open(Settings.at(home))


def test_both_ways_give_the_same_release_byte_for_byte(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    here = copy_of(closed_wave, tmp_path / "copy")
    digest = unseal(here, "autumn", closed_wave.keys, tmp_path / "here")
    packed = unseal_file(carried, closed_wave.keys, (), tmp_path / "there")
    assert packed.name == f"{digest}.release"
    assert packed.read_bytes() == folder.pack(tmp_path / "here" / digest)
    assert adding.add(closed_wave.stores, packed.read_bytes()) == digest
    assert store.packed(closed_wave.stores, digest) == store.packed(here, digest)
    assert waves.get(closed_wave.stores, "autumn").state == "released"
    release = store.by_wave(closed_wave.stores, "autumn")
    assert release
    assert {row.wave for row in release.trends} >= {"spring"}, "trends came with the file"
    assert release.group_by_id["force"].response_rate == 50


def test_bands_that_the_page_told_come_with_the_headcounts(closed_wave: LiveWave) -> None:
    with closed_wave.stores.issuer() as session:
        session.add(BandRow("autumn", "command=north", 50))
    sealed = gather(closed_wave.stores, "autumn").sealed
    assert sealed
    assert sealed.bands == {"command=north": 50}


def test_figures_of_others_come_with_either_way(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    book = codebook(waves.get(closed_wave.stores, "autumn").questionnaire)
    one, others = book.items[0], tmp_path / "others.csv"
    row = f"{one.id},,{one.fingerprint},61,4000,National survey,2024"
    others.write_text(f"{','.join(benchmarks.COLUMNS)}\n{row}\n")
    here = copy_of(closed_wave, tmp_path / "copy")
    keys, out, given = closed_wave.keys, tmp_path / "here", BesideFiles(benchmarks=others)
    digest = unseal(here, "autumn", keys, out, beside=given)
    packed = unseal_file(carried, keys, (), tmp_path / "there", beside=given)
    assert packed.name == f"{digest}.release"
    assert [row.measure for row in folder.read(out / digest, None).benchmarks] == [one.id]
    others.write_text(f"{','.join(benchmarks.COLUMNS)}\n{row.replace('61', 'many')}\n")
    with pytest.raises(DataError, match="row 2: the value is 'many'"):
        unseal_file(carried, keys, (), tmp_path / "elsewhere", beside=given)


def test_carrying_again_changes_nothing_and_overwrites_nothing(
    closed_wave: LiveWave, carried: Path
) -> None:
    before = carried.read_bytes()
    assert carried.stat().st_mode & 0o077 == 0
    carry(closed_wave.stores, "autumn", carried)
    assert carried.read_bytes() == before
    carried.write_bytes(b"something else")
    with pytest.raises(SettingsError, match="choose another name"):
        carry(closed_wave.stores, "autumn", carried)
    assert carried.read_bytes() == b"something else"


def test_only_a_closed_wave_is_carried(live_wave: LiveWave, tmp_path: Path) -> None:
    with pytest.raises(WaveStateError, match="is open; only a closed wave"):
        carry(live_wave.stores, "autumn", tmp_path / "autumn.wave")
    assert not (tmp_path / "autumn.wave").exists()


def test_damaged_box_is_noticed_before_it_is_carried(closed_wave: LiveWave, tmp_path: Path) -> None:
    path = rewriting.path_of(closed_wave.settings, "autumn")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE answer SET sealed = randomblob(length(sealed)) WHERE number = 7")
    with pytest.raises(WaveStateError, match="is damaged; put back a copy"):
        carry(closed_wave.stores, "autumn", tmp_path / "autumn.wave")


def test_offline_nothing_is_written_but_into_the_folder(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    """No database, no home, no file anywhere else: told by the interpreter's own audit."""
    away = tmp_path / "offline"
    away.mkdir()
    shutil.copy(carried, away)
    (away / "release.key").write_text(keys.as_json(closed_wave.keys))

    def work() -> str:
        seen: set[str] = set()
        os.environ["CANDOUR_HOME"] = str(away / "home")
        os.chdir(away)

        def audit(event: str, arguments: tuple[object, ...]) -> None:
            if event == "open" and not isinstance(arguments[0], int):
                if int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                    seen.add(str(arguments[0]))
            elif event in {"os.rename", "os.link", "os.mkdir", "sqlite3.connect"}:
                seen.update(str(one) for one in arguments if isinstance(one, str | Path))

        sys.addaudithook(audit)
        line = "autumn.wave --key release.key --out releases"
        result = CliRunner().invoke(unseal_command.unseal, line.split(), catch_exceptions=False)
        assert result.exit_code == 0
        return json.dumps(sorted(seen))

    said = interrupting.run(work).said
    written = json.loads(said or "")
    assert written
    assert not [path for path in written if not path.startswith(("releases", "/dev/null"))]
    (packed,) = (away / "releases").glob("*.release")
    assert {path.name for path in away.iterdir()} == {"autumn.wave", "release.key", "releases"}
    assert {path.name for path in (away / "releases").iterdir()} == {packed.name, packed.stem}


def test_wrong_key_opens_nothing(carried: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not the key of wave autumn"):
        unseal_file(carried, keys.new(), (), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_row_without_a_published_receipt_is_refused(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    def swap(file: WaveFile) -> WaveFile:
        assert file.sealed
        first, _, *rest = file.sealed.answers
        return replace(file, sealed=replace(file.sealed, answers=(first, first, *rest)))

    with pytest.raises(WaveStateError, match="not those whose receipts were published"):
        unseal_file(changed(carried, swap), closed_wave.keys, (), tmp_path / "out")


def test_published_file_without_answers_says_what_to_bring(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    public = changed(carried, lambda file: file.public)
    with pytest.raises(WaveStateError, match="candour wave carry autumn"):
        unseal_file(public, closed_wave.keys, (), tmp_path / "out")


def told_of(path: Path, officers: Keys, trusted: tuple[bytes, ...], out: Path) -> tuple[str, bool]:
    """What was said, and whether the Release has trends."""
    said: list[str] = []
    packed = unseal_file(path, officers, trusted, out, tell=said.append)
    release = folder.unpack(packed.read_bytes(), officers.signing.public_key())
    return " ".join(said), "spring" in {row.wave for row in release.trends}


@pytest.mark.slow
def test_releases_of_other_officers_need_their_key(live_wave: LiveWave, tmp_path: Path) -> None:
    others = keys.new()
    publish_spring(live_wave, others, tmp_path / "spring")
    answer_and_close(live_wave, live_wave.wave, live_wave.codes, AUTUMN)
    path = tmp_path / "autumn.wave"
    carry(live_wave.stores, "autumn", path)
    said, trends = told_of(path, live_wave.keys, (), tmp_path / "a")
    assert not trends
    assert "The Release of spring is signed with another key" in said
    assert "--previous-key" in said
    said, trends = told_of(path, live_wave.keys, (others.public.verifier,), tmp_path / "b")
    assert trends
    assert not said
    digest = unseal(live_wave.stores, "autumn", live_wave.keys, tmp_path / "c")
    assert (tmp_path / "b" / f"{digest}.release").exists(), "the server knows the key"


def forged(content: bytes, signer: Keys, scratch: Path) -> bytes:
    """The Release with another figure, signed by somebody."""
    release = folder.unpack(content, None)
    lie = replace(release, manifest=replace(release.manifest, warnings=("Lie",)))
    return folder.pack(scratch / folder.write(lie, scratch, signer.signing))


def test_forged_release_never_gives_trends(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    def plant(content: Callable[[bytes], bytes]) -> Callable[[WaveFile], WaveFile]:
        def change(file: WaveFile) -> WaveFile:
            assert file.sealed
            kept = ledger_of(file)
            planted = tuple(
                Published(content(one.content), one.plan) if isinstance(one, Published) else one
                for one in kept.entries
            )
            entries = replace(kept, entries=planted).packed()
            return replace(file, sealed=replace(file.sealed, ledger=entries))

        return change

    carry(closed_wave.stores, "autumn", tmp_path / "second.wave")
    path = changed(carried, plant(lambda one: forged(one, keys.new(), tmp_path / "lies")))
    said, trends = told_of(path, closed_wave.keys, (), tmp_path / "out")
    assert not trends
    assert "another key" in said
    tampered = plant(lambda one: with_other_signature(one, tmp_path / "own"))
    with pytest.raises(ReleaseError, match="the signature does not fit"):
        unseal_file(
            changed(tmp_path / "second.wave", tampered), closed_wave.keys, (), tmp_path / "more"
        )


def with_other_signature(content: bytes, scratch: Path) -> bytes:
    from analysis import zipped

    files = zipped.unpack(content, lambda _: None)
    return zipped.pack(files | {folder.SIGNATURE: bytes(64)})


def test_release_is_added_once_and_again_harmlessly(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    content = unseal_file(carried, closed_wave.keys, (), tmp_path / "out").read_bytes()
    first = adding.add(closed_wave.stores, content)
    assert adding.add(closed_wave.stores, content) == first
    assert len(store.in_force(closed_wave.stores)) == 2


def made_from(path: Path, officers: Keys, out: Path, **facts: object) -> bytes:
    """A Release of the file, as if its wave had other facts."""
    file = wave_file.read(path)
    changed_wave = replace(file.wave, **facts)  # type: ignore[arg-type]
    from survey.close import opening

    release = opening.made_of(replace(file, wave=changed_wave), officers).release
    return folder.pack(out / folder.write(release, out, officers.signing))


def test_release_of_another_day_or_questionnaire_is_refused(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    other_day = made_from(carried, closed_wave.keys, tmp_path, closed=date(2026, 10, 1))
    with pytest.raises(ReleaseError, match="closed on 2026-10-01; the one here closed on"):
        adding.add(closed_wave.stores, other_day)
    questionnaire = replace(closed_wave.wave.questionnaire, fingerprint="0" * 64)
    other = made_from(carried, closed_wave.keys, tmp_path, questionnaire=questionnaire)
    with pytest.raises(ReleaseError, match="of another questionnaire than wave autumn had"):
        adding.add(closed_wave.stores, other)
    assert waves.get(closed_wave.stores, "autumn").state == "closed"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"policy": DisclosurePolicy()}, r"other disclosure rules .*\(k is 10 and not 25\)"),
        ({"title": "Another"}, "is titled 'Another'"),
    ],
)
def test_release_by_other_rules_or_of_another_title_is_refused(
    live_wave: LiveWave, tmp_path: Path, facts: dict[str, object], said: str
) -> None:
    with live_wave.stores.issuer() as session:
        strict = json.dumps(DisclosurePolicy(k=25).as_dict())
        waves.find(session, "autumn").policy = strict
    wave = waves.get(live_wave.stores, "autumn")
    answer_and_close(live_wave, wave, live_wave.codes, AUTUMN)
    path = tmp_path / "autumn.wave"
    carry(live_wave.stores, "autumn", path)
    other = made_from(path, live_wave.keys, tmp_path, **facts)
    with pytest.raises(ReleaseError, match=said):
        adding.add(live_wave.stores, other)
    assert waves.get(live_wave.stores, "autumn").state == "closed"
    adding.add(live_wave.stores, made_from(path, live_wave.keys, tmp_path))


def test_release_of_other_counts_is_refused(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    def double(file: WaveFile) -> WaveFile:
        assert file.sealed
        return replace(file, sealed=replace(file.sealed, headcounts={"force": 240}))

    release = folder.unpack(made_from(carried, closed_wave.keys, tmp_path), None)
    other = made_from(changed(carried, double), closed_wave.keys, tmp_path)
    with pytest.raises(ReleaseError, match="force a headcount of 240, which is not what was load"):
        adding.add(closed_wave.stores, other)
    more = replace(release, manifest=replace(release.manifest, answered=70))
    packed = folder.pack(tmp_path / folder.write(more, tmp_path, closed_wave.signer))
    with pytest.raises(ReleaseError, match="counts 70 answers, and 60 were received"):
        adding.add(closed_wave.stores, packed)
    banded = replace(release, manifest=replace(release.manifest, bands=(("force", 500),)))
    with pytest.raises(ReleaseError, match="other bands of headcounts than the page of wave"):
        adding.add(closed_wave.stores, folder.packed(banded, closed_wave.signer))
    assert (release.manifest.cards, release.manifest.received) == (60, 60)
    for other_count in ({"cards": 61}, {"received": 70}, {"received": None}):
        manifest = replace(release.manifest, **other_count)  # type: ignore[arg-type]
        other_told = replace(release, manifest=manifest)
        # What was received says how many of the force there are.
        other_told = replace(other_told, estimates=beside_estimates(other_told))
        packed = folder.packed(other_told, closed_wave.signer)
        with pytest.raises(ReleaseError, match=r"other numbers .* than were told"):
            adding.add(closed_wave.stores, packed)


def test_small_headcount_is_rounded_in_the_release_and_taken_all_the_same(
    closed_wave: LiveWave, tmp_path: Path
) -> None:
    headcounts.store(closed_wave.stores, "autumn", {"force": 93})
    unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    release = store.by_wave(closed_wave.stores, "autumn")
    assert release
    assert [row.headcount for row in release.groups if row.group == "force"] == [95]


def test_release_of_others_is_refused(closed_wave: LiveWave, carried: Path, tmp_path: Path) -> None:
    content = unseal_file(carried, closed_wave.keys, (), tmp_path / "out").read_bytes()
    with pytest.raises(ReleaseError, match="signed with another key"):
        adding.add(closed_wave.stores, forged(content, keys.new(), tmp_path / "lies"))
    with pytest.raises(CandourError, match="not a packed Release"):
        adding.add(closed_wave.stores, b"no zip")
    assert store.by_wave(closed_wave.stores, "autumn") is None


def test_release_of_an_unknown_or_open_wave_is_refused(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    content = unseal_file(carried, closed_wave.keys, (), tmp_path / "out").read_bytes()
    with closed_wave.stores.issuer() as session:
        row = waves.find(session, "autumn")
        row.state, row.closed = "open", None
    with pytest.raises(ReleaseError, match="the one here has not closed"):
        adding.add(closed_wave.stores, content)
    release = folder.unpack(content, None)
    points = tuple(
        replace(row, wave="winter") if row.wave == "autumn" else row for row in release.trends
    )
    winter = replace(release, manifest=replace(release.manifest, wave="winter"), trends=points)
    digest = folder.write(winter, tmp_path, closed_wave.signer)
    with pytest.raises(WaveStateError, match="no wave winter"):
        adding.add(closed_wave.stores, folder.pack(tmp_path / digest))


def test_second_release_of_a_wave_is_refused_unless_it_corrects_the_first(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    first = unseal_file(carried, closed_wave.keys, (), tmp_path / "out").read_bytes()
    digest = adding.add(closed_wave.stores, first)
    second = forged(first, closed_wave.keys, tmp_path / "more")
    with pytest.raises(ReleaseError, match=f"has the Release {digest[:12]} already"):
        adding.add(closed_wave.stores, second)
    release = folder.unpack(second, None)
    named = replace(release, manifest=replace(release.manifest, replaces=digest, correction="Why"))
    late = folder.pack(
        tmp_path / "more" / folder.write(named, tmp_path / "more", closed_wave.signer)
    )
    with pytest.raises(ReleaseError, match="was not audited with everything that is published"):
        adding.add(closed_wave.stores, late)
    line = ledger.of_line(closed_wave.stores, closed_wave.wave.questionnaire.id)
    named = replace(named, manifest=replace(named.manifest, ledger=line.head))
    correction = folder.write(named, tmp_path / "more", closed_wave.signer)
    adding.add(closed_wave.stores, folder.pack(tmp_path / "more" / correction))
    kept = store.by_wave(closed_wave.stores, "autumn")
    assert kept
    assert kept.manifest.replaces == digest
