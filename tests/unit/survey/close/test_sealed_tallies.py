"""Sums that outlive the answers: sealed, opened with a key, and handed to a later wave."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from fixtures_carried import AUTUMN, SPRING, answer_and_close, publish_spring
from fixtures_wave import LiveWave, as_left, copied

from analysis.earlier_tallies import EarlierTallies
from analysis.ledger import Ledger
from survey.close import keys as release_keys
from survey.close import sealed_tallies
from survey.close.keys import Keys
from survey.close.sealed_tallies import ENDING, Pooling
from survey.close.unsealing import unseal
from survey.errors import DataError, SettingsError
from survey.results import ledger, store

RELEASE = "a" * 64
NEWEST = date(2027, 1, 31)


@pytest.fixture(scope="module")
def keeper() -> Keys:
    return release_keys.new()


def sums(wave: str = "spring", closed: date = SPRING) -> EarlierTallies:
    n = np.array([[60, 0, 25]], np.int64)
    return EarlierTallies(
        wave, closed, {"fairness": "f"}, {"force": "x", "a": "y", "b": "z"}, n, n * 2, n * 5
    )


def same(one: EarlierTallies, other: EarlierTallies) -> bool:
    plain = ("wave", "closed", "fingerprints", "groups")
    arrays = ("n", "total", "squares")
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


def written(folder: Path, signer: Keys, keeper: Keys, made: EarlierTallies | None = None) -> Path:
    path = sealed_tallies.path_of(folder, RELEASE)
    sealed_tallies.write(path, made or sums(), "culture", signer.signing, keeper.public)
    return path


def test_what_is_sealed_opens_with_the_key_and_says_who_signed(
    tmp_path: Path, keeper: Keys
) -> None:
    signer = release_keys.new()
    path = written(tmp_path, signer, keeper)
    found = sealed_tallies.read(path, (release_keys.new(), keeper))
    assert same(found.tallies, sums())
    assert (found.line, found.release) == ("culture", RELEASE)
    assert found.signer == sealed_tallies.releases.fingerprint(signer.signing.public_key())


def test_nothing_of_it_can_be_read_without_the_key(tmp_path: Path, keeper: Keys) -> None:
    path = written(tmp_path, keeper, keeper)
    content = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    for word in (b"spring", b"fairness", b"culture", keeper.public.public_key):
        assert word not in content
    with pytest.raises(SettingsError, match=r"None of the keys opens .*--previous-key"):
        sealed_tallies.read(path, (release_keys.new(),))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"",
        lambda content: content[:200],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content.replace(b"tallies 1", b"tallies 2"),
    ],
)
def test_what_was_changed_is_one_sentence(
    tmp_path: Path, keeper: Keys, change: Callable[[bytes], bytes]
) -> None:
    path = written(tmp_path, keeper, keeper)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataError, match="is damaged, or none of the files"):
        sealed_tallies.read(path, (keeper,))


@pytest.mark.parametrize("inside", [b"no json", b"[]", b"{}", b'{"n": [[1e999]]}'])
def test_what_holds_something_else_is_one_sentence(
    tmp_path: Path, keeper: Keys, inside: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the public key can seal anything."""
    monkeypatch.setattr(sealed_tallies.zlib, "compress", lambda *_: PACK(inside))
    path = written(tmp_path, keeper, keeper)
    with pytest.raises(DataError, match="is damaged, or none of the files"):
        sealed_tallies.read(path, (keeper,))


PACK = zlib.compress


def test_a_file_with_another_name_is_refused(tmp_path: Path, keeper: Keys) -> None:
    path = written(tmp_path, keeper, keeper)
    other = path.rename(path.with_name("b" * 64 + ENDING))
    with pytest.raises(DataError, match="give it its name again"):
        sealed_tallies.read(other, (keeper,))


@pytest.fixture(scope="module")
def spring_once(
    opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory, keeper: Keys
) -> LiveWave:
    folder = tmp_path_factory.mktemp("spring")
    live = copied(opened_once, folder / "home")
    publish_spring(live, live.keys, folder / "spring")
    answer_and_close(live, live.wave, live.codes, AUTUMN)
    pooling = Pooling(keeper=keeper.public)
    unseal(live.stores, "autumn", live.keys, folder / "out", pooling=pooling)
    return live


