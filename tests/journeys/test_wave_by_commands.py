"""A wave from keys to destruction, by the commands that docs/OPERATIONS.md names."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from survey import cli
from survey.app import create_app
from survey.collect import codes, submit
from survey.config import Settings
from survey.database import Stores
from survey.manage import waves

SMALL = Path(__file__).parents[1] / "questionnaires" / "small.yaml"
Run = Callable[..., str]
PRINT = "ABCD-EFGH-JKMN-PQRS"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `candour ...` in a folder of its own; returns what it printed."""
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def run(line: str) -> str:
        monkeypatch.setattr("sys.argv", ["candour", *line.split()])
        cli.main()
        return capsys.readouterr().out

    return run


@pytest.fixture
def refused(run: Run, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `candour ...` that must fail; returns its one sentence."""

    def refused(line: str) -> str:
        with pytest.raises(SystemExit) as ended:
            run(line)
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert "Traceback" not in said
        return said

    return refused


def prepare(run: Run) -> None:
    run("migrate")
    run("keys new --unsplit --out officers")
    give_cards(run)


def give_cards(run: Run) -> None:
    """From the officers' public keys to an open wave."""
    line = f"wave new autumn --questionnaire {SMALL} --public officers/public.json --title Autumn"
    (printed,) = fingerprints(run(line))
    run(f"codes make autumn --count 60 --out cards --fingerprint {printed}")
    run("codes import autumn cards/public-halves.txt")
    run("wave open autumn")


def mailed_codes() -> list[str]:
    lines = Path("cards/mail-merge.csv").read_text().splitlines()
    return [row["code"] for row in csv.DictReader(lines)]


def send(home: Path, people: int) -> None:
    stores = Stores.open(Settings.at(home))
    cards = mailed_codes()
    wave = waves.get(stores, "autumn")
    submit.submit_many(stores, wave, [(code, {"ethnicity": "white"}) for code in cards[:people]])


def test_wave_goes_from_keys_to_destruction(run: Run, tmp_path: Path) -> None:
    run("migrate")
    run("keys new --out officers")
    give_cards(run)
    Path("headcount.csv").write_text("group,headcount\nforce,120\n")
    assert "1 groups" in run("headcount load autumn headcount.csv")
    assert "autumn  open  Autumn  60 cards" in run("wave status")
    send(tmp_path / "home", 50)
    assert "60 cards, 50 codes used, 50 answers received" in run("wave close autumn")
    shares = "officers/share-3.txt officers/share-1.txt"
    run(f"keys combine {shares} --locked officers/release.locked --out officers/release.key")
    said = run("unseal autumn --key officers/release.key --out releases")
    digest = re.search(r"Release ([0-9a-f]{64})", said)
    assert digest
    assert (tmp_path / "releases" / digest[1] / "manifest.json").exists()
    said = run("wave destroy autumn --key officers/release.key --yes")
    assert "destroyed" in said
    assert "Destroy every share" in said
    left = {path.name for path in (tmp_path / "officers").iterdir()}
    assert left == {"public.json", "share-1.txt", "share-2.txt", "share-3.txt"}
    assert "autumn  destroyed" in run("wave status autumn")


def download(home: Path, name: str) -> None:
    client = create_app(Settings.at(home)).test_client()
    Path(name).write_bytes(client.get("/published/autumn.wave").data)


def test_anybody_checks_a_wave_and_an_auditor_its_redemptions(
    run: Run, refused: Run, tmp_path: Path
) -> None:
    prepare(run)
    download(tmp_path / "home", "opened.wave")
    send(tmp_path / "home", 50)
    line = "wave redemptions autumn --key officers --out proofs.txt"
    assert "is open; redemptions are opened after it has closed" in refused(line)
    run("wave close autumn")
    download(tmp_path / "home", "autumn.wave")
    said = run(line)
    assert "50 of 60 codes of autumn were redeemed." in said
    assert "publish it never" in said
    assert Path("proofs.txt").stat().st_mode & 0o077 == 0
    assert "proofs.txt is there already" in refused(line)
    said = run("verify wave autumn.wave --earlier opened.wave --redemptions proofs.txt")
    assert "FAILS" not in said
    assert "50 redemptions, one for each redeemed code." in said
    run("unseal autumn --key officers --out releases")
    run("wave destroy autumn --key officers --yes")
    download(tmp_path / "home", "destroyed.wave")
    assert "FAILS" not in run("verify wave destroyed.wave --earlier autumn.wave")


def test_spoilt_records_are_told(run: Run, tmp_path: Path) -> None:
    prepare(run)
    with closing(sqlite3.connect(tmp_path / "home" / "issuer.db")) as opened, opened:
        opened.execute("UPDATE code SET record = zeroblob(528)")
    run("wave close autumn")
    said = run("wave redemptions autumn --key officers --out proofs.txt")
    assert "0 of 60 codes" in said
    assert "60 records do not open: somebody changed them." in said


@pytest.mark.slow
def test_wave_is_opened_on_an_offline_machine_and_comes_back(
    run: Run, refused: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("migrate")
    run("keys new --out officers")
    give_cards(run)
    send(tmp_path / "home", 50)
    assert "only a closed wave" in refused("wave carry autumn --out autumn.wave")
    run("wave close autumn")
    assert "must end in .wave" in refused("wave carry autumn --out autumn.zip")
    assert "50 sealed answers" in run("wave carry autumn --out autumn.wave")
    away = tmp_path / "offline"
    shutil.move("officers", away / "officers")
    shutil.copy("autumn.wave", away)
    monkeypatch.chdir(away)
    monkeypatch.setenv("CANDOUR_HOME", str(away / "home"))
    run(
        "keys combine officers/share-3.txt officers/share-1.txt --locked officers/release.locked "
        "--out release.key"
    )
    said = run("unseal autumn.wave --key release.key --out releases")
    (packed,) = (away / "releases").glob("*.release")
    assert f"candour release add {packed.name}" in said
    assert not (away / "home").exists()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path / "home"))
    shutil.copy(packed, tmp_path)
    assert packed.stem in run(f"release add {packed.name}")
    assert packed.stem in run(f"release add {packed.name}"), "again changes nothing"
    assert "autumn  released" in run("wave status autumn")
    run("user add hr --role hr --password correct-horse-battery")
    assert '--out releases --correct "REASON"' in run("wave carry autumn --out again.wave")
    key = "--key offline/release.key --out releases"
    assert "is released; only a closed wave" in refused(f"unseal again.wave {key}")
    assert "nothing is to be corrected" in refused(f"unseal again.wave {key} --correct Typo")
    Path("headcount.csv").write_text("group,headcount\nforce,200\n")
    run("headcount load autumn headcount.csv")
    run("keys new --unsplit --out standing")
    kept = "--keep-tallies standing/public.json"
    assert "holds no file" in refused(f"unseal autumn {key} --correct Why --previous offline")
    assert "is not the public.json" in refused(f"unseal autumn {key} --keep-tallies headcount.csv")
    said = run(f"unseal autumn {key} --correct Headcounts {kept}")
    (sealed,) = Path("releases").glob("*.tallies.sealed")
    assert f"{sealed}  exact sums" in said
    assert "published in place of the one before" in said
    assert "destroyed" in run("wave destroy autumn --yes")
    assert "is destroyed: there are no answers" in refused("wave carry autumn --out third.wave")
    assert packed.stem in run(f"release add {packed.name}"), "replaced, and again no change"
    assert "autumn  destroyed" in run("wave status autumn")


