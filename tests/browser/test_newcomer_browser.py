"""A newcomer's whole walk in a real Chromium: from an empty home to a wave that is destroyed.

What is done by a command is read from the page that names it, and run as it stands there.
"""

from __future__ import annotations

import csv
import io
import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from answering import answer_everything, begin, finish
from fixtures_planning import issuing_key
from fixtures_results import PASSWORD
from fixtures_wave import QUESTIONNAIRES
from playwright.sync_api import Page
from served import serve_app

from survey import cli
from survey.agreeing import running
from survey.app import create_app
from survey.collect import submit
from survey.config import Settings
from survey.database import Stores
from survey.manage import issuing_keys, waves

pytestmark = pytest.mark.browser

PEOPLE = {"kim": "manager", "ola": "officer", "ben": "officer", "hr": "hr", "north": "board"}
WAVE = "autumn"


@dataclass(frozen=True)
class Walk:
    """Two machines, people who sign in, and what a page told last."""

    server: Path
    officers: Path
    patch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, line: str, at: Path | None = None, *, typed: str = "", code: int = 0) -> str:
        """Run a line in the folder of the server, or in another one; gives all that it said."""
        program, *arguments = shlex.split(line)
        assert program == "candour"
        self.patch.chdir(at or self.server)
        self.patch.setattr("sys.argv", [program, *arguments])
        self.patch.setattr("sys.stdin", io.StringIO(typed))
        ended = 0
        try:
            cli.main()
        except SystemExit as end:
            ended = int(end.code or 0)
        said = self.capsys.readouterr()
        assert ended == code, f"{line}: {said.err}"
        return said.out + said.err


def named(page: Page | str, begins: str) -> list[str]:
    """The commands that a page or a printed text names, of those that begin so."""
    if isinstance(page, str):
        lines = page.replace("`", "\n").splitlines()
    else:
        lines = "\n".join(page.locator("main code").all_inner_texts()).splitlines()
    return [one for one in lines if one.startswith(begins)]


def one(page: Page | str, begins: str) -> str:
    """The one command that begins so."""
    found = set(named(page, begins))
    assert len(found) == 1, (begins, found)
    return found.pop()


@pytest.fixture
def walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Walk:
    monkeypatch.setattr(issuing_keys, "_made", issuing_key)
    monkeypatch.setattr(running, "start", lambda _settings: False)  # the page names the command
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path / "server" / "home"))
    monkeypatch.setenv("CANDOUR_TWO_PEOPLE", "yes")
    made = Walk(tmp_path / "server", tmp_path / "officers", monkeypatch, capsys)
    made.server.mkdir()
    made.officers.mkdir()
    return made


def test_a_newcomer_is_told_every_next_step(visit: Callable[..., Any], walk: Walk) -> None:
    walk.run(one(walk.run("candour wave status", code=2), "candour migrate"))
    assert "candour wave new" in walk.run("candour wave status")
    for address in serve_app(create_app(Settings.from_environment())):
        add_people(visit(1280).page, walk, address)
        signed_in = {name: sign_in(visit(1280).page, address, name) for name in PEOPLE}
        kim, ola = signed_in["kim"], signed_in["ola"]
        prepare(kim, walk)
        agree(kim, ola, "open", walk)
        keep_public_file(kim, walk)
        answer(visit(1280).page, walk, address)
        agree(ola, kim, "close", walk)
        publish(signed_in, walk)
        read(signed_in, walk)
        destroy(kim, walk)
    assert "destroyed" in walk.run("candour wave status autumn")


def test_a_line_that_is_wrong_or_missing_stops_the_walk(walk: Walk) -> None:
    walk.run("candour migrate")
    for wrong in ("candour wave carrry autumn", "candour wave carry autumn", "candour wave open x"):
        with pytest.raises(AssertionError, match=wrong):
            walk.run(wrong)
    with pytest.raises(AssertionError, match="candour user add"):
        one("Ask whoever runs this server.", "candour user add")


def add_people(page: Page, walk: Walk, address: str) -> None:
    page.goto(f"{address}/sign-in")
    lines = named(page, "candour user add ")
    for name, role in PEOPLE.items():
        (line,) = (one for one in lines if f"--role {role}" in one)
        line = line.replace("NAME", name).replace("COMMAND", "north")
        assert "can sign in" in walk.run(f'{line} --password "{PASSWORD}"')
    page.reload()
    assert page.locator("main code").count() == 0


def sign_in(page: Page, address: str, name: str) -> Page:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    return page


def next_step(page: Page) -> str:
    return page.locator("#next").inner_text()


def prepare(page: Page, walk: Walk) -> None:
    """From nothing to a draft with headcounts and cards."""
    page.get_by_role("link", name="Waves: prepare and run").click()
    page.get_by_role("button", name="Prepare a new wave").click()
    walk.run(one(page, "candour keys new"), walk.officers)
    page.get_by_label("Title").fill("Autumn")
    page.get_by_label("Id", exact=True).fill(WAVE)
    page.get_by_label("The file of your own questionnaire").set_input_files(
        QUESTIONNAIRES / "small.yaml"
    )
    written = walk.officers / "officers"
    page.get_by_label("The officers' public.json").set_input_files(written / "public.json")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("I compared it with theirs").check()
    page.get_by_role("button", name="Make the draft").click()
    assert next_step(page) == "Next: load headcounts"
    load_headcounts(page, walk)
    assert next_step(page) == "Next: make cards and take them in"
    page.get_by_role("link", name="Make and print cards").click()
    page.get_by_role("button", name="Show the line to run").click()  # as many as it suggests
    said = walk.run(one(page, "candour codes make"), walk.officers)
    page.locator("#file").set_input_files(walk.officers / "cards" / "public-halves.txt")
    page.get_by_label("Fingerprint, read from").fill(cards(walk)[0]["fingerprint"])
    page.get_by_label("SHA-256, as the officers").fill(said.splitlines()[-1])
    page.get_by_role("button", name="Take them in").click()
    assert next_step(page) == "Next: open it, with somebody else"


