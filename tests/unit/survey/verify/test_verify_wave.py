"""`candour verify wave`: an honest wave passes, and each way of stuffing or dropping is caught."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fixtures_tokens import seal
from fixtures_wave import LiveWave

from analysis.policy import DisclosurePolicy
from survey import cli
from survey.close import keys as release_keys
from survey.close import redemptions as records
from survey.close.closing import close_wave
from survey.collect import box, code_list, codes, fingerprint, published, submit, tokens
from survey.collect.redemptions import Redemption, as_text
from survey.config import Settings
from survey.database import Stores
from survey.manage import issuing_keys, wave_file, waves
from survey.manage.closings import Closing
from survey.manage.wave_file import WaveFile
from survey.verify import checking, comparing
from survey.verify.findings import Finding

CLOSED = date(2026, 9, 30)
SENT = 40


@dataclass(frozen=True)
class Honest:
    """A wave that forty of sixty answered, closed, with what an auditor gets of it."""

    live: LiveWave
    before: WaveFile
    file: WaveFile
    receipts: tuple[str, ...]
    redeemed: tuple[Redemption, ...]

    @property
    def told(self) -> Closing:
        assert self.file.closing
        return self.file.closing

    def telling(self, **changes: object) -> WaveFile:
        """The file with something else told at closing."""
        return replace(self.file, closing=replace(self.told, **changes))

    def of(self, **changes: object) -> WaveFile:
        """The file with something else said of the wave."""
        return replace(self.file, wave=replace(self.file.wave, **changes))


def copied(live: LiveWave, home: Path) -> LiveWave:
    shutil.copytree(live.settings.home, home)
    settings = Settings.at(home, surfaces=live.settings.surfaces)
    return replace(live, settings=settings, stores=Stores.open(settings))


def file_of(live: LiveWave) -> WaveFile:
    found = published.file_of(live.stores, waves.get(live.stores, "autumn"))
    assert found
    return wave_file.unpack(published.packed(found), "autumn.wave")


def answer(live: LiveWave, people: int = SENT) -> tuple[str, ...]:
    """Some through the plain page's steps, the others at once; their receipts."""
    one_by_one = [
        submit.submit(live.stores, live.wave, code, {}, submit.new_attempt())
        for code in live.codes[:5]
    ]
    rest = submit.submit_many(live.stores, live.wave, [(c, {}) for c in live.codes[5:people]])
    return (*one_by_one, *rest)


def closed(live: LiveWave) -> WaveFile:
    close_wave(live.stores, "autumn", CLOSED)
    return file_of(live)