def test_wave_that_is_not_published_says_why(run: Run, refused: Run, tmp_path: Path) -> None:
    prepare(run)
    send(tmp_path / "home", 50)
    run("wave close autumn")
    assert "--unpublished" in refused("wave destroy autumn --yes")
    said = run("wave destroy autumn --yes --key officers --unpublished no-quorum")
    assert "nothing was published" in said
    page = create_app(Settings.at(tmp_path / "home")).test_client().get("/receipts/autumn").text
    assert "The reason given: no-quorum" in page


def test_what_does_not_belong_is_one_sentence(run: Run, refused: Run, tmp_path: Path) -> None:
    prepare(run)
    send(tmp_path / "home", 50)
    run("wave close autumn")
    assert "cannot be read" in refused("unseal lost.wave --key officers --out releases")
    Path("bad.wave").write_bytes(b"bad")
    assert "is no wave's file" in refused("unseal bad.wave --key officers --out releases")
    assert "--previous-key goes with a file" in refused(
        "unseal autumn --key officers --out releases --previous-key officers/public.json"
    )
    assert "cannot be read" in refused("release add lost.release")
    Path("bad.release").write_bytes(b"bad")
    assert "not a packed Release" in refused("release add bad.release")


def test_fingerprint_is_the_same_where_the_key_is_made_and_used(run: Run) -> None:
    run("migrate")
    made = run("keys new --unsplit --out officers").splitlines()[-1].removeprefix("Fingerprint: ")
    used = run(
        f"wave new autumn --questionnaire {SMALL} --public officers/public.json --title Autumn"
    )
    assert made in used