def cards(walk: Walk) -> list[dict[str, str]]:
    """What stands on each card."""
    lines = (walk.officers / "cards" / "mail-merge.csv").read_text().splitlines()
    return list(csv.DictReader(lines))


def load_headcounts(page: Page, walk: Walk) -> None:
    """First a file in which a group is misspelt and a number is none."""
    file = walk.server / "headcount.csv"
    file.write_text("group,headcount\nforce,many\ncommand=nroth,40\n")
    page.get_by_role("link", name="Load headcounts").click()
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Go on").click()
    wrong = page.locator(".mistakes__one").all_inner_texts()
    assert [line.partition(": ")[0] for line in wrong] == [f"{file.name}, row {n}" for n in (2, 3)]
    file.write_text("group,headcount\nforce,60\ncommand=north,60\n")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Load them").click()


def agree(first: Page, second: Page, act: str, walk: Walk) -> None:
    """One proposes, another agrees, and what the page then names does it."""
    for page in (first, second):
        page.goto(page.url.partition("/results")[0] + "/results")
        page.get_by_role("link", name="Open or close a wave").click()
        page.get_by_role("link", name="Autumn").click()
    first.get_by_role("button", name=f"Propose to {act} it").click()
    second.reload()
    second.get_by_role("button", name=f"Agree to {act} it").click()
    line = one(second, "candour wave agreed")
    assert f"Wave {WAVE} is {'open' if act == 'open' else 'closed'}" in walk.run(line)


def of_wave(page: Page) -> None:
    """The page of the wave, for its manager."""
    page.goto(page.url.partition("/results")[0] + "/results")
    page.get_by_role("link", name="Waves: prepare and run").click()
    page.get_by_role("link", name="Autumn").click()


def keep_public_file(page: Page, walk: Walk) -> None:
    of_wave(page)
    assert next_step(page) == "Next: close it when its time is over, with somebody else"
    with page.expect_download() as waiting:
        page.get_by_role("link", name="its public file").click()
    file = waiting.value
    file.save_as(walk.officers / "officers" / file.suggested_filename)
    said = walk.run(one(page, "candour verify wave"), walk.officers / "officers")
    assert "FAILS" not in said
    assert "holds" in said.lower()


def answer(page: Page, walk: Walk, address: str) -> None:
    """One answers in a browser, and all others by what a page without JavaScript sends."""
    first, *others = (card["code"] for card in cards(walk))
    begin(page, SimpleNamespace(url=address), first)
    answer_everything(page)
    page.click("#next")
    finish(page)
    stores = Stores.open(Settings.from_environment())
    said = {"challenge_safe": "agree", "department": "north-a", "ethnicity": "white"}
    submit.submit_many(stores, waves.get(stores, WAVE), [(code, said) for code in others[:40]])


def publish(signed_in: dict[str, Page], walk: Walk) -> None:
    """The answers are opened away from the server, and two officers publish what comes of it."""
    of_wave(signed_in["kim"])
    assert next_step(signed_in["kim"]) == "Next: open the answers, publish and destroy"
    page, away = signed_in["ola"], walk.officers / "officers"
    page.reload()
    walk.run(one(page, "candour wave carry"))
    shutil.copy(walk.server / "autumn.wave", away)
    assert "FAILS" not in walk.run(one(page, "candour verify wave"), away)
    walk.run(one(page, "candour keys combine"), away)
    walk.run(one(page, "candour unseal"), away)
    (packed,) = (away / "releases").glob("*.release")
    shutil.copy(packed, walk.server)
    added = one(page, "candour release add").replace("HASH", packed.stem)
    assert "waits" in walk.run(added)
    for page in (signed_in["ola"], signed_in["ben"]):
        page.goto(page.url.partition("/results")[0] + "/results")
        page.get_by_role("link", name="Releases").click()
        assert packed.stem in page.locator("main").inner_text()
        page.get_by_role("link", name="Autumn").click()
    signed_in["ola"].get_by_role("button", name="Propose to publish it").click()
    signed_in["ben"].reload()
    signed_in["ben"].get_by_role("button", name="Agree to publish it").click()
    assert "There is none yet" not in page.locator("main").inner_text()


def read(signed_in: dict[str, Page], walk: Walk) -> None:
    """The board reads its page, and HR takes a whole file away."""
    board, hr = signed_in["north"], signed_in["hr"]
    board.reload()
    assert board.locator("h1").inner_text() == "North: results for the board"
    assert "about 40 of 60 people answered" in board.locator("main").inner_text()
    hr.reload()
    hr.get_by_role("link", name="Files").first.click()
    hr.get_by_role("link", name="Workbook (.xlsx)", exact=True).click()
    assert not hr.get_by_text("being made").is_visible(), "how far it is went when it was there"
    with hr.expect_download() as waiting:
        hr.get_by_role("link", name=re.compile("^Download ")).click()
    waiting.value.save_as(walk.server / "taken.xlsx")
    assert (walk.server / "taken.xlsx").read_bytes()[:2] == b"PK"


def destroy(page: Page, walk: Walk) -> None:
    of_wave(page)
    assert "must be destroyed by" in page.locator("main").inner_text()
    assert "destroyed" in walk.run(one(page, "candour wave destroy"), typed="y\n")
    page.reload()
    assert "Its answers were destroyed on" in page.locator("main").inner_text()
    assert page.locator("#next").count() == 0
