"""The officers' keys in shares: enough of them open, fewer never, and mistakes are named."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner
from shamir_mnemonic import Share

from survey.close import commands, keys, shares
from survey.errors import SettingsError
from survey.manage import officers


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys in three shares, two of which open them; tests only read them."""
    folder = tmp_path_factory.mktemp("keys") / "officers"
    shares.make(folder, 3, 2)
    return folder


def files(folder: Path, *numbers: int) -> list[Path]:
    return [folder / f"share-{number}.txt" for number in numbers]


def refused(paths: list[Path], locked: Path) -> str:
    with pytest.raises(SettingsError) as raised:
        shares.combine(paths, locked)
    said = str(raised.value)
    assert said.endswith(".")
    assert "\n" not in said
    return said


def words(path: Path) -> list[str]:
    lines = path.read_text().splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


@pytest.mark.parametrize("given", [*combinations((1, 2, 3), 2), (3, 1), (1, 2, 3)])
def test_enough_shares_open_the_keys(made: Path, given: tuple[int, ...]) -> None:
    opened = shares.combine(files(made, *given), made / "release.locked")
    assert opened.public == officers.read(made / "public.json")


@pytest.mark.parametrize(("count", "threshold"), [(2, 2), (5, 3), (16, 16)])
def test_any_number_of_shares_can_be_asked_for(tmp_path: Path, count: int, threshold: int) -> None:
    public = shares.make(tmp_path, count, threshold)
    chosen = files(tmp_path, *range(count, count - threshold, -1))
    assert shares.combine(chosen, tmp_path / "release.locked").public == public
    said = refused(chosen[1:], tmp_path / "release.locked")
    assert f"{threshold} different shares and not with {threshold - 1}" in said


@pytest.mark.parametrize(("count", "threshold"), [(3, 4), (3, 1), (2, 0)])
def test_impossible_numbers_are_refused(tmp_path: Path, count: int, threshold: int) -> None:
    with pytest.raises(SettingsError, match="--threshold"):
        shares.make(tmp_path / "new", count, threshold)
    assert not (tmp_path / "new").exists()


def test_no_private_key_lies_in_the_folder(made: Path) -> None:
    opened = shares.combine(files(made, 1, 2), made / "release.locked")
    private = json.loads(keys.as_json(opened))
    assert {path.name for path in made.iterdir()} == {
        *(f"share-{number}.txt" for number in (1, 2, 3)),
        "release.locked",
        "public.json",
    }
    for path in made.iterdir():
        for name in ("unsealing", "fallback", "signing"):
            assert private[name] not in path.read_text()