@pytest.fixture
def spring(spring_once: LiveWave, live_wave: LiveWave) -> LiveWave:
    """A wave of which the Release is out and the sums are kept, and the next one, closed."""
    return as_left(spring_once, live_wave)


def line_of(live: LiveWave) -> Ledger:
    return ledger.of_line(live.stores, live.wave.questionnaire.id)


def test_unsealing_keeps_the_sums_of_what_its_release_shows(
    spring: LiveWave, tmp_path: Path, keeper: Keys
) -> None:
    said: list[str] = []
    pooling = Pooling(tmp_path / "out", (keeper,))
    (found,) = sealed_tallies.earlier(pooling, line_of(spring), NEWEST, said.append)
    release = store.by_wave(spring.stores, "autumn")
    assert release
    assert not said
    assert (found.wave, found.closed) == ("autumn", AUTUMN)
    status = {
        (theme, group): release.estimate_by_key[group, theme].status
        for theme in found.fingerprints
        for group in found.groups
    }
    assert set(found.groups) == set(release.group_by_id)
    assert set(status.values()) == {"shown", "c"}, "both, or this shows nothing"
    assert all((found.sums(*key) is None) is (one == "c") for key, one in status.items())


def test_without_a_keeper_no_sums_are_kept(spring: LiveWave, tmp_path: Path) -> None:
    assert not list((tmp_path / "spring").glob(f"*{ENDING}"))
    with pytest.raises(DataError, match="holds no file"):
        sealed_tallies.earlier(Pooling(tmp_path / "spring"), line_of(spring), NEWEST, print)


def test_a_wave_does_not_pool_with_itself_or_a_later_one(
    spring: LiveWave, tmp_path: Path, keeper: Keys
) -> None:
    pooling = Pooling(tmp_path / "out", (keeper,))
    for closed in (AUTUMN, date(2026, 6, 30)):
        said: list[str] = []
        assert sealed_tallies.earlier(pooling, line_of(spring), closed, said.append) == ()
        (sentence,) = said
        assert sentence.endswith(
            f"is not used: its wave autumn closed on {AUTUMN}, and a wave that closed on {closed} "
            "pools only with those that closed before that day."
        )


def test_sums_without_their_release_are_left_out_and_told(
    spring: LiveWave, tmp_path: Path, keeper: Keys
) -> None:
    said: list[str] = []
    pooling = Pooling(tmp_path / "out", (keeper,))
    before = line_of(spring).up_to(2)
    assert sealed_tallies.earlier(pooling, before, NEWEST, said.append) == ()
    assert "goes with no Release that is in force" in said[0]


def test_sums_that_somebody_else_made_are_refused(
    spring: LiveWave, tmp_path: Path, keeper: Keys
) -> None:
    """The key that seals them is public: only the signature says whose they are."""
    (path,) = (tmp_path / "out").glob(f"*{ENDING}")
    line = line_of(spring)
    mine = sealed_tallies.read(path, (keeper,)).tallies
    for signer, made in (
        (release_keys.new(), mine),
        (spring.keys, replace(mine, wave="spring")),
        (spring.keys, replace(mine, closed=SPRING)),
    ):
        sealed_tallies.write(path, made, line.line, signer.signing, keeper.public)
        with pytest.raises(DataError, match="somebody else made it"):
            sealed_tallies.earlier(Pooling(path.parent, (keeper,)), line, NEWEST, print)


def test_only_the_newest_two_waves_are_pooled_with(
    tmp_path: Path, keeper: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = [
        sealed_tallies.Kept(sums(f"w{n}", date(2026, n, 1)), "culture", str(n), "s")
        for n in (3, 1, 2)
    ]
    monkeypatch.setattr(sealed_tallies, "_of_line", lambda *_: iter(three))
    said: list[str] = []
    found = sealed_tallies.earlier(Pooling(tmp_path), Ledger("culture"), NEWEST, said.append)
    assert [one.wave for one in found] == ["w2", "w3"]
    assert said == [
        "The sums of wave w1 are older than the 2 newest and are left out: destroy "
        f"{tmp_path / '1'}{ENDING}."
    ]
