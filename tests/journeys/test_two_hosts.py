"""A wave on two hosts, each with a home, databases and a process of its own."""

from __future__ import annotations

import contextlib
import csv
import hmac
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from unittest.mock import patch
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import html_page
import pytest
from fixtures_wave import QUESTIONNAIRES, environment_of, free_port, served
from postgresql import Cluster
from sqlalchemy import text
from test_traces_on_disk import files_with, forms

from survey import cli
from survey.collect import box, codes, issuer, salts
from survey.config import BOX, ISSUE, RESULTS, Settings
from survey.database import Stores

SMALL = QUESTIONNAIRES / "small.yaml"
SENT = 50


@dataclass(frozen=True)
class Host:
    """A machine with Candour on it, and the folder in which its people type commands."""

    settings: Settings
    folder: Path

    def candour(self, line: str, *, refused: bool = False) -> str:
        """Runs `candour ...` with this host's settings; returns what it printed."""
        self.folder.mkdir(exist_ok=True)
        said = io.StringIO()
        with (
            patch.dict(os.environ, environment_of(self.settings)),
            patch.object(sys, "argv", ["candour", *line.split()]),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            code: object = 0
            try:
                cli.main()
            except SystemExit as ended:
                code = ended.code
        assert code == (2 if refused else 0), said.getvalue()
        return said.getvalue()

    @property
    def stores(self) -> Stores:
        return Stores.open(self.settings)


@dataclass(frozen=True)
class Two:
    """The issuer's host and the ballot box's, and the ports that they serve at."""

    issuer: Host
    box: Host
    ports: tuple[int, int]


@pytest.fixture
def two(tmp_path: Path, database_url: Callable[[str], str]) -> Two:
    ports = (free_port(), free_port())
    here = Settings.at(
        tmp_path / "issuers-home",
        surfaces=(ISSUE,),
        box_address=f"http://127.0.0.1:{ports[1]}",
    )
    url = database_url("issuer")
    if not url.startswith("sqlite"):
        here = replace(here, issuer_url=url)
    there = Settings.at(
        tmp_path / "boxs-home",
        surfaces=(BOX, RESULTS),
        issue_address=f"http://localhost:{ports[0]}",
    )
    return Two(Host(here, tmp_path / "issuers"), Host(there, tmp_path / "boxs"), ports)


def set_up(two: Two) -> tuple[str, ...]:
    """The commands of docs/OPERATIONS.md up to the opening; gives the codes of the cards."""
    officers = two.issuer.folder / "officers"
    two.issuer.candour("migrate")
    two.issuer.candour(f"keys new --unsplit --out {officers}")
    made = two.issuer.candour(
        f"wave new autumn --questionnaire {SMALL} --public {officers}/public.json --title Autumn"
    )
    (printed,) = set(re.findall(r"^(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$", made, re.M))
    two.issuer.candour(f"codes make autumn --count 60 --out cards --fingerprint {printed}")
    two.issuer.candour("codes import autumn cards/public-halves.txt")
    two.issuer.candour(f"wave export autumn --out {two.box.folder}-draft.wave")
    two.box.candour("migrate")
    assert printed in two.box.candour(f"wave import {two.box.folder}-draft.wave")
    for host in (two.issuer, two.box):
        host.candour("wave open autumn")
    with (two.issuer.folder / "cards" / "mail-merge.csv").open() as file:
        return tuple(row["code"] for row in csv.DictReader(file))


@contextlib.contextmanager
def both_served(two: Two) -> Iterator[str]:
    """A process for each host; yields the address of the survey."""
    issuer_port, box_port = two.ports
    with served(two.issuer.settings, issuer_port), served(two.box.settings, box_port):
        yield f"http://127.0.0.1:{box_port}"


def post(address: str, **fields: str) -> html_page.Page:
    sent = urlencode({name.replace("candour_", "candour."): v for name, v in fields.items()})
    with urlopen(Request(address, sent.encode())) as reply:
        return html_page.parse(reply.read())


def answer(site: str, code: str) -> str:
    """Answer in plain mode, as a browser without JavaScript does; gives the receipt."""
    checked = post(f"{site}/survey/autumn/check", candour_code=code, ethnicity="white")
    fields = {name: values[0] for name, values in checked.fields("checked").items()}
    page = post(f"{site}/survey/autumn/send", **fields)
    return html_page.words(page.by_id("receipt"))


def traces_of_codes(two: Two, cards: tuple[str, ...]) -> dict[str, set[bytes]]:
    """What a code, its half, its salted hash and its marks may look like in a file."""
    salt = salts.read(two.issuer.settings, "autumn")
    assert salt
    halves = [codes.public_half(codes.parse(code), "autumn") for code in cards]
    hashes = [hmac.digest(salt, half, "sha256") for half in halves]
    with two.issuer.stores.issuer() as session:
        rows = session.execute(text("SELECT hash, mark FROM code")).all()
    assert {row[0] for row in rows} == set(hashes)
    marks = [bytes(row[1]) for row in rows] + [issuer.unused_mark(salt, one) for one in hashes]
    typed = [code.encode() for code in cards] + [c.replace("-", "").encode() for c in cards]
    return {
        "halves": set().union(*(forms(half) for half in halves)),
        "hashes": set().union(*(forms(one) for one in hashes)),
        "marks": set().union(*(forms(mark) for mark in marks)),
        "codes": set(typed),
        "salt": forms(salt),
    }


def traces_of_answers(two: Two) -> dict[str, set[bytes]]:
    """What lies in the ballot box: tokens and sealed answers."""
    with box.connect(box.path_of(two.box.settings, "autumn"), "ro") as opened:
        rows = opened.execute(
            "SELECT token, sealed FROM slot NATURAL JOIN token WHERE taken = 1"
        ).fetchall()
    return {
        "tokens": {token[32:] for token, _ in rows}
        | {token[32:].hex().encode() for token, _ in rows},
        "one-time keys": {token[:32] for token, _ in rows},
        "answers": {sealed for _, sealed in rows} | {sealed.hex().encode() for _, sealed in rows},
    }


def found(folders: list[Path], traces: dict[str, set[bytes]]) -> set[str]:
    """Which kinds of traces stand in some byte of these folders."""
    return {kind for kind, seen in traces.items() if any(files_with(f, seen) for f in folders)}


@pytest.mark.slow
@pytest.mark.both_databases
def test_wave_on_two_hosts_from_keys_to_destruction(
    two: Two, request: pytest.FixtureRequest
) -> None:
    cards = set_up(two)
    with both_served(two) as site:
        each_serves_its_own_addresses_only(site, two.ports[0])
        with ThreadPoolExecutor(4) as pool:
            receipts = set(pool.map(partial(answer, site), cards[:SENT]))
        assert len(receipts) == SENT
        of_codes, of_answers = traces_of_codes(two, cards), traces_of_answers(two)
        close_both(two)
        page = opened(f"{site}/receipts/autumn")
        assert {html_page.words(item) for item in page.root.iter("li")} >= receipts
        assert f"{SENT} codes were used" in page.text
        links = {link.get("href", "") for link in page.root.iter("a")}
        (address,) = {link for link in links if link.endswith("/closing")}
        with urlopen(address) as reply:
            assert reply.read() == b'{"cards":60,"redeemed":50}\n'
    nothing_to_link(two, of_codes, of_answers, request)
    key = two.issuer.folder / "officers" / "release.key"
    assert "Release" in two.box.candour(f"unseal autumn --key {key} --out releases")
    assert "--audited" in two.issuer.candour("wave destroy autumn --yes", refused=True)
    opened_for_auditor = two.issuer.candour(f"wave redemptions autumn --key {key} --out proofs.txt")
    assert f"{SENT} of 60 codes of autumn were redeemed" in opened_for_auditor
    for host, option in ((two.issuer, " --audited"), (two.box, "")):
        assert "destroyed" in host.candour(f"wave destroy autumn --yes{option}")
        assert "autumn  destroyed" in host.candour("wave status")


def each_serves_its_own_addresses_only(site: str, issuer_port: int) -> None:
    issuers = f"http://127.0.0.1:{issuer_port}"
    assert opened(f"{site}/survey/autumn").by_id("survey") is not None
    for address in (f"{site}/issue/autumn/closing", f"{issuers}/survey/autumn", f"{issuers}/"):
        with pytest.raises(HTTPError) as refused:
            urlopen(address)
        assert html_page.parse(refused.value.read()).h1 == "Page not found"


def close_both(two: Two) -> None:
    """The issuer's host first; the box's closes without its count, and takes it afterwards."""
    said = two.issuer.candour("wave close autumn")
    assert f"60 cards, {SENT} codes used." in said
    assert "candour wave export autumn" in said
    assert "run this again with --issuer" in two.box.candour("wave close autumn")
    two.issuer.candour(f"wave export autumn --out {two.box.folder}-closed.wave")
    for _ in range(2):
        said = two.box.candour(f"wave close autumn --issuer {two.box.folder}-closed.wave")
        assert f"60 cards, {SENT} codes used, {SENT} answers received" in said


def opened(address: str) -> html_page.Page:
    with urlopen(address) as reply:
        return html_page.parse(reply.read())


def nothing_to_link(
    two: Two,
    of_codes: dict[str, set[bytes]],
    of_answers: dict[str, set[bytes]],
    request: pytest.FixtureRequest,
) -> None:
    """Every byte of each host is searched for what only the other may have."""
    issuers, boxs = [two.issuer.settings.home], [two.box.settings.home]
    if two.issuer.settings.issuer_url.startswith("postgresql"):
        cluster: Cluster = request.getfixturevalue("cluster")
        cluster.run("CHECKPOINT")  # so that the files hold what the server has in memory
        issuers.append(cluster.folder)
    assert found(boxs, of_codes) == set()
    assert found(issuers, of_answers) == set()
    of_rows = {kind: of_codes[kind] for kind in ("hashes", "marks")}
    assert found(issuers, of_rows) == set(of_rows), "and would be found"
    assert found(boxs, of_answers) == set(of_answers), "tokens were published at closing"
    planted = two.box.settings.home / "planted"
    planted.write_bytes(b"..." + next(iter(of_codes["hashes"])))
    assert found(boxs, of_codes) == {"hashes"}
    planted.unlink()


def test_what_is_carried_wrongly_is_one_sentence(two: Two) -> None:
    set_up(two)
    draft, closed = f"{two.box.folder}-draft.wave", f"{two.box.folder}-closed.wave"
    Path(closed).write_text("nonsense")
    for host, line, sentence in (
        (two.issuer, f"wave import {draft}", "has the ballot box and not the issuer"),
        (two.issuer, f"wave export none --out {closed}", "There is no wave none"),
        (two.issuer, f"wave close autumn --issuer {draft}", "leave out --issuer"),
        (two.box, "wave import missing.wave", "cannot be read"),
        (two.box, f"wave import {closed}", "is no wave's file"),
        (two.box, f"wave close winter --issuer {draft}", "is of wave autumn and not of winter"),
        (two.box, f"wave close autumn --issuer {draft}", "on the issuer's host first"),
        (two.box, "codes import autumn ../issuers/cards/public-halves.txt", "no issuer"),
    ):
        said = host.candour(line, refused=True)
        assert sentence in said, line
        assert len(said.splitlines()) == 1
    assert "autumn  open" in two.box.candour("wave status")