def test_private_files_are_for_their_owners_eyes_only(made: Path) -> None:
    for path in [*files(made, 1, 2, 3), made / "release.locked"]:
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["share-2.txt", "release.locked", "public.json"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(SettingsError, match="never overwritten"):
        shares.make(tmp_path, 3, 2)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def one_share_alone(made: Path) -> Share:
    """A share that says that it is enough by itself, with a checksum that fits."""
    return replace(shares.read_share(made / "share-1.txt"), member_threshold=1)


def test_one_share_opens_nothing(made: Path, tmp_path: Path) -> None:
    assert "2 different shares and not with 1" in refused(files(made, 1), made / "release.locked")
    content = json.loads((made / "release.locked").read_text())
    (tmp_path / "release.locked").write_text(json.dumps(content | {"threshold": 1}))
    forged = tmp_path / "share-1.txt"
    forged.write_text(one_share_alone(made).mnemonic())
    assert "do not open" in refused([forged], tmp_path / "release.locked")


def test_the_same_forgery_opens_keys_that_are_locked_with_what_a_share_says(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the attack above is one that works where a share is the secret."""
    share = one_share_alone(made)
    generated = "survey.close.shares.generate_mnemonics"
    monkeypatch.setattr(generated, lambda *_, **__: [[share.mnemonic()] * 2])
    monkeypatch.setattr("survey.close.shares.secrets.token_bytes", lambda n: secret(share)[:n])
    planted = keys.new()
    locked, _ = shares.lock(planted, 2, 1)
    forged = tmp_path / "share.txt"
    forged.write_text(share.mnemonic())
    path = tmp_path / "release.locked"
    path.write_text(json.dumps(vars(locked)))
    assert shares.combine([forged], path).public == planted.public


def secret(share: Share) -> bytes:
    found: bytes = shares.combine_mnemonics([share.mnemonic()])
    return found


def test_share_of_other_keys_is_named(made: Path, tmp_path: Path) -> None:
    shares.make(tmp_path, 3, 2)
    mixed = [made / "share-1.txt", tmp_path / "share-2.txt"]
    said = refused(mixed, made / "release.locked")
    assert str(tmp_path / "share-2.txt") in said
    assert "other keys" in said


def test_same_share_twice_is_one_share(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.txt"
    copy.write_text((made / "share-2.txt").read_text())
    assert "same share" in refused([made / "share-2.txt", copy], made / "release.locked")


def test_damaged_word_is_named_by_its_place_and_not_said(made: Path, tmp_path: Path) -> None:
    damaged = words(made / "share-1.txt")
    damaged[6] += "x"
    path = tmp_path / "share-1.txt"
    path.write_text(" ".join(damaged))
    said = refused([path, made / "share-2.txt"], made / "release.locked")
    assert "word 7" in said
    assert damaged[6] not in said


def test_swapped_exchanged_and_missing_words_are_noticed(made: Path, tmp_path: Path) -> None:
    good = words(made / "share-1.txt")
    path = tmp_path / "share-1.txt"
    swap = next(place for place in range(4, 19) if good[place] != good[place + 1])
    for wrong, expected in [
        ([*good[:swap], good[swap + 1], good[swap], *good[swap + 2 :]], "wrong place"),
        ([*good[:9], "academic" if good[9] != "academic" else "acid", *good[10:]], "is wrong"),
        (good[:-1], "20 words and this has 19"),
        ([], "20 words and this has 0"),
    ]:
        path.write_text(" ".join(wrong))
        assert expected in refused([path, made / "share-2.txt"], made / "release.locked")


def test_share_is_read_however_it_was_typed(made: Path, tmp_path: Path) -> None:
    typed = tmp_path / "typed.txt"
    typed.write_text("  " + "\r\n".join(word.upper() for word in words(made / "share-1.txt")))
    opened = shares.combine([typed, made / "share-2.txt"], made / "release.locked")
    assert opened.public == officers.read(made / "public.json")


@pytest.mark.parametrize("field", ["fingerprint", "shares", "threshold", "nonce", "content"])
def test_changed_locked_file_does_not_open(made: Path, tmp_path: Path, field: str) -> None:
    content = json.loads((made / "release.locked").read_text())
    old = content[field]
    content[field] = old - 1 if isinstance(old, int) else ("1" if old[0] == "0" else "0") + old[1:]
    path = tmp_path / "release.locked"
    path.write_text(json.dumps(content))
    assert "try another copy" in refused(files(made, 1, 2), path)


@pytest.mark.parametrize("content", ["", "{}", "[]", "\x00"])
def test_another_file_is_no_locked_file(made: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "release.locked"
    path.write_text(content)
    assert "is not a release.locked" in refused(files(made, 1, 2), path)
    assert "cannot be read" in refused(files(made, 1, 2), tmp_path / "lost")
    assert "cannot be read" in refused([tmp_path / "lost"], made / "release.locked")


def combine(made: Path, out: Path) -> str:
    line = [*map(str, files(made, 1, 3)), "--locked", str(made / "release.locked")]
    result = CliRunner().invoke(
        commands.keys, ["combine", *line, "--out", str(out)], catch_exceptions=False
    )
    assert result.exit_code == 0
    return result.output


def test_combined_key_is_private_and_never_overwritten(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "release.key"
    public = officers.read(made / "public.json")
    assert public.fingerprint in combine(made, out)
    assert keys.load(out).public == public
    assert out.stat().st_mode & 0o777 == 0o600
    assert public.fingerprint in combine(made, tmp_path), "the same again, into its folder"
    other = keys.as_json(keys.new())
    out.write_text(other)
    with pytest.raises(SettingsError, match="never overwritten"):
        combine(made, tmp_path)
    assert out.read_text() == other
