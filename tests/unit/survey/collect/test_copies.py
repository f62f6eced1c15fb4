"""The box's own copy of a wave: the same wave without code, salt or key, or none at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fixtures_hosts import Hosts, draft_on_issuer, stores_at
from fixtures_tokens import seal
from fixtures_wave import OPENED, LiveWave, copied, environment_of
from sqlalchemy import text

from survey.collect import box, codes, copies, envelope, fingerprint, issuer, salts
from survey.config import BOX, ISSUE, RESULTS, Settings
from survey.database import Stores
from survey.errors import CandourError, DataError, SettingsError, WaveStateError
from survey.manage import headcounts, issuing_keys, wave_file, waves
from survey.manage.closings import Closing
from survey.manage.wave_file import Sealed, WaveFile
from survey.wave_commands import wave

COUNT_CODES = text("SELECT count(*) FROM code")


@pytest.fixture(scope="module")
def draft_once(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    return draft_on_issuer(stores_at(tmp_path_factory.mktemp("draft") / "home", surfaces=(ISSUE,)))


@pytest.fixture(scope="module")
def bare_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stores_at(tmp_path_factory.mktemp("bare") / "home").settings.home


@pytest.fixture
def draft(draft_once: LiveWave, tmp_path: Path) -> LiveWave:
    """A draft with cards on the issuer's host."""
    return copied(draft_once, tmp_path / "issuer")


@pytest.fixture
def there(bare_once: Path, tmp_path: Path) -> Stores:
    """The ballot box's host, which has no wave yet."""
    shutil.copytree(bare_once, tmp_path / "box")
    return Stores.open(Settings.at(tmp_path / "box", surfaces=(BOX, RESULTS)))


@pytest.fixture
def file(draft: LiveWave) -> WaveFile:
    return copies.export(draft.stores, "autumn")


def written(file: WaveFile) -> WaveFile:
    """What arrives: the file as it was written and read again."""
    return wave_file.unpack(wave_file.pack(file), "autumn.wave")


def secret_files(home: Path) -> list[str]:
    return sorted(path.name for path in home.rglob("*") if path.suffix in {".salt", ".issuing"})


def test_copy_is_the_same_wave_with_a_box_and_without_any_secret(
    draft: LiveWave, there: Stores, file: WaveFile
) -> None:
    taken = copies.take(there, written(file))
    assert taken == waves.get(draft.stores, "autumn")
    assert fingerprint.of(taken) == fingerprint.of(draft.wave)
    with there.issuer() as session:
        assert session.scalar(COUNT_CODES) == 0
    assert secret_files(there.settings.home) == []
    with box.connect(box.path_of(there.settings, "autumn"), "ro") as opened:
        assert opened.execute("SELECT count(*) FROM slot").fetchone() == (75,)


def test_issuers_host_has_codes_and_secrets_and_no_box(draft: LiveWave) -> None:
    with draft.stores.issuer() as session:
        assert session.scalar(COUNT_CODES) == 60
    assert secret_files(draft.settings.home) == ["autumn.issuing", "autumn.salt"]
    assert not draft.settings.box_folder.exists()


def test_wave_opens_on_both_hosts(draft: LiveWave, there: Stores, file: WaveFile) -> None:
    copies.take(there, file)
    for stores in (draft.stores, there):
        assert waves.open_wave(stores, "autumn", OPENED).state == "open"
    assert copies.export(there, "autumn").codes == file.codes


def test_file_holds_neither_headcounts_nor_secrets(draft: LiveWave) -> None:
    headcounts.store(draft.stores, "autumn", {"force": 4711})
    exported = copies.export(draft.stores, "autumn")
    assert exported.sealed is None
    content = wave_file.pack(exported)
    salt = salts.read(draft.settings, "autumn")
    assert salt
    halves = [codes.public_half(codes.parse(code), "autumn") for code in draft.codes]
    with draft.stores.issuer() as session:
        kept = [
            value for row in session.execute(text("SELECT hash, mark FROM code")) for value in row
        ]
    for secret in (salt, *halves, *kept):
        assert secret not in content
        assert secret.hex().encode() not in content
    assert b"4711" not in content