@pytest.fixture(scope="module")
def honest(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> Honest:
    live = copied(opened_once, tmp_path_factory.mktemp("honest") / "home")
    before = file_of(live)
    receipts = answer(live)
    file = closed(live)
    opened = records.open_records(live.stores, "autumn", live.keys)
    return Honest(live, before, file, receipts, opened.redeemed)


def failures(findings: object) -> set[tuple[str, str]]:
    """What fails: (about, sentence)."""
    assert isinstance(findings, list)
    return {(one.about, one.sentence) for one in findings if one.holds is False}


def failing(file: WaveFile) -> set[str]:
    """What of a file fails, in a word each."""
    return {about for about, _ in failures(list(checking.published(file)))}


def words(findings: list[Finding]) -> str:
    return "\n".join(sentence for _, sentence in failures(findings))


# An honest wave


def test_an_honest_wave_passes(honest: Honest) -> None:
    assert failing(honest.file) == set()
    assert failures(list(comparing.earlier(honest.before, honest.file))) == set()
    assert failures(list(comparing.redemptions(honest.file, honest.redeemed))) == set()
    assert len(honest.redeemed) == SENT
    for receipt in honest.receipts:
        assert comparing.receipt(honest.file, receipt).holds
    halves = [codes.public_half(codes.parse(code), "autumn") for code in honest.live.codes]
    assert comparing.code_list(honest.file, code_list.of(halves).digest).holds
    assert comparing.card(honest.file, fingerprint.of(honest.live.wave)).holds
    assert comparing.officers(honest.file, honest.live.keys.public).holds


def test_an_open_wave_is_checked_as_far_as_it_goes(honest: Honest) -> None:
    findings = list(checking.published(honest.before))
    assert failures(findings) == set()
    assert [one.about for one in findings] == ["keys", "codes", "codes", "closing"]
    assert findings[-1].holds is None
    assert comparing.receipt(honest.before, honest.receipts[0]).holds is None


def test_a_receipt_is_found_however_it_is_typed(honest: Honest) -> None:
    receipt = honest.receipts[0]
    typed = receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert comparing.receipt(honest.file, typed).holds


# Stuffing


def mint(live: LiveWave, wave: str = "autumn") -> tuple[bytes, bytes]:
    """A row that the issuer makes for nobody: with its own key it signs whatever it likes."""
    key = issuing_keys.read(live.settings, "autumn")
    assert key
    return tokens.sign_openly(wave, key, Ed25519PrivateKey.generate()), seal(live)


def put(live: LiveWave, *rows: tuple[bytes, bytes]) -> None:
    box.put_many(box.path_of(live.settings, "autumn"), rows)


def test_issuer_that_mints_tokens_shows_in_the_counts(live_wave: LiveWave) -> None:
    answer(live_wave)
    put(live_wave, mint(live_wave))
    file = closed(live_wave)
    assert failing(file) == {"counts"}
    assert "41 answers were received from 40 redeemed codes" in words(
        list(checking.published(file))
    )


def test_issuer_that_also_lies_about_used_codes_is_caught_by_the_auditor_alone(
    live_wave: LiveWave,
) -> None:
    answer(live_wave)
    put(live_wave, mint(live_wave))
    file = closed(live_wave)
    assert file.closing
    file = replace(file, closing=replace(file.closing, redeemed=SENT + 1))
    findings = list(checking.published(file))
    assert failures(findings) == set()
    assert "an issuer that signed tokens for itself" in findings[-1].sentence
    proofs = list(records.open_records(live_wave.stores, "autumn", live_wave.keys).redeemed)
    assert "There are 40 redemptions and 41 redeemed codes" in words(
        list(comparing.redemptions(file, proofs))
    )
    for made_up, caught in invented_redemptions(live_wave, proofs):
        assert caught in words(list(comparing.redemptions(file, [*proofs, made_up])))


def invented_redemptions(live: LiveWave, proofs: list[Redemption]) -> list[tuple[Redemption, str]]:
    """What an issuer can put into the missing place, and how it shows."""
    own = Ed25519PrivateKey.generate()
    blinded = secrets.token_bytes(384)
    own_proof = own.sign(tokens.to_redeem("autumn", blinded))
    unused = codes.public_half(codes.parse(live.codes[-1]), "autumn")
    return [
        (Redemption(own.public_key().public_bytes_raw(), blinded, own_proof), "1 are of codes"),
        (Redemption(unused, blinded, own_proof), "1 are not signed with the key of their code"),
        (Redemption(unused, blinded, secrets.token_bytes(64)), "1 are not signed"),
        (proofs[0], "1 codes stand there more than once"),
        (replace(proofs[0], half=unused), "1 blinded tokens stand there more than once"),
    ]


def test_box_that_adds_rows_without_tokens_is_caught(honest: Honest) -> None:
    extra = "0000-0000-0000-0000"
    more = honest.telling(
        received=SENT + 1, redeemed=SENT + 1, receipts=tuple(sorted((*honest.receipts, extra)))
    )
    assert failures(list(checking.published(more))) == {
        ("tokens", "There are 40 tokens and 41 answers.")
    }


def test_box_that_makes_up_a_token_is_caught(live_wave: LiveWave) -> None:
    answer(live_wave)
    put(live_wave, (secrets.token_bytes(tokens.TOKEN_BYTES), seal(live_wave)))
    assert failing(closed(live_wave)) == {"tokens", "counts"}


def test_box_that_uses_a_token_twice_is_caught(live_wave: LiveWave) -> None:
    answer(live_wave)
    ballot_box = box.path_of(live_wave.settings, "autumn")
    put(live_wave, (box.tokens_in(ballot_box)[0], seal(live_wave)))
    file = closed(live_wave)
    assert "1 tokens stand there more than once" in words(list(checking.published(file)))


def test_tokens_of_another_wave_are_caught(live_wave: LiveWave) -> None:
    answer(live_wave, 39)
    put(live_wave, mint(live_wave, "winter"))
    file = closed(live_wave)
    assert file.closing
    file = replace(file, closing=replace(file.closing, redeemed=SENT))
    assert failures(list(checking.published(file))) == {
        (
            "tokens",
            "1 tokens were not signed with this wave's issuing key for this wave: their answers "
            "stand for no code.",
        )
    }


def test_codes_that_the_issuer_invents_are_caught(honest: Honest, live_wave: LiveWave) -> None:
    digest = code_list.CodeList(honest.before.codes).digest
    invented = tuple(sorted((*honest.file.codes, secrets.token_hex(32))))
    added = replace(honest.file, codes=invented)
    assert failing(added) == {"codes"}
    both = replace(honest.of(cards=61), codes=invented, closing=replace(honest.told, cards=61))
    assert failing(both) == set(), "alone the file cannot tell"
    assert comparing.code_list(both, digest).holds is False
    assert "list of codes: changed" in words(list(comparing.earlier(honest.before, both)))
    first, _, *rest = honest.file.codes
    assert failing(replace(honest.file, codes=(first, first, *rest))) == {"codes"}


# Dropping


def test_box_that_drops_a_row_with_receipt_and_token_is_caught_by_its_sender(
    live_wave: LiveWave,
) -> None:
    receipts = answer(live_wave)
    drop_one_row(live_wave)
    file = closed(live_wave)
    assert failing(file) == set(), "alone the file cannot tell"
    unknown = [one.sentence for one in checking.published(file) if one.holds is None]
    assert any("1 redeemed codes brought no answer" in sentence for sentence in unknown)
    missing = [one for one in receipts if comparing.receipt(file, one).holds is False]
    assert len(missing) == 1
    assert "its answer was dropped" in comparing.receipt(file, missing[0]).sentence


def drop_one_row(live: LiveWave) -> None:
    path = box.path_of(live.settings, "autumn")
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute(
            "UPDATE token SET taken = 0 "
            "WHERE number = (SELECT min(number) FROM token WHERE taken = 1)"
        )


def test_fewer_receipts_or_tokens_than_answers_are_caught(honest: Honest) -> None:
    assert failing(honest.telling(receipts=honest.told.receipts[1:])) == {"receipts"}
    assert failing(honest.telling(tokens=honest.told.tokens[1:])) == {"tokens"}
    assert failing(replace(honest.file, closing=None)) == {"closing"}


def test_a_receipt_twice_in_place_of_two_is_caught(honest: Honest) -> None:
    first, _, *rest = honest.told.receipts
    assert failing(honest.telling(receipts=(first, first, *rest))) == {"receipts"}
    assert failing(honest.telling(receipts=(*honest.told.receipts[1:], "ZZZ"))) == {"receipts"}


def test_lists_that_are_not_sorted_are_caught(honest: Honest) -> None:
    assert failing(honest.telling(receipts=honest.told.receipts[::-1])) == {"receipts"}
    assert failing(honest.telling(tokens=honest.told.tokens[::-1])) == {"tokens"}


# Counts that lie


@pytest.mark.parametrize(
    "lie",
    [
        {"redeemed": 39},
        {"redeemed": 61},
        {"cards": 39},
        {"cards": 70},
        {"received": 39},
        {"received": 41},
    ],
)
def test_counts_that_lie_are_caught(honest: Honest, lie: dict[str, int]) -> None:
    assert failing(honest.telling(**lie))


def test_a_count_that_was_lost_is_said_to_be_unknown(honest: Honest) -> None:
    for lost in ("redeemed", "received"):
        findings = list(checking.published(honest.telling(**{lost: None})))
        assert failures(findings) == set()
        assert any("not told" in one.sentence for one in findings if one.holds is None)


# Exchanged keys


def test_tokens_under_an_exchanged_issuing_key_are_caught(honest: Honest) -> None:
    other = rsa(3072)
    changed = honest.of(token_key=other)
    assert failing(changed) == {"tokens"}
    assert comparing.card(changed, fingerprint.of(honest.live.wave)).holds is False
    assert "The keys: changed" in words(list(comparing.earlier(honest.before, changed)))


def test_exchanged_officers_keys_are_caught(honest: Honest) -> None:
    other = release_keys.new().public
    changed = honest.of(public_key=other.public_key, fallback_key=other.fallback_key)
    assert failing(changed) == set(), "alone the file cannot tell"
    assert comparing.card(changed, fingerprint.of(honest.live.wave)).holds is False
    assert comparing.officers(changed, honest.live.keys.public).holds is False
    signer = honest.of(verifier=other.verifier)
    assert "signing key: changed" in words(list(comparing.earlier(honest.before, signer)))


def rsa(bits: int, exponent: int = 65537) -> bytes:
    public = generate_private_key(exponent, bits).public_key()
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_issuing_keys_of_another_kind_are_caught(honest: Honest) -> None:
    point = Ed25519PrivateKey.generate().public_key()
    ed25519 = point.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for key in (rsa(3064), rsa(2048), rsa(3072, 3), ed25519, b"", b"nonsense"):
        changed = honest.of(token_key=key)
        assert failing(changed) == {"keys", "tokens"}
        assert comparing.card(changed, fingerprint.of(honest.live.wave)).holds is False
    assert failing(honest.of(public_key=bytes(31))) == {"keys"}
    assert failing(honest.of(fallback_key=bytes(65))) == {"keys"}


CHANGES: list[Callable[[Honest], WaveFile]] = [
    lambda h: h.of(policy=DisclosurePolicy(k=20)),
    lambda h: h.of(title="Another survey"),
    lambda h: h.of(opened=date(2026, 9, 2)),
    lambda h: h.of(
        questionnaire=replace(
            h.file.wave.questionnaire, source=h.file.wave.questionnaire.source + "\n# more"
        )
    ),
    lambda h: h.of(id="winter"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_since_the_opening_is_caught(
    honest: Honest, change: Callable[[Honest], WaveFile]
) -> None:
    assert len(failures(list(comparing.earlier(honest.before, change(honest))))) == 1


def test_counts_that_change_after_closing_are_caught(honest: Honest) -> None:
    assert failures(list(comparing.earlier(honest.file, honest.file))) == set()
    later = honest.telling(redeemed=SENT + 1)
    assert "counts, receipts and tokens: changed" in words(
        list(comparing.earlier(honest.file, later))
    )


# The command


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str]]:
    """Runs `candour verify wave ...`; gives its exit code and all that it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["candour", "verify", "wave", *arguments])
        ended: object = 0
        try:
            cli.main()
        except SystemExit as exit_:
            ended = exit_.code
        said = capsys.readouterr()
        return int(str(ended)), said.out + said.err

    return run


def test_the_command_checks_everything_that_it_is_given(
    honest: Honest, run: Callable[..., tuple[int, str]]
) -> None:
    Path("autumn.wave").write_bytes(wave_file.pack(honest.file))
    Path("opened.wave").write_bytes(wave_file.pack(honest.before))
    Path("proofs.txt").write_text(as_text("autumn", honest.redeemed))
    Path("public.json").write_text(honest.live.keys.public.as_json())
    printed = fingerprint.of(honest.live.wave)
    digest = code_list.CodeList(honest.file.codes).digest
    code, said = run(
        *("autumn.wave", "--earlier", "opened.wave", "--redemptions", "proofs.txt"),
        *("--public", "public.json", "--fingerprint", printed.lower(), "--codes", digest.upper()),
        *("--receipt", honest.receipts[0], "--receipt", honest.receipts[7].lower()),
    )
    assert code == 0
    assert "FAILS" not in said
    assert f"Fingerprint of its keys: {printed}" in said
    assert f"SHA-256 of its list of codes: {digest}" in said
    assert said.count("its answer was in the box") == 2
    assert "40 redemptions, one for each redeemed code." in said
    assert "spare cards must be destroyed" in said


def test_the_command_ends_with_1_when_a_check_fails(
    honest: Honest, run: Callable[..., tuple[int, str]]
) -> None:
    Path("autumn.wave").write_bytes(wave_file.pack(honest.telling(redeemed=39)))
    code, said = run("autumn.wave", "--receipt", "0000-0000-0000-0000")
    assert code == 1
    assert said.count("FAILS") == 2
    assert "2 of" in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["lost.wave"], "lost.wave"),
        (["proofs.txt"], "proofs.txt"),
        (["autumn.wave", "--earlier", "lost.wave"], "lost.wave"),
        (["autumn.wave", "--redemptions", "lost.txt"], "lost.txt"),
        (["autumn.wave", "--redemptions", "proofs.txt"], "proofs.txt:1"),
        (["autumn.wave", "--redemptions", "damaged.txt"], "damaged.txt:2"),
        (["autumn.wave", "--receipt", "0000-0000"], "--receipt"),
        (["autumn.wave", "--codes", "12"], "--codes"),
        (["autumn.wave", "--fingerprint", "12"], "12"),
        (["autumn.wave", "--public", "proofs.txt"], "proofs.txt"),
        (["deep.wave"], "deep.wave"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_2(
    honest: Honest, run: Callable[..., tuple[int, str]], arguments: list[str], named: str
) -> None:
    Path("autumn.wave").write_bytes(wave_file.pack(honest.file))
    Path("proofs.txt").write_text(as_text("winter", honest.redeemed))
    Path("damaged.txt").write_text(as_text("autumn", honest.redeemed)[:-9].replace("\n", "\nx", 1))
    files = wave_file.zipped.unpack(wave_file.pack(honest.file), lambda _: None)
    Path("deep.wave").write_bytes(wave_file.zipped.pack({**files, "wave.json": b"[" * 100_000}))
    code, said = run(*arguments)
    assert code == 2
    assert named in said
    assert said.count("\n") == 1


def test_a_title_cannot_pass_itself_off_as_a_finding(
    honest: Honest, run: Callable[..., tuple[int, str]]
) -> None:
    evil = "x\n\x1b[2Jholds    tokens"
    Path("autumn.wave").write_bytes(wave_file.pack(honest.of(title=evil)))
    _, said = run("autumn.wave")
    assert "x??[2Jholds" in said


@pytest.mark.slow
def test_the_command_needs_no_home_no_database_and_no_settings(
    honest: Honest, tmp_path: Path
) -> None:
    (tmp_path / "autumn.wave").write_bytes(wave_file.pack(honest.file))
    program = "from survey.cli import main; main()"
    root = str(Path(cli.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", "wave", "autumn.wave"],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["autumn.wave"]
