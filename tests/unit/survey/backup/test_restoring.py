"""A home made again from a backup: whole, checked before it is written, and told in the log."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import html_page
import pytest
from fixtures_backup import CLOSED, LATER, NOW, add_draft, backup_of, members, restored
from fixtures_hosts import Hosts
from fixtures_results import CHEAP, PASSWORD, Site
from fixtures_wave import LiveWave, copied
from running_the_program import the_program

from analysis import zipped
from survey import database
from survey.app import create_app
from survey.backup import kept, making, packing, restoring
from survey.backup.packing import Backup
from survey.close import keys
from survey.close.carrying import carry
from survey.close.closing import close_wave
from survey.collect import issuer, submit
from survey.config import ISSUE, Settings
from survey.database import Stores
from survey.errors import CandourError, DataError, SettingsError, WaveStateError
from survey.manage import audit_log, people, waves
from survey.manage.tables import AgreementRow


@pytest.fixture
def site(released_once: LiveWave, tmp_path: Path) -> Site:
    """The same, with somebody of HR who reads it."""
    settings = Settings.at(copied(released_once, tmp_path / "before").settings.home)
    stores = Stores.open(settings)
    people.add(stores, "hr", "hr", None, PASSWORD, CHEAP)
    return Site(create_app(settings), settings, stores)


def changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The backup with one file changed, and its hash put right, as a forger would."""
    files = members(content)
    files[name] = change(files[name])
    manifest = json.loads(files[packing.MANIFEST])
    manifest["files"][name] = hashlib.sha256(files[name]).hexdigest()
    return zipped.pack({**files, packing.MANIFEST: json.dumps(manifest).encode()})


def tables(settings: Settings) -> dict[tuple[str, str], tuple[packing.Row, ...]]:
    """Everything that may be backed up, but for the log."""
    made = making.make(settings, LATER).tables
    return {name: rows for name, rows in made.items() if not name[1].startswith("log")}


def test_everything_comes_back(released_once: LiveWave, packed_once: bytes, tmp_path: Path) -> None:
    settings = restored(packed_once, tmp_path / "new")
    assert tables(settings) == tables(released_once.settings)
    assert {path.name for path in settings.home.iterdir()} == {
        "issuer.db",
        "results.db",
        "secret_key",
    }


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_from_one_kind_of_database_into_the_other_and_back(
    released_once: LiveWave,
    packed_once: bytes,
    database_url: Callable[[str], str],
    tmp_path: Path,
) -> None:
    urls = {f"{store}_url": database_url(store) for store in ("issuer", "results")}
    on_a_server = restored(packed_once, tmp_path / "server", **urls)
    assert tables(on_a_server) == tables(released_once.settings)
    back = restored(making.packed(on_a_server, LATER), tmp_path / "back")
    assert tables(back) == tables(released_once.settings)
    with pytest.raises(SettingsError, match="CANDOUR_ISSUER_URL holds tables already"):
        restored(packed_once, tmp_path / "again", **urls)


def test_who_could_sign_in_can_and_nobody_is_signed_in(site: Site, tmp_path: Path) -> None:
    signed_in = site.client("hr")
    assert signed_in.get("/results/hr").status_code == 200
    settings = restored(backup_of(site), tmp_path / "new")
    same_key = replace(settings, secret_key=site.settings.secret_key)
    new = Site(create_app(same_key), same_key, Stores.open(same_key))
    old_session = new.client()
    old_session._cookies.update(signed_in._cookies)
    assert "sign-in" in old_session.get("/results/hr").headers["Location"]
    assert new.client("hr").get("/results/hr").status_code == 200
    assert people.list_all(new.stores) == people.list_all(site.stores)
    before, after = (people.get(one.stores, "hr") for one in (site, new))
    assert before
    assert after
    assert {before.epoch, before.device}.isdisjoint({after.epoch, after.device})
    assert settings.secret_key != site.settings.secret_key