def fingerprints(said: str) -> set[str]:
    """Every fingerprint of a wave that stands in a text."""
    return set(re.findall(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}\b(?!-)", said))


def test_waves_fingerprint_is_said_shown_and_on_every_card(run: Run, refused: Run) -> None:
    run("migrate")
    run("keys new --unsplit --out officers")
    line = f"wave new autumn --questionnaire {SMALL} --public officers/public.json --title Autumn"
    (printed,) = fingerprints(run(line))
    assert fingerprints(run("wave status")) == {printed}
    run(f"codes make autumn --count 60 --out cards --fingerprint {printed.lower()}")
    head, *cards = Path("cards/mail-merge.csv").read_text().splitlines()
    assert head == "code,address,fingerprint"
    for card in cards:
        code, address, fingerprint = card.split(",")
        assert fingerprint == printed
        assert address == f"/survey/autumn#{code}.{printed}"
    assert Path("cards/cards.html").read_text().count(printed) == 60
    assert "candour wave status" in refused("codes make autumn --count 9 --out c --fingerprint 12")
    assert not Path("c").exists()


def test_cards_without_a_fingerprint_are_refused(refused: Run) -> None:
    assert "--fingerprint" in refused("codes make autumn --count 9 --out cards")
    assert not Path("cards").exists()


def test_cards_without_an_address_are_told(run: Run) -> None:
    assert "No QR code" in run(f"codes make autumn --count 9 --fingerprint {PRINT} --out cards")
    assert "<svg" not in Path("cards/cards.html").read_text()
    with_address = "--address http://localhost:8000/ --out more"
    said = run(f"codes make autumn --count 9 --fingerprint {PRINT} {with_address}")
    assert "No QR code" not in said
    assert Path("more/cards.html").read_text().count("<svg") == 9


def test_same_codes_are_in_each_file_and_in_no_common_order(run: Run) -> None:
    run(f"codes make autumn --count 60 --fingerprint {PRINT} --out cards")
    printed = re.findall(r'class="code">([0-9A-Z-]+)<', Path("cards/cards.html").read_text())
    mailed = mailed_codes()
    halves = Path("cards/public-halves.txt").read_text().splitlines()[1:]
    made = [codes.public_half(codes.parse(code), "autumn").hex() for code in mailed]
    assert sorted(printed) == sorted(mailed)
    assert sorted(made) == halves
    orders = [printed, mailed, [code for _, code in sorted(zip(made, mailed, strict=True))]]
    for place, order in enumerate(orders):
        assert order != sorted(order)
        assert order not in orders[:place]


def test_officers_are_told_what_the_published_list_must_be(run: Run, tmp_path: Path) -> None:
    run("migrate")
    run("keys new --unsplit --out officers")
    run(f"wave new autumn --questionnaire {SMALL} --public officers/public.json --title Autumn")
    said = run(f"codes make autumn --count 60 --fingerprint {PRINT} --out cards").splitlines()[-1]
    run("codes import autumn cards/public-halves.txt")
    run("wave open autumn")
    client = create_app(Settings.at(tmp_path / "home")).test_client()
    assert hashlib.sha256(client.get("/codes/autumn/list.txt").data).hexdigest() == said
    assert said in client.get("/codes/autumn").text


def test_cards_of_a_mistyped_wave_are_refused(run: Run, refused: Run) -> None:
    run("migrate")
    run("keys new --unsplit --out officers")
    run(f"wave new autumn --questionnaire {SMALL} --public officers/public.json --title Autumn")
    run(f"codes make autum --count 60 --fingerprint {PRINT} --out cards")
    said = refused("codes import autumn cards/public-halves.txt")
    assert said.count("\n") == 1
    assert "were made for wave autum and work in no other" in said
    assert "0 cards" in run("wave status")


def test_halves_are_refused_without_their_wave_or_when_damaged(run: Run, refused: Run) -> None:
    run("migrate")
    run(f"codes make autumn --count 3 --fingerprint {PRINT} --out cards")
    file = Path("cards/public-halves.txt")
    first, *halves = file.read_text().splitlines()
    file.write_text("\n".join(halves))
    assert "public-halves.txt:1: this does not name the wave" in refused(
        f"codes import autumn {file}"
    )
    file.write_text("\n".join([first, halves[0], halves[1][:-2]]))
    assert "public-halves.txt:3" in refused(f"codes import autumn {file}")
    file.write_text("")
    assert "public-halves.txt:1" in refused(f"codes import autumn {file}")


def test_trial_keys_say_so_and_take_no_shares(run: Run, refused: Run) -> None:
    assert "trials only" in run("keys new --unsplit --out officers")
    assert "--unsplit" in refused("keys new --unsplit --shares 3 --out more")
    assert "4 of 3" in refused("keys new --threshold 4 --out more")
    assert not Path("more").exists()


def test_steps_out_of_order_are_one_sentence_each(run: Run, refused: Run, tmp_path: Path) -> None:
    prepare(run)
    assert "only a draft" in refused("wave open autumn")
    assert "only a closed wave" in refused("unseal autumn --key officers --out releases")
    assert "only a released wave" in refused("wave destroy autumn --yes")
    run("wave close autumn")
    assert "only an open wave" in refused("wave close autumn")
    assert "Nobody answered" in refused("unseal autumn --key officers --out releases")
    assert "there is no Release" in run("wave destroy autumn --key officers --yes")
    assert not Path("officers/release.key").exists()
    assert "no wave winter" in refused("wave status winter")


def test_wrong_key_is_one_sentence(run: Run, refused: Run, tmp_path: Path) -> None:
    prepare(run)
    send(tmp_path / "home", 50)
    run("wave close autumn")
    run("keys new --unsplit --out others")
    said = refused("unseal autumn --key others/release.key --out releases")
    assert "not the key of wave autumn" in said
    assert "cannot be read" in refused("unseal autumn --key lost.key --out releases")


def test_cards_are_never_taken_for_public_halves(run: Run, refused: Run) -> None:
    line = f"codes make autumn --count 5 --fingerprint {PRINT} --out cards"
    run("migrate")
    run(line)
    for name in ("cards.html", "mail-merge.csv"):
        assert f"{name}:1" in refused(f"codes import autumn cards/{name}")
        assert Path("cards", name).stat().st_mode & 0o077 == 0
    assert "already" in refused(line)


def test_policy_can_be_tightened_and_never_loosened(run: Run, refused: Run, tmp_path: Path) -> None:
    run("migrate")
    run("keys new --unsplit --out officers")
    line = f"wave new autumn --questionnaire {SMALL} --public officers/public.json --title Autumn"
    assert "cannot be under 10" in refused(f"{line} --policy k=9")
    assert "--policy speed=9" in refused(f"{line} --policy speed=9")
    huge = "9" * 23
    said = refused(f"{line} --policy k={huge}")
    assert said == f"--policy: policy value k is {huge}; it cannot be over 1000.\n"
    assert "--policy k=²" in refused(f"{line} --policy k=²")
    assert f"--policy k={huge * 300}" in refused(f"{line} --policy k={huge * 300}")
    run(f"{line} --policy k=15 --policy base_step=10")
    policy = waves.get(Stores.open(Settings.at(tmp_path / "home")), "autumn").policy
    assert (policy.k, policy.base_step) == (15, 10)


def test_people_are_added_listed_and_removed(run: Run, refused: Run) -> None:
    run("migrate")
    run("user add hr --role hr --password correct-horse-battery")
    run("user add north --role board --command north --password correct-horse-battery")
    how = "with a password here"
    listed = [f"hr  hr, {how}", f"north  board of north, {how}"]
    assert run("user list").splitlines() == listed
    assert "12 characters" in refused("user add board --role hr --password short")
    run("user remove north")
    assert run("user list").splitlines() == listed[:1]


def test_commands_before_migrate_say_what_to_run(refused: Run) -> None:
    for line in ("wave status", "user list", "codes import autumn lost.txt", "wave close autumn"):
        said = refused(line)
        assert "candour migrate" in said or "lost.txt" in said