def test_export_never_overwrites_something_else(draft: LiveWave, tmp_path: Path) -> None:
    out = tmp_path / "draft.wave"

    def export() -> Result:
        line = ["export", "autumn", "--out", str(out)]
        return CliRunner().invoke(wave, line, env=environment_of(draft.settings))

    assert [export().exit_code for _ in range(2)] == [0, 0]
    assert wave_file.read(out).wave == draft.wave
    out.write_bytes(b"minutes of a meeting")
    assert isinstance(export().exception, SettingsError)
    assert out.read_bytes() == b"minutes of a meeting"


def test_taking_the_same_file_again_changes_nothing(there: Stores, file: WaveFile) -> None:
    copies.take(there, file)
    before = box.path_of(there.settings, "autumn").read_bytes()
    copies.take(there, file)
    assert box.path_of(there.settings, "autumn").read_bytes() == before
    waves.open_wave(there, "autumn", OPENED)
    assert copies.take(there, file).state == "open"
    assert box.path_of(there.settings, "autumn").read_bytes() == before


def test_open_wave_keeps_its_answers_when_the_file_is_taken_again(hosts: Hosts) -> None:
    token = bytes(416)
    path = box.path_of(hosts.box.settings, "autumn")
    box.put(path, token, seal(hosts.box))
    before = path.read_bytes()
    exported = copies.export(hosts.issuer.stores, "autumn")
    file = replace(exported, wave=replace(exported.wave, state="draft", opened=None))
    assert copies.take(hosts.box.stores, file).state == "open"
    assert path.read_bytes() == before


def test_import_into_a_restored_database_keeps_the_answers_in_the_box(
    there: Stores, file: WaveFile
) -> None:
    copies.take(there, file)
    size = envelope.sealed_size(file.wave.questionnaire)
    path = box.path_of(there.settings, "autumn")
    box.put(path, bytes(416), bytes(size))
    before = path.read_bytes()
    with there.issuer() as session:
        for table in ("code_list", "wave_key", "wave"):
            session.execute(text(f"DELETE FROM {table}"))
    with pytest.raises(WaveStateError, match="not replaced"):
        copies.take(there, file)
    assert waves.all_waves(there) == ()
    assert path.read_bytes() == before


