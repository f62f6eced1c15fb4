"""Boards answer concerns and write down what they do: each its own, version by version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_acts import DEPARTMENTS, NORTHS, OWN, TALKS, TYPED, again, emptied, send, token_of
from fixtures_release import NORTH, SOUTH, WATCHED, make_release
from fixtures_results import BOARD, CHEAP, HR, PASSWORD, Site, make_site
from html_page import parse, words
from sqlalchemy import event

from survey import clock
from survey.config import ANSWER_DAYS, Settings
from survey.errors import ActionError, SettingsError
from survey.manage import audit_log, log_words, people
from survey.results.acts import checks, record, standing
from survey.results.acts.concerns import FORCE_WIDE, raised

TODAY = date(2026, 4, 1)
FORCE = "/results/actions/_force"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("acts") / "home")


@pytest.fixture
def site(made: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    return emptied(made)


def kept(site: Site) -> list[tuple[str, int]]:
    courses = record.courses(site.stores)
    return [(one.title, one.version) for course in courses for one in course.versions]


COLUMNS = "Concerns,Answered,Of these late,Waiting,Overdue,Planned,Under way,Done,Past due"


def row_of(board: str, *counts: int) -> str:
    """A row of the overview as text: each count after what it is of, which phones show."""
    columns = COLUMNS.split(",")
    told = (f"{column} {count}" for column, count in zip(columns, counts, strict=True))
    return " ".join([board, *told])


def test_a_concern_that_waits_names_its_group_above_and_not_again(site: Site) -> None:
    page = parse(site.client(BOARD).get(OWN).data).text
    (row,) = (one for one in make_release().concerns if one.group == f"command={NORTH}")
    assert row.words not in page
    assert row.words.removeprefix("Response North: ") in page


def test_each_concern_asks_one_board_and_hr_what_no_board_may_read() -> None:
    release = make_release()
    family = replace(release.concerns[0], group="command=response&ethnicity=minority")
    beside = replace(release.concerns[0], against=f"command={SOUTH}")
    level = replace(release.concerns[1], kind="level", state="above", against="")
    cleared = replace(release.concerns[0], state="cleared")
    added = (family, beside, level, cleared)
    asking = raised(replace(release, concerns=(*release.concerns, *added)))
    assert [(one.board, one.key.group, one.key.kind) for one in asking] == [
        (NORTH, f"command={NORTH}", "concern"),
        (FORCE_WIDE, "command=response&ethnicity=minority", "concern"),
        (FORCE_WIDE, f"command={NORTH}", "concern"),
        (NORTH, f"command={NORTH}-1", "concern"),
        (SOUTH, f"command={SOUTH}-1", "concern"),
        (FORCE_WIDE, WATCHED, "concern"),
        (NORTH, f"command={NORTH}-1", "level"),
    ]
    assert [one.key.group for one in asking if one.whole] == [f"command={NORTH}"]
    assert [one.key.group for one in asking if one.across] == [WATCHED]


def test_a_board_is_reminded_answers_and_is_reminded_no_more(site: Site) -> None:
    board, hr = site.client(BOARD), site.client(HR)
    front = f"/results/board/{NORTH}"
    reminded = "2 areas of concern are not answered yet: answers are due on 24 April 2026, in 23"
    assert reminded in parse(board.get(front).data).text
    waiting = parse(board.get(OWN).data)
    assert "Response North: Discrimination waiting" in waiting.text
    both = [str(NORTHS), str(DEPARTMENTS)]
    assert send(board, f"{OWN}/new", **TYPED, concerns=both).location == OWN
    after = parse(board.get(OWN).data).text
    assert "No area of concern of the newest survey waits" in after
    assert "Talks in every shift planned" in after
    assert (
        "Every area of concern has an answer. 1 action planned" in parse(board.get(front).data).text
    )
    overview = parse(hr.get("/results/actions").data).text
    assert row_of("Response North", 2, 2, 0, 0, 0, 1, 0, 0, 0) in overview
    assert row_of("Response South", 1, 0, 0, 1, 0, 0, 0, 0, 0) in overview
    assert row_of("HR, for the whole force", 1, 0, 0, 1, 0, 0, 0, 0, 0) in overview
    assert "1 area of concern is not answered yet" in parse(hr.get("/results/hr").data).text


def test_who_did_not_answer_in_time_is_shown_to_hr(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 2))
    record.keep(site.stores, replace(TALKS, day=date(2026, 5, 1)))
    hr = parse(site.client(HR).get("/results/actions").data).text
    assert row_of("Response North not answered", 2, 1, 1, 0, 1, 1, 0, 0, 1) in hr
    front = parse(site.client(BOARD).get(f"/results/board/{NORTH}").data).text
    assert (
        "1 area of concern is not answered in time: answers were due on 24 April 2026, 39" in front
    )
    assert "1 action is past its day." in front


REFUSED = [
    (BOARD, "GET", FORCE),
    (BOARD, "GET", f"/results/actions/{SOUTH}"),
    (BOARD, "GET", f"/results/actions/{SOUTH}/new"),
    (BOARD, "POST", f"{FORCE}/new"),
    (HR, "GET", f"{OWN}/new"),
    (HR, "POST", f"{OWN}/new"),
    (HR, "GET", f"{OWN}/{TALKS.id}"),
    (HR, "POST", f"{OWN}/{TALKS.id}"),
]


def test_a_board_writes_its_own_and_nobody_else_does(site: Site) -> None:
    record.keep(site.stores, TALKS)
    for name, own in ((BOARD, f"{OWN}/new"), (HR, f"{FORCE}/new")):
        client = site.client(name)
        token = token_of(client, own)
        for _, method, address in (one for one in REFUSED if one[0] == name):
            form = {**TYPED, "csrf_token": token}
            reply = client.open(address, method=method, data=form if method == "POST" else None)
            assert reply.status_code == 403, (name, method, address)
    assert kept(site) == [(TALKS.title, 1)]
    assert site.client(HR).get(OWN).status_code == 200
    assert site.client(HR).get("/results/actions/nowhere").status_code == 404
    # An action is its board's alone: it is not found under another's address.
    assert site.client(HR).get(f"{FORCE}/{TALKS.id}/history").status_code == 404
    assert site.client().get(OWN).location == "/results/sign-in"


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    assert site.client(BOARD).post(f"{OWN}/new", data=TYPED).status_code == 400
    assert kept(site) == []


SPOILT = [
    {"concerns": "winter|command=response-south-1|leadership|concern"},
    {"answer": "perhaps"},
    {"readers": "nobody"},
    {"state": "none"},
    {"asked_as": "leadership"},
    {"command": "response-south"},
    {"title": ["one", "two"]},
    {"version": "-1"},
    {"version": "99999"},
    {"version": "0"},
]


def test_what_the_page_cannot_send_is_refused(site: Site) -> None:
    client = site.client(BOARD)
    token = token_of(client, f"{OWN}/new")
    for spoilt in SPOILT:
        reply = send(client, f"{OWN}/new", token, **{**TYPED, **spoilt})
        assert reply.status_code == 400, spoilt
        assert "did not come as our page sends it" in parse(reply.data).text
    assert kept(site) == []


WRONG = [
    ({"answer": None}, "Choose an answer"),
    ({"title": ""}, "Enter a title"),
    ({"title": "a" * 121}, "Use at most 120 characters; these are 121"),
    ({"words": "all\u200bhidden"}, "Take out the characters that cannot be seen"),
    ({"owner": "Sgt Jones"}, "Write a role, and not a person: “Sgt Jones” looks like a name."),
    ({"due": "31/2/2026"}, "Enter a real day"),
    ({"due": "1/1/2099"}, "Enter a day between the year 2000 and 2031"),
    ({"due": ""}, "Enter the day on which it is due"),
    ({"state": "done"}, "Enter the day on which it was done"),
    ({"state": "done", "done_on": "2/4/2026", "done": "It was."}, "the year 2000 and today"),
    ({"state": "dropped"}, "Say why it was dropped"),
    ({"readers": "shared"}, "Share what is done, and what everybody may read"),
    ({"readers": "figures"}, "Show figures with what everybody may read"),
]


def test_what_is_wrong_is_said_and_what_was_typed_stays(site: Site) -> None:
    client = site.client(BOARD)
    token = token_of(client, f"{OWN}/new")
    for wrong, sentence in WRONG:
        reply = send(client, f"{OWN}/new", token, **{**TYPED, **wrong})
        page = parse(reply.data)
        assert reply.status_code == 400
        assert page.title.startswith("Error: ")
        assert sentence in page.text, wrong
        assert "Everybody has to feel safe here." in page.text
    assert kept(site) == []


def test_a_board_looks_again_at_names_and_at_groups_that_are_not_shown(site: Site) -> None:
    client = site.client(BOARD)
    told = {**TYPED, "words": "Sgt Jones talks to response north, team 2."}
    page = parse(send(client, f"{OWN}/new", **told).data)
    assert "In plain words: “Sgt Jones” looks like a name." in page.text
    assert "In plain words: it names Response North, team 2, and no figure" in page.text
    assert kept(site) == []
    assert send(client, f"{OWN}/new", **told, looked="y").status_code == 302
    assert kept(site) == [(TYPED["title"], 1)]


def test_dates_and_places_are_what_actions_are_made_of() -> None:
    assert checks.warnings({"Title": "Talks at Park Road on 3 May 2026"}, ()) == ()
    assert checks.owner_problem("chief inspector, custody") is None


def statements(site: Site) -> Iterator[str]:
    """Every statement that the results database is sent from now on."""
    sent: list[str] = []
    stores = site.app.extensions["candour"]
    with stores.results() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    yield from iter(lambda: sent.pop(0) if sent else "", None)


def test_every_version_stays_and_a_row_is_never_changed(site: Site) -> None:
    sent = statements(site)
    client = site.client(BOARD)
    next(sent)
    assert send(client, f"{OWN}/new", **TYPED).status_code == 302
    (course,) = record.courses(site.stores)
    address = f"{OWN}/{course.now.id}"
    later = {**TYPED, "title": "Talks twice a year", "version": "1"}
    assert send(client, address, **later).status_code == 302
    assert kept(site) == [("Talks in every shift", 1), ("Talks twice a year", 2)]
    seen = [one.split()[0] for one in iter(lambda: next(sent), "") if "action" in one.split()]
    assert set(seen) == {"SELECT", "INSERT"}
    logged = [one for one in audit_log.entries(site.stores) if one.kind == "action"][-2:]
    assert [(entry.who, entry.what) for entry in logged] == [
        (BOARD, f"{NORTH}: version {version} of action {course.now.id}") for version in (1, 2)
    ]
    page_of = "answers and actions of response-north, new"
    assert f"Opened a page: {page_of}" in [
        log_words.did(entry) for entry in audit_log.entries(site.stores)
    ]
    page = parse(client.get(f"{address}/history").data)
    history = page.text
    assert "Version 2, 1 April 2026, by the board" in history
    assert "Version 1, 1 April 2026, by the board" in history
    assert "Talks in every shift" in history
    assert BOARD not in words(page.by_id("main-content")).split()


def test_a_version_written_over_an_old_one_is_refused_and_stays_in_the_form(site: Site) -> None:
    client = site.client(BOARD)
    record.keep(site.stores, TALKS)
    record.keep(site.stores, again(TALKS, title="Somebody was faster"))
    reply = send(client, f"{OWN}/{TALKS.id}", **{**TYPED, "title": "Mine", "version": "1"})
    page = parse(reply.data)
    assert reply.status_code == 409
    assert "Somebody else of your board changed this action meanwhile" in page.text
    assert page.by_id("title").get("value") == "Mine"
    assert send(client, f"{OWN}/{TALKS.id}", **TYPED, version="-1").status_code == 400
    assert [version for _, version in kept(site)] == [1, 2]
    with pytest.raises(ActionError, match="meanwhile"):
        record.keep(site.stores, TALKS)


def test_what_everybody_could_read_stays_where_they_look_for_it(site: Site) -> None:
    client = site.client(BOARD)
    record.keep(site.stores, replace(TALKS, published=True))
    send(client, f"{OWN}/{TALKS.id}", **TYPED, version="1")
    (course,) = record.courses(site.stores)
    assert [one.published for one in course.versions] == [True, True]
    assert course.published_on == TALKS.day


def test_who_will_do_nothing_names_no_task(site: Site) -> None:
    sent = {**TYPED, "answer": "will_not", "owner": "Sgt Jones", "due": "nonsense"}
    assert send(site.client(BOARD), f"{OWN}/new", **sent, concerns=str(NORTHS)).status_code == 302
    (course,) = record.courses(site.stores)
    now = course.now
    assert (now.owner, now.due, now.state, now.concerns) == ("", None, "none", (NORTHS,))


def test_days_are_counted_from_the_close_of_the_wave() -> None:
    release = make_release()
    assert standing.last_day(release, ANSWER_DAYS) == date(2026, 4, 24)
    early = record.Course((replace(TALKS, day=date(2026, 4, 24), published=True),))
    late = record.Course(
        (replace(TALKS, id="f" * 16, day=date(2026, 4, 25), concerns=(DEPARTMENTS,)),)
    )
    rows = standing.of_wave(release, [early, late], date(2026, 5, 1), ANSWER_DAYS)
    assert rows[0] == standing.Standing(FORCE_WIDE, 1, 0, 0, 0, 1)
    assert rows[1] == standing.Standing(NORTH, 2, 2, 1, 0, 0)
    assert standing.first_published(release, [late, early]) == 56


def test_the_days_for_an_answer_are_a_setting(tmp_path: Path) -> None:
    at = {"CANDOUR_HOME": str(tmp_path)}
    assert Settings.from_environment(at).answer_days == ANSWER_DAYS
    assert Settings.from_environment({**at, "CANDOUR_ANSWER_DAYS": " 30 "}).answer_days == 30
    for wrong in ("0", "366", "-3", "six weeks", "5.5"):
        with pytest.raises(SettingsError, match="CANDOUR_ANSWER_DAYS"):
            Settings.from_environment({**at, "CANDOUR_ANSWER_DAYS": wrong})


def test_a_board_that_no_survey_knows_reads_so_and_writes_nothing(site: Site) -> None:
    people.add(site.stores, "newcomer", "board", "newco", PASSWORD, CHEAP)
    client = site.client("newcomer")
    page = parse(client.get("/results/actions/newco").data)
    assert page.h1 == "No results yet"
    assert "counted newco as a command of its own" in page.text
    assert client.get("/results/actions/newco/new").status_code == 404
    assert client.get(OWN).status_code == 403
    assert site.client(HR).get("/results/actions/newco").status_code == 404
