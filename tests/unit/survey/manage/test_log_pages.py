"""What people who sign in open is logged, nobody else is, and staff associations read it."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fixtures_accounts import sentence
from fixtures_acts import token_of
from fixtures_release import NORTH, SOUTH
from fixtures_results import BOARD, HR, Site, make_site, sign_in
from flask.testing import FlaskClient
from html_page import parse, words
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from analysis.release.model import Release
from survey.database import Stores
from survey.errors import ReleaseError
from survey.manage import audit_log, log_file, log_together, log_waiting, log_words
from survey.manage import sign_in as signing
from survey.manage.audit_log import Entry
from survey.results import store

OWN = f"/results/board/{NORTH}"
CSV = f"{OWN}/winter/csv/groups.csv"
FEDERATION = "federation"
Told = tuple[str, str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site") / "home")


def since(site: Site, number: int) -> list[Told]:
    """Who, kind and what of the entries after a number."""
    found = [one for one in audit_log.entries(site.stores) if one.number > number]
    return [(one.who, one.kind, one.what) for one in found]


def test_a_session_is_logged_page_by_page_once_and_each_download_and_refusal(site: Site) -> None:
    start = audit_log.head(site.stores).number
    client = site.client(BOARD)
    theme = f"{OWN}/winter/theme/leadership?group=command%3D{NORTH}"
    for address in (OWN, OWN, theme, theme, CSV, CSV, "/results/log", f"/results/board/{SOUTH}"):
        client.get(address)
    client.get(f"/results/board/{SOUTH}")
    client.get(f"{OWN}/winter/theme/leadership?group=command%3D{SOUTH}")
    client.get(f"{OWN}/summer")  # not there
    client.get("/results")  # leads on
    expected = [
        (BOARD, "sign-in", f"as Board of {NORTH}, with a password"),
        (BOARD, "view", OWN),
        (BOARD, "view", theme),
        (BOARD, "export", CSV),
        (BOARD, "export", CSV),
        (BOARD, "refusal", "/results/log"),
        (BOARD, "refusal", f"/results/board/{SOUTH}"),
        (BOARD, "refusal", f"{OWN}/winter/theme/leadership?group=command%3D{SOUTH}"),
    ]
    assert since(site, start) == expected
    site.client(BOARD).get(OWN)
    assert since(site, start)[-1] == (BOARD, "view", OWN)


def test_wrong_passwords_are_logged_and_what_was_typed_for_nobody_is_not(site: Site) -> None:
    start = audit_log.head(site.stores).number
    client = site.app.test_client()
    for name in (HR, "hunter2-typed-in-the-wrong-field", HR):
        sign_in(client, name, "not the password")
    told = sorted(since(site, start))
    assert [one[1] for one in told] == ["failed"] * len(told)
    assert {one[0] for one in told} == {"", HR}
    assert b"hunter2" not in (site.settings.home / "results.db").read_bytes()


def test_respondents_are_never_logged_and_no_address_or_browser_is(site: Site) -> None:
    start = audit_log.head(site.stores)
    reader, anybody = site.client(HR), site.app.test_client()
    marks = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Marked/1.0 (candour-test)"}
    for address in ("/", "/privacy", "/accessibility", "/results/sign-in"):
        anybody.get(address, environ_overrides=marks)
        reader.get(address, environ_overrides=marks)
    assert len(since(site, start.number)) == 1  # that reader signed in
    reader.get("/results/hr", environ_overrides=marks)
    kept = b"".join(one.read_bytes() for one in site.settings.home.glob("results.db*"))
    assert b"/results/hr" in kept
    assert b"203.0.113.77" not in kept
    assert b"Marked/1.0" not in kept


@contextmanager
def broken_chain(site: Site) -> Iterator[None]:
    with site.stores.results() as session:
        session.execute(text("UPDATE log_head SET number = number - 1"))
    try:
        yield
    finally:
        with site.stores.results() as session:
            session.execute(text("UPDATE log_head SET number = number + 1"))


def test_a_page_that_cannot_be_logged_is_not_shown(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.client(HR)
    monkeypatch.setattr(log_waiting, "beside", lambda _: None)
    with broken_chain(site):
        reply = client.get("/results/hr")
    assert reply.status_code == 500
    assert b"<table" not in reply.data


def test_nor_is_one_whose_line_can_wait_nowhere(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, start = site.client(HR), audit_log.head(site.stores).number

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as planted:
        planted.setattr(log_waiting, "_write", full)
        reply = client.get("/results/hr")
    assert reply.status_code == 500
    assert b"<table" not in reply.data
    assert since(site, start) == []


def test_nor_one_after_lines_that_the_chain_does_not_take(site: Site) -> None:
    """The first is shown: its line is on the disk, and in the log once that takes it."""
    client, start = site.client(HR), audit_log.head(site.stores).number
    with broken_chain(site):
        assert client.get("/results/hr").status_code == 200
        with pytest.raises(IntegrityError):
            log_together.of(site.app).settle(site.stores)
        reply = client.get("/results/hr/winter")
        assert reply.status_code == 500
        assert b"<table" not in reply.data
    assert since(site, start) == [(HR, "view", "/results/hr")]
    assert client.get("/results/hr/winter").status_code == 200
    assert since(site, start)[1:] == [(HR, "view", "/results/hr/winter")]


def test_an_address_that_is_too_long_to_be_logged_is_not_opened(site: Site) -> None:
    client = site.client(HR)
    start = audit_log.head(site.stores).number
    theme = "/results/hr/winter/theme/leadership"
    assert client.get("/results/hr/" + "y" * 600).status_code == 414
    assert client.get(f"{theme}?group=" + "y" * 600).status_code == 414
    client.get(f"/results/board/{SOUTH}%00%0a")
    assert since(site, start) == []
    start = audit_log.head(site.stores).number + 1
    site.client(BOARD).get(f"/results/board/{SOUTH}%00%0a")
    assert since(site, start) == [(BOARD, "refusal", f"/results/board/{SOUTH}%00%0A")]
    assert f"the results of {SOUTH}??" in log_of(site.client(FEDERATION))[1]


def test_a_query_that_a_page_does_not_read_makes_no_entry(site: Site) -> None:
    client = site.client(HR)
    start = audit_log.head(site.stores).number
    theme, group = "/results/hr/winter/theme/leadership", f"group=command%3D{SOUTH}"
    for query in ("", "?x=1", "?x=%00%0a", "?group=", "?y=" + "z" * 600):
        assert client.get(f"/results/hr{query}").status_code == 200
    for query in (f"{group}", f"x=1&{group}", f"{group}&group=force", f"{group}&x=2"):
        assert client.get(f"{theme}?{query}").status_code == 200
    told = [(HR, "view", "/results/hr"), (HR, "view", f"{theme}?{group}")]
    assert since(site, start) == told


def test_a_form_that_comes_back_with_its_mistakes_was_shown_too(site: Site) -> None:
    client = site.client(BOARD)
    token = token_of(client, "/results/sign-in")
    start = audit_log.head(site.stores).number
    address = f"/results/actions/{NORTH}/new"
    for _ in range(2):
        reply = client.post(address, data={"csrf_token": token, "title": "x"})
        assert reply.status_code == 400
        assert "discrimination" in parse(reply.data).text.lower()
    assert since(site, start) == [(BOARD, "view", address)]
    client.get(f"{address}?idea=any&concern=any")
    assert len(since(site, start)) == 1


def log_of(client: FlaskClient, query: str = "") -> list[str]:
    page = parse(client.get(f"/results/log{query}").data)
    return [words(one) for one in page.root.iter("li") if one.get("class") == "log__entry"]


def test_associations_read_the_log_in_plain_words_newest_first(site: Site) -> None:
    site.client(BOARD).get(CSV)
    client = site.client(FEDERATION)
    first, second, third = log_of(client)[:3]
    assert (
        "federation (Staff association) Signed in: as Staff association, with a password" in first
    )
    assert "Downloaded a file: the results of Response North, wave winter, table groups" in second
    assert "north (Board)" in third
    assert "A command on the server Took in results: Release" in " ".join(log_of(client))
    head = audit_log.head(site.stores)  # opening the page was logged after it was made
    shown = words(parse(client.get("/results/log").data).by_id("head"))
    assert shown == head.hash


def test_entries_are_picked_by_role_and_kind_and_paged(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.client(BOARD).get(OWN)
    client = site.client(FEDERATION)
    all_of_boards = len(log_of(client, "?role=board"))
    line, *_ = viewed = log_of(client, "?role=board&kind=view")
    assert 0 < len(viewed) < all_of_boards
    assert "Opened a page: the results of Response North" in line
    assert log_of(client, "?role=officer&kind=export") == []
    monkeypatch.setattr("survey.manage.log_pages.AT_ONCE", 4)
    seen, address = list[str](), "?role=&kind=setting"
    while address:
        page = parse(client.get(f"/results/log{address}").data)
        seen += log_of(client, address)
        older = [link for link in page.root.iter("a") if words(link) == "Older entries"]
        address = older[0].get("href", "").removeprefix("/results/log") if older else ""
    assert len(seen) == len(set(seen)) == 6  # one for each person who was added
    for wrong in ("?role=chief", "?kind=x", "?before=x", "?before=-1", "?before=" + "9" * 30):
        assert client.get(f"/results/log{wrong}").status_code == 404


def test_the_downloaded_log_is_whole_and_its_download_is_in_the_next(
    site: Site, tmp_path: Path
) -> None:
    client = site.client(FEDERATION)
    reply = client.get("/results/log/file.csv")
    (tmp_path / "copy.csv").write_bytes(reply.data)
    found = list(log_file.read(tmp_path / "copy.csv"))
    assert audit_log.check(found).problem is None
    assert since(site, found[-1].number) == [(FEDERATION, "export", "/results/log/file.csv")]


AS_BOARD = "Signed in: as Board of Response North, with a password"
ADDED = f"Changed who may sign in: {BOARD} can sign in as Board of Response North"


def test_a_command_is_called_by_its_name_wherever_the_log_is_read_and_kept_by_its_id(
    site: Site,
) -> None:
    start = audit_log.head(site.stores).number
    site.client(BOARD).get(f"/results/actions/{NORTH}")
    client = site.client(FEDERATION)
    told = log_of(client, "?role=board")
    assert "answers and actions of Response North" in told[0]
    assert AS_BOARD in told[1]
    settings = log_of(client, "?kind=setting")
    assert [one for one in settings if one.endswith(ADDED)]
    people_now = sentence(client.get("/results/people"))
    assert "Board of Response North, with a password here" in people_now
    rows = list(csv.DictReader(client.get("/results/log/file.csv").text.splitlines()))
    kept = {row[log_file.IN_WORDS]: row["what"] for row in rows}
    assert kept[AS_BOARD] == f"as Board of {NORTH}, with a password"
    assert kept[ADDED] == f"{BOARD} can sign in as Board of {NORTH}"
    assert since(site, start)[0] == (BOARD, "sign-in", kept[AS_BOARD])
    assert f"Board of {NORTH}" not in " ".join((*told, *settings, people_now, *kept))


def test_its_id_stands_for_a_command_while_the_results_cannot_be_read(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.client(BOARD)

    def broken(_: Stores) -> tuple[Release, ...]:
        raise ReleaseError("damaged")

    client = site.client(FEDERATION)
    monkeypatch.setattr(store, "all_releases", broken)
    assert f"Signed in: as Board of {NORTH}, with a password" in log_of(client, "?role=board")[0]
    assert f"Board of {NORTH}, with a password" in sentence(client.get("/results/people"))
    assert client.get("/results/log/file.csv").status_code == 200


def test_what_somebody_wrote_is_told_as_it_was_written() -> None:
    entry = Entry(1, 0, "x", "board", "action", f"who signs in as Board of {NORTH}", None, "")
    assert log_words.did(entry, {NORTH: "Response North"}).endswith(f"as Board of {NORTH}")


def test_what_stands_in_the_log_is_shown_and_never_run(site: Site) -> None:
    with site.stores.results() as session:
        audit_log.record(session, None, "setting", "<script>alert(1)</script>")
    assert "<script>alert(1)</script>" in log_of(site.client(FEDERATION))[1]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/results", "the page of what they may open"),
        ("/results/hr", "HR's results"),
        ("/results/hr/winter/procedures", "HR's results, wave winter, procedures"),
        (
            f"{OWN}/winter/theme/leadership",
            f"the results of {NORTH}, wave winter, theme leadership",
        ),
        (
            "/results/hr/winter?group=command%3Dx",
            "HR's results, wave winter, of the group command=x",
        ),
        ("/results/log", "this log"),
        ("/results/manage/questionnaires?before=a", "what changed between questionnaires"),
        ("/results/manage/new-wave", "the form for a new wave"),
        ("/results/something/new?a=b", "/results/something/new?a=b"),
    ],
)
def test_addresses_are_told_in_words(address: str, said: str) -> None:
    assert log_words.place(address) == said


def test_an_entry_of_a_kind_or_role_that_is_gone_is_still_told() -> None:
    entry = Entry(1, 0, "x", "clerk", "moved", "a thing", None, "")
    assert (log_words.who(entry), log_words.did(entry)) == ("x (clerk)", "moved: a thing")


def test_no_address_that_is_logged_is_cut() -> None:
    assert signing.LONGEST_ADDRESS < audit_log.LONGEST
