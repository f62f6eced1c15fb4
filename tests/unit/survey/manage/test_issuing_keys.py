"""A wave's issuing key is made once, never overwritten, and for its owner's eyes only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fixtures_tokens import redeem, used
from fixtures_wave import LiveWave, copied

from survey.config import Settings
from survey.errors import SettingsError, SigningError
from survey.manage import issuing_keys, secret_files


def test_key_has_exactly_the_bits_and_exponent_that_pages_expect(opened_once: LiveWave) -> None:
    numbers = issuing_keys.public(opened_once.wave.token_key).public_numbers()
    assert (numbers.n.bit_length(), numbers.e) == (3072, 65537)
    assert issuing_keys.modulus(opened_once.wave.token_key) == numbers.n.to_bytes(384)


def test_key_is_made_once(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path)
    made = issuing_keys.make(settings, "autumn")
    assert issuing_keys.make(settings, "autumn") == made
    assert issuing_keys.make(settings, "winter") != made
    kept = issuing_keys.read(settings, "autumn")
    assert kept
    assert kept.public_key() == issuing_keys.public(made)


def test_key_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    issuing_keys.make(Settings.at(tmp_path), "autumn")
    path = issuing_keys.path_of(Settings.at(tmp_path), "autumn")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["autumn.issuing"]


def test_key_that_is_gone_is_none(tmp_path: Path) -> None:
    assert issuing_keys.read(Settings.at(tmp_path), "autumn") is None


def wrong(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


def found_wrong(settings: Settings, path: Path, places: range) -> set[int]:
    """The places at which a wrong byte is found; at another it changes no number of the key."""
    whole, found = path.read_bytes(), set()
    numbers = issuing_keys._whole(whole, "autumn").private_numbers()
    for place in places:
        path.write_bytes(wrong(whole, place))
        try:
            kept = issuing_keys.read(settings, "autumn")
        except SettingsError:
            found.add(place)
            continue
        assert kept
        assert kept.private_numbers() == numbers
    path.write_bytes(whole)
    return found


def test_a_wrong_byte_is_found_wherever_it_is(
    opened_once: LiveWave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = copied(opened_once, tmp_path / "home")
    path = issuing_keys.path_of(live.settings, "autumn")
    everywhere = range(len(path.read_bytes()))
    assert len(found_wrong(live.settings, path, everywhere)) > len(everywhere) - 10
    monkeypatch.setattr(issuing_keys, "_adds_up", lambda _: True)  # the control
    with pytest.raises(AssertionError):
        found_wrong(live.settings, path, everywhere[1000::100])


def test_a_key_that_is_cut_short_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path)
    issuing_keys.make(settings, "autumn")
    path = issuing_keys.path_of(settings, "autumn")
    ways = (Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(*ways)
    small = generate_private_key(65537, 2048).private_bytes(*ways)
    for content in (b"", path.read_bytes()[:-1], other, small):
        path.write_bytes(content)
        with pytest.raises(SettingsError, match=r"autumn\.issuing, is damaged"):
            issuing_keys.read(settings, "autumn")


@pytest.mark.parametrize("what", ["damaged", "missing", "another"])
def test_no_code_is_spent_where_nothing_can_be_signed(
    live_wave: LiveWave, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = issuing_keys.path_of(live_wave.settings, "autumn")
    whole = path.read_bytes()
    if what == "damaged":
        path.write_bytes(wrong(whole, len(whole) // 2))
    elif what == "another":
        path.write_bytes(issuing_keys._made())
    else:
        path.unlink()
    said = "is missing" if what == "missing" else "is damaged or another wave's"
    with pytest.raises(SettingsError, match=rf"autumn\.issuing, {said}: .* close an open wave"):
        redeem(live_wave, 3)
    assert used(live_wave) == 0
    if what == "damaged":  # the control: without a look at the key the code is gone
        monkeypatch.setattr(issuing_keys, "_adds_up", lambda _: True)
        with pytest.raises(SigningError):
            redeem(live_wave, 3)
        assert used(live_wave) == 1
    path.write_bytes(whole)
    redeem(live_wave, 4)


def test_of_many_processes_all_get_the_secret_that_came_first(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "one"
    with ThreadPoolExecutor(8) as pool:
        got = set(pool.map(lambda n: secret_files.keep(path, bytes([n]) * 32), range(16)))
    assert got == {path.read_bytes()}
    assert [one.name for one in path.parent.iterdir()] == ["one"]


def test_secret_that_was_half_written_has_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(secret_files.os, "fsync", power_cut)
    with pytest.raises(KeyboardInterrupt):
        secret_files.keep(tmp_path / "one", b"secret")
    assert not list(tmp_path.iterdir())