def test_interrupted_import_is_finished_by_taking_the_file_again(
    there: Stores, file: WaveFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as planted:
        planted.setattr(box, "create", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            copies.take(there, file)
    assert waves.all_waves(there) == ()
    copies.take(there, file)
    assert box.path_of(there.settings, "autumn").exists()


def other_key() -> bytes:
    public = generate_private_key(65537, 3072).public_key()
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def of(file: WaveFile, **changes: object) -> WaveFile:
    return replace(file, wave=replace(file.wave, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        lambda file: of(file, title="Another"),
        lambda file: of(file, token_key=other_key()),
        lambda file: of(file, public_key=bytes(32)),
        lambda file: of(file, policy=replace(file.wave.policy, k=file.wave.policy.k + 1)),
        lambda file: replace(file, codes=(*file.codes[:-1], "ff" * 32)),
        lambda file: replace(of(file, cards=59), codes=file.codes[1:]),
    ],
    ids=["title", "issuing-key", "officers-key", "policy", "a-code", "a-card-less"],
)
def test_id_that_is_here_with_other_content_is_refused(
    there: Stores, file: WaveFile, change: Callable[[WaveFile], WaveFile]
) -> None:
    copies.take(there, file)
    before = copies.export(there, "autumn")
    with pytest.raises(WaveStateError, match="is another one than the wave autumn here"):
        copies.take(there, change(file))
    assert copies.export(there, "autumn") == before


CLOSING = Closing(60, 0, None)


def shouted(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The same codes in another spelling."""
    return tuple(code.upper() for code in codes)


def shouting(file: WaveFile) -> str:
    """A code of the file a second time, in another spelling."""
    return next(code.upper() for code in file.codes[1:] if code.upper() != code)


SEALED = Sealed(None, ())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        *(
            (lambda file, state=state: of(file, state=state), "no draft any more")
            for state in ("open", "closing", "closed", "released", "destroyed")
        ),
        (lambda file: replace(file, closing=CLOSING), "no draft any more"),
        (lambda file: replace(file, closing=CLOSING, sealed=SEALED), "no draft any more"),
        (lambda file: of(file, cards=61), "61 cards and 60 codes"),
        (lambda file: replace(file, codes=file.codes[1:]), "60 cards and 59 codes"),
        (lambda file: replace(file, codes=(file.codes[0], *file.codes[:-1])), "and 59 codes"),
        (lambda file: replace(of(file, cards=0), codes=()), "0 cards and 0 codes"),
        (lambda file: of(file, token_key=bytes(422)), "issuing key"),
        (lambda file: of(file, token_key=b""), "issuing key"),
        (lambda file: of(file, fallback_key=b""), "public keys"),
        (lambda file: of(file, public_key=bytes(32)), "cannot be sealed"),
        (lambda file: of(file, fallback_key=bytes(65)), "cannot be sealed"),
        (lambda file: of(file, id="../etc"), "cannot be a wave's id"),
        (lambda file: of(file, title=""), "title"),
        (lambda file: replace(file, codes=shouted(file.codes)), "is another one"),
        (lambda file: replace(file, codes=(*file.codes[1:], shouting(file))), "is another one"),
    ],
)
def test_file_that_is_no_whole_draft_is_refused_and_leaves_nothing(
    there: Stores, file: WaveFile, change: Callable[[WaveFile], WaveFile], sentence: str
) -> None:
    with pytest.raises(WaveStateError, match=sentence):
        copies.take(there, change(file))
    assert waves.all_waves(there) == ()
    assert not there.settings.box_folder.exists()


@pytest.mark.parametrize("surfaces", [(ISSUE,), (ISSUE, BOX), (RESULTS,)])
def test_wave_is_taken_by_a_host_with_the_box_alone(
    tmp_path: Path, file: WaveFile, surfaces: tuple[str, ...]
) -> None:
    stores = stores_at(tmp_path / "another", surfaces=surfaces)
    with pytest.raises(WaveStateError, match="CANDOUR_SURFACES"):
        copies.take(stores, file)


def test_host_without_the_issuer_makes_no_wave_and_imports_no_code(
    there: Stores, draft: LiveWave, file: WaveFile
) -> None:
    with pytest.raises(WaveStateError, match="candour wave import"):
        waves.create(there, "w", "W", draft.wave.questionnaire, draft.keys.public)
    copies.take(there, file)
    with pytest.raises(WaveStateError, match="no issuer"):
        issuer.import_codes(there, "autumn", [bytes(32)])
    assert secret_files(there.settings.home) == []


def test_a_host_that_is_not_told_what_it_lacks_makes_secrets(there: Stores, file: WaveFile) -> None:
    """The control of the test above."""
    copies.take(there, file)
    everything = replace(there.settings, surfaces=(ISSUE, BOX))
    issuing_keys.make(everything, "autumn")
    assert secret_files(there.settings.home) == ["autumn.issuing"]


def test_damaged_file_is_one_sentence(file: WaveFile) -> None:
    content = wave_file.pack(file)
    for damaged in (content[:-7], b"", content[:200] + bytes([content[200] ^ 1]) + content[201:]):
        with pytest.raises((DataError, CandourError), match=r"autumn\.wave"):
            wave_file.unpack(damaged, "autumn.wave")


def test_wave_with_more_cards_than_a_file_may_hold_is_refused(
    draft: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waves, "LARGEST_WAVE", 60)
    with pytest.raises(WaveStateError, match="would have 61 cards; a wave has 60 at most"):
        issuer.import_codes(draft.stores, "autumn", [bytes(32)])
    assert waves.get(draft.stores, "autumn").cards == 60
