from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_release import NORTH, certified, make_release, packed
from fixtures_results import SIGNER, Site, make_site, packs
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DataError

from analysis.release import folder
from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.errors import ReleaseError, SettingsError
from survey.manage.tables import PublishedRow, ReleaseRow
from survey.results import store

VERIFIER = SIGNER.public_key().public_bytes_raw()


pytestmark = pytest.mark.both_databases


@pytest.fixture
def site(tmp_path: Path, database_url: Callable[[str], str]) -> Site:
    return make_site(tmp_path, results_url=database_url("results"))


def doctored(content: bytes, file: str, old: bytes, new: bytes) -> bytes:
    """The pack with something changed in one of its files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as read, zipfile.ZipFile(stream, "w") as write:
        for name in read.namelist():
            held = read.read(name)
            if name == file:
                assert old in held
                held = held.replace(old, new)
            write.writestr(name, held)
    return stream.getvalue()


def test_releases_come_oldest_first_and_the_latest_last(site: Site) -> None:
    waves = [release.manifest.wave for release in store.all_releases(site.stores)]
    assert waves == ["spring", "autumn", "winter"]
    latest = store.latest(site.stores)
    assert latest is not None
    assert latest.manifest.wave == "winter"


def test_a_release_comes_back_as_it_was_published(site: Site) -> None:
    assert store.by_wave(site.stores, "autumn") == certified(make_release("autumn"))
    assert store.by_wave(site.stores, "summer") is None


def test_adding_a_release_again_changes_nothing(site: Site) -> None:
    name = store.add(site.stores, packs()[0], VERIFIER)
    assert name == folder.hash_of(packs()[0])
    assert len(store.all_releases(site.stores)) == 3


def test_a_correction_stands_in_for_what_it_replaces(site: Site, tmp_path: Path) -> None:
    replaced = folder.hash_of(packs()[2])
    corrected = certified(
        make_release("winter", seed=8, replaces=replaced, correction="Wrong headcounts")
    )
    store.add(site.stores, packed(corrected, tmp_path, SIGNER), VERIFIER)
    assert len(store.all_releases(site.stores)) == 3
    assert store.by_wave(site.stores, "winter") == corrected


def test_a_tampered_release_is_refused_when_it_comes_in(site: Site) -> None:
    bad = doctored(packs()[0], "estimates.csv", b"shown", b"showm")
    with pytest.raises(ReleaseError, match="tampered"):
        store.add(site.stores, bad, VERIFIER)


def test_a_release_signed_by_somebody_else_is_refused(site: Site) -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(ReleaseError):
        store.add(site.stores, packs()[0], other)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(doctored(packs()[0], "groups.csv", b"3570", b"3571"), id="a-figure"),
        pytest.param(packs()[1], id="another-whole-release"),
    ],
)
def test_a_release_changed_in_the_database_is_refused_on_every_page(
    site: Site, content: bytes
) -> None:
    name = folder.hash_of(packs()[0])
    with site.stores.results() as session:
        session.execute(update(ReleaseRow).where(ReleaseRow.hash == name).values(content=content))
    with pytest.raises(ReleaseError, match="tampered"):
        store.all_releases(site.stores)
    reply = site.client("hr").get("/results/hr")
    assert reply.status_code == 500
    assert b"tampered" in reply.data
    assert b"<table" not in reply.data


@pytest.mark.parametrize("change", ["wave = 'other'", "closed = '2031-01-01'", "closed = 'soon'"])
def test_a_column_that_is_not_the_releases_own_is_refused(site: Site, change: str) -> None:
    store.all_releases(site.stores)  # what is kept from here hides no later change
    changed = text(f"UPDATE release SET {change} WHERE hash = '{folder.hash_of(packs()[0])}'")
    if "soon" in change and site.settings.results_url.startswith("postgresql"):
        with pytest.raises(DataError), site.stores.results() as session:
            session.execute(changed)  # a server keeps nothing but days in a column of days
        return
    with site.stores.results() as session:
        session.execute(changed)
    with pytest.raises(ReleaseError, match="tampered with: its row names another wave"):
        store.all_releases(site.stores)
    reply = site.client("north").get(f"/results/board/{NORTH}")
    assert reply.status_code == 500
    assert b"is not what the release officers signed" in reply.data
    assert b"<table" not in reply.data


MANY = 20


def opened_again(stores: Stores, patch: pytest.MonkeyPatch) -> int:
    """How many of many stored Releases are opened by whoever asks for all a second time."""
    opened = list[bytes]()

    def unpack(content: bytes, _: object) -> SimpleNamespace:
        opened.append(content)
        wave = f"wave-{int(content, 16)}"
        return SimpleNamespace(manifest=SimpleNamespace(wave=wave, closed="2026-01-31"))

    patch.setattr(store.folder, "unpack", unpack)
    patch.setattr(store.folder, "hash_of", bytes.decode)
    with stores.results() as session:
        for at in range(MANY):
            columns = {"hash": f"{at:064x}", "wave": f"wave-{at}", "closed": date(2026, 1, 31)}
            content = f"{at:064x}".encode()
            session.add(ReleaseRow(**columns, content=content, verifier=VERIFIER))
    assert len(store.every(stores)) == MANY == len(opened)
    assert len(store.every(stores)) == MANY
    return len(opened) - MANY


@pytest.fixture
def empty(tmp_path: Path, database_url: Callable[[str], str]) -> Stores:
    return make_site(tmp_path, waves=(), results_url=database_url("results")).stores


def test_however_many_releases_there_are_each_is_opened_once(
    empty: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened_again(empty, monkeypatch) == 0


class Sixteen(dict[str, object]):
    """Keeps sixteen, and forgets what came first."""

    def __setitem__(self, name: str, release: object) -> None:
        if len(self) == 16:
            self.pop(next(iter(self)))
        super().__setitem__(name, release)


def test_a_store_that_forgets_some_of_them_is_noticed(
    empty: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_KEPT", {empty: Sixteen()})
    assert opened_again(empty, monkeypatch) == MANY


def discarded_meanwhile(site: Site, patch: pytest.MonkeyPatch) -> int:
    """The status of a page when a Release is discarded after it was listed."""
    waits, opened = folder.hash_of(packs()[2]), store._opened
    store._KEPT.clear()
    with site.stores.results() as session:
        session.execute(delete(PublishedRow).where(PublishedRow.hash == waits))

    def late(stores: Stores, name: str) -> object:
        if name == waits:
            with stores.results() as session:
                store.discard(session, name)
            patch.setattr(store, "_opened", opened)
        return opened(stores, name)

    patch.setattr(store, "_opened", late)
    status = site.client("hr").get("/results/hr").status_code
    assert waits not in store.every(site.stores)
    return status


def test_a_release_that_is_discarded_meanwhile_is_left_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert discarded_meanwhile(site, monkeypatch) == 200
    assert [one.manifest.wave for one in store.all_releases(site.stores)] == ["spring", "autumn"]


def test_a_release_that_must_still_be_there_is_noticed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = store._unpacked

    def looked_for(stores: Stores, name: str) -> object:
        with stores.results() as session:
            session.get_one(ReleaseRow, name)
        return unpacked(stores, name)

    monkeypatch.setattr(store, "_unpacked", looked_for)
    assert discarded_meanwhile(site, monkeypatch) == 500


def test_without_releases_there_is_none(tmp_path: Path) -> None:
    site = make_site(tmp_path, waves=())
    assert store.latest(site.stores) is None
    assert store.all_releases(site.stores) == ()


def test_a_database_that_was_never_made_is_one_sentence(tmp_path: Path) -> None:
    stores = Stores.open(Settings.at(tmp_path))
    with pytest.raises(SettingsError, match="candour migrate"):
        store.all_releases(stores)
    database.migrate(stores.settings)
    assert store.all_releases(stores) == ()