def test_the_log_goes_on_and_says_from_when_it_was_restored(site: Site, tmp_path: Path) -> None:
    content = backup_of(site)
    noted = audit_log.head(site.stores)
    people.add(site.stores, "later", "hr", None, PASSWORD, CHEAP)
    lost = audit_log.head(site.stores)
    stores = Stores.open(restored(content, tmp_path / "new"))
    entries = [*audit_log.entries(stores)]
    assert entries[-1].what.startswith(
        f"restored everything from the backup of 2026-11-23T02:19Z, whose log ended with entry "
        f"{noted.number} ({noted.hash})"
    )
    assert entries[-1].number == noted.number + 1

    def problem(head: str) -> str | None:
        return audit_log.check(entries, audit_log.head(stores), head).problem

    assert problem(noted.hash) is None
    assert "cut short or written anew" in str(problem(lost.hash)), "whoever held it sees it"


def test_a_wave_that_was_open_is_closed_and_everybody_reads_why(
    live_wave: LiveWave, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_draft(live_wave)
    submit.submit_many(live_wave.stores, live_wave.wave, [(c, {}) for c in live_wave.codes[:9]])
    (tmp_path / "it.backup").write_bytes(backup_of(live_wave))
    settings = Settings.at(tmp_path / "new")
    with the_program(settings, capsys) as run:
        code, said = run("restore", str(tmp_path / "it.backup"))
        assert code == 0
        assert "Wave autumn was open, and no backup holds answers: it is closed" in said
        assert "Wave winter was a draft, and no backup holds its codes" in said
        assert run("wave", "carry", "autumn", "--out", str(tmp_path / "a.wave"))[0] == 2
        client = create_app(settings).test_client()
        page = html_page.parse(client.get("/receipts/autumn").data)
        assert "the server was lost while it was open" in page.text
        assert client.get("/survey/autumn").status_code == 410
        assert run("wave", "open", "winter")[0] == 2
        assert "it never opened" in run("wave", "destroy", "winter", "--yes")[1]
        why = "The disk of the server broke."
        assert (
            "everybody can read why"
            in run("wave", "destroy", "autumn", "--unpublished", why, "--yes")[1]
        )
        page = html_page.parse(client.get("/receipts/autumn").data)
        assert why in page.text
        assert "whatever this server still had of it" in page.text


def test_the_issuers_part_of_a_wave_that_was_open_can_be_ended(
    hosts: Hosts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "it.backup").write_bytes(backup_of(hosts.issuer))
    settings = Settings.at(tmp_path / "new", surfaces=(ISSUE,))
    with the_program(settings, capsys) as run:
        assert "--audited" in run("restore", str(tmp_path / "it.backup"))[1]
        assert run("wave", "destroy", "autumn", "--yes")[0] == 2
        said = run("wave", "destroy", "autumn", "--audited", "--yes")[1]
        assert "its answers are another host's" in said


def test_each_part_of_a_wave_that_closed_on_two_hosts_is_restored(
    hosts: Hosts, tmp_path: Path
) -> None:
    """The issuer's knows no answers, and the ballot box's not how many codes were used."""
    for name, live in (("issuer", hosts.issuer), ("box", hosts.box)):
        close_wave(live.stores, "autumn", CLOSED)
        parts = {"surfaces": live.settings.surfaces}
        settings = Settings.at(tmp_path / f"new {name}", **parts)
        restoring.restore(settings, packing.unpack(backup_of(live), "it"), LATER)
        assert tables(settings) == tables(live.settings)


def test_a_draft_that_came_back_takes_no_cards(live_wave: LiveWave, tmp_path: Path) -> None:
    """Its issuing key is gone: pages of it would take codes and refuse every one."""
    add_draft(live_wave)
    stores = Stores.open(restored(backup_of(live_wave), tmp_path / "new"))
    with pytest.raises(WaveStateError, match="came out of a backup"):
        issuer.import_codes(stores, "winter", [bytes(32)])
    with pytest.raises(WaveStateError, match="came out of a backup"):
        waves.open_wave(stores, "winter", CLOSED)


def test_a_closed_wave_is_published_from_the_file_that_was_carried(
    live_wave: LiveWave, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    submit.submit_many(live_wave.stores, live_wave.wave, [(c, {}) for c in live_wave.codes])
    close_wave(live_wave.stores, "autumn", CLOSED)
    carry(live_wave.stores, "autumn", tmp_path / "autumn.wave")
    settings = restored(backup_of(live_wave), tmp_path / "new")
    with pytest.raises(WaveStateError, match="Use the file that `candour wave carry` made"):
        carry(Stores.open(settings), "autumn", tmp_path / "again.wave")
    (tmp_path / "release.key").write_text(keys.as_json(live_wave.keys))
    with the_program(settings, capsys) as run:
        carried = str(tmp_path / "autumn.wave")
        line = ("--key", str(tmp_path / "release.key"), "--out", str(tmp_path / "out"))
        assert run("unseal", carried, *line)[0] == 0
        (release,) = (tmp_path / "out").glob("*.release")
        assert "is published" in run("release", "add", str(release))[1]
        assert "its Release stays" in run("wave", "destroy", "autumn", "--yes")[1]


def test_what_two_people_had_proposed_lapses(live_wave: LiveWave, tmp_path: Path) -> None:
    told = {"told": "[]", "first": "kim", "first_role": "manager", "proposed": 1}
    row = AgreementRow(
        id="a", act="close", subject="autumn", state="s", verdict="proposed", live="x", **told
    )
    with live_wave.stores.results() as session:
        session.add(row)
    stores = Stores.open(restored(backup_of(live_wave), tmp_path / "new"))
    with stores.results() as session:
        found = session.get_one(AgreementRow, "a")
        assert (found.verdict, found.live) == ("lapsed", None)


FORGED = [
    ("results/log_entry.jsonl", b"made a backup", b"made nothing", "Entry 2 was changed|changed"),
    ("issuer/wave.jsonl", b'"destroyed"', b'"half"', "rows that the databases do not take"),
    ("issuer/wave.jsonl", b'"Autumn survey"', b"7", "title holds something else"),
    ("results/closing.jsonl", b'"autumn"', b"[]", "wave holds something else"),
    ("results/published_release.jsonl", b"[", b'["x"]\n[', "not those that it calls published"),
    ("results/destruction.jsonl", b'"autumn"', b'"spring"', "is another wave's"),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), FORGED)
def test_a_forged_row_is_found_and_nothing_is_written(
    packed_once: bytes, tmp_path: Path, name: str, old: bytes, new: bytes, said: str
) -> None:
    forged = changed(packed_once, name, lambda content: content.replace(old, new, 1))
    assert members(forged)[name] != members(packed_once)[name]
    with pytest.raises(DataError, match=said):
        restored(forged, tmp_path / "new")
    left = {path.name for path in (tmp_path / "new").iterdir()}
    assert left == {"secret_key"}


def with_rows(backup: Backup, table: tuple[str, str], *rows: packing.Row) -> Backup:
    return replace(backup, tables={**backup.tables, table: rows})


def test_a_release_that_was_changed_or_taken_out_or_signed_by_others_is_found(
    packed_once: bytes, tmp_path: Path
) -> None:
    backup = packing.unpack(packed_once, "it")
    settings = Settings.at(tmp_path / "new")
    (row,) = backup.tables["results", "release"]
    name, wave, closed, content, verifier = row
    for other, said in (
        ((name, wave, closed, content[:-40] + bytes(40), verifier), "was tampered with"),
        ((name, "winter", closed, content, verifier), "names another wave"),
        ((name, wave, closed, content, bytes(31) + b"\1"), "signature|signed|tampered"),
    ):
        with pytest.raises(DataError, match=said):
            restoring.restore(settings, with_rows(backup, ("results", "release"), other), LATER)
    assert {path.name for path in settings.home.iterdir()} == {"secret_key"}


def test_a_file_that_is_changed_damaged_or_none_is_one_sentence(
    packed_once: bytes, tmp_path: Path
) -> None:
    files = members(packed_once)
    half = {**files, "issuer/wave.jsonl": files["issuer/wave.jsonl"][:-9]}
    less = {name: content for name, content in files.items() if name != "results/person.jsonl"}
    for content, said in (
        (zipped.pack(half), "issuer/wave.jsonl was changed: it does not fit its hash"),
        (zipped.pack(less), "results/person.jsonl is missing"),
        (packed_once[:-30], "is no backup of Candour, or is damaged"),
        (b"nothing", "is no backup of Candour, or is damaged"),
        (zipped.pack({packing.MANIFEST: b"[]"}), "something else than a backup"),
    ):
        path = tmp_path / "it.backup"
        path.write_bytes(content)
        with pytest.raises(DataError, match=said) as raised:
            packing.read(path)
        assert "it.backup" in str(raised.value)
    with pytest.raises(DataError, match="cannot be read"):
        packing.read(tmp_path / "gone.backup")


def test_a_backup_of_another_version_names_it(packed_once: bytes, tmp_path: Path) -> None:
    backup = packing.unpack(packed_once, "it")
    older = replace(backup, version="0.0.9", schema={**backup.schema, "results": "results_0005"})
    with pytest.raises(DataError, match=r"made by Candour 0\.0\.9 .*restore it with that version"):
        restoring.restore(Settings.at(tmp_path / "new"), older, LATER)


@contextmanager
def _as_they_come(url: str) -> Iterator[object]:
    """What a backup would read without holding the database still."""
    made = database.engine(url)
    with made.connect() as connection:
        yield connection
    made.dispose()


@pytest.mark.parametrize("still", [True, False])
def test_the_log_fits_its_end_though_somebody_writes_meanwhile(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, still: bool
) -> None:
    """And the control: read table by table, the entries and their end would be of two moments."""
    rows, writers = making._rows, list[threading.Thread]()

    def meanwhile() -> None:
        with site.stores.results() as session:
            audit_log.record(session, None, "setting", "meanwhile", at=NOW)

    def read(connection: object, store: str, name: str) -> object:
        found = rows(connection, store, name)  # type: ignore[arg-type]
        if name == "log_entry":
            writers.append(threading.Thread(target=meanwhile))
            writers[0].start()
            writers[0].join(None if not still else 0.2)
        return found

    monkeypatch.setattr(making, "_rows", read)
    if not still:
        monkeypatch.setattr(making, "_at_one_moment", _as_they_come)
    content = making.packed(site.settings, NOW)
    writers[0].join()
    assert [one.what for one in audit_log.entries(site.stores)][-1] == "meanwhile"
    if still:
        restored(content, tmp_path / "new")
        return
    with pytest.raises(DataError, match="The log is broken"):
        restored(content, tmp_path / "new")


def test_the_commands_say_what_they_did_and_overwrite_nothing(
    released_once: LiveWave, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live = copied(released_once, tmp_path / "home")
    with the_program(live.settings, capsys) as run:
        code, said = run("backup", "--out", str(tmp_path / "kept" / "it.backup"))
        assert code == 0
        file = tmp_path / "kept" / "it.backup"
        assert file.stat().st_mode & 0o777 == 0o600
        assert hashlib.sha256(file.read_bytes()).hexdigest() in said
        assert audit_log.head(live.stores).hash in said
        assert "hashes of passwords, sealed keys of codes at signing in, who read what" in said
        assert "is never overwritten" in run("backup", "--out", str(file))[1]
        assert run("backup", "--out", str(tmp_path / "kept"))[0] == 0
        assert len([*(tmp_path / "kept").glob("candour-*.backup")]) == 1
        assert "is not empty" in run("restore", str(file))[1]


@pytest.mark.parametrize("to_a_file", [False, True])
def test_what_an_interrupted_backup_left_is_erased_by_the_next(
    released_once: LiveWave,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    to_a_file: bool,
) -> None:
    live, folder = copied(released_once, tmp_path / "home"), tmp_path / "kept"
    folder.mkdir()
    left = [folder / "candour-20261122T0215Z.backup.making", folder / "a.backup.making.erasing"]
    mine = [folder / "a.backup", folder / "candour-20261121T0215Z.backup", folder / "b.making"]
    for path in (*left, *mine):
        path.write_text("password hashes")
    with the_program(live.settings, capsys) as run:
        assert run("backup", "--out", str(folder / "c.backup" if to_a_file else folder))[0] == 0
    assert not [path for path in left if path.exists()]
    assert len([*folder.iterdir()]) == len(mine) + 1
    assert {path.read_text() for path in mine} == {"password hashes"}


def test_a_note_that_was_signed_by_others_is_found(packed_once: bytes, tmp_path: Path) -> None:
    backup = packing.unpack(packed_once, "it")
    ((wave, note, _),) = backup.tables["results", "destruction"]
    forged = with_rows(backup, ("results", "destruction"), (wave, note, bytes(64)))
    with pytest.raises(CandourError, match="note that wave autumn was destroyed is not signed"):
        restoring.restore(Settings.at(tmp_path / "new"), forged, LATER)
    assert "restoring" not in kept.KEPT
