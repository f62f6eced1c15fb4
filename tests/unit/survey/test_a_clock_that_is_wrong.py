"""The machine's clock jumps by a day or a year, and comes back: nothing that was agreed, waited for
or counted is thrown off for longer than the jump, and answering takes no notice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fixtures_agreeing import MANAGERS, agreeing_site, draft_with_cards
from fixtures_results import Site
from fixtures_tokens import received, used
from fixtures_wave import OPENED, LiveWave
from flask.testing import FlaskClient
from plain_forms import checked
from sqlalchemy import func, select

from survey import carrying_out, clock
from survey.agreeing import about_waves, agreements, deciding, response
from survey.agreeing.agreements import LASTS, Agreement
from survey.close.closing import close_wave
from survey.collect import submit
from survey.manage import people, waves, wrong_tries
from survey.manage.tables import ResponseRow

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)


def no_clock() -> datetime:
    raise AssertionError("somebody who answers was asked for the time")


def test_answering_does_not_look_at_the_clock(
    live_wave: LiveWave, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("now", "today"):
        monkeypatch.setattr(clock, name, no_clock)
    form = checked(client, live_wave.codes[0])
    assert client.post("/survey/autumn/send", data=form).status_code == 200
    ticket = submit.take(live_wave.stores, live_wave.wave, live_wave.codes[1], "5" * 64)
    assert submit.submit_with(live_wave.stores, live_wave.wave, ticket, {})
    assert (used(live_wave), received(live_wave)) == (2, 2)
    with pytest.raises(AssertionError, match="asked for the time"):  # the control
        clock.today()


@pytest.mark.parametrize(
    ("jump", "late"),
    [
        (-YEAR, True),
        (-2 * DAY, True),
        (-timedelta(hours=20), False),
        (timedelta(0), False),
        (DAY, False),
        (LASTS - timedelta(minutes=1), False),
        (LASTS, True),
        (YEAR, True),
    ],
)
def test_a_proposal_lapses_whichever_way_the_clock_was_wrong(jump: timedelta, late: bool) -> None:
    asked = Agreement(
        *("0", "open", "autumn", "0", (), "a", "manager", int(NOW.timestamp()), "agreed"),
        *("b", "manager", None, "", ""),
    )
    assert asked.is_late(NOW + jump) is late


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        yield agreeing_site(tmp_path_factory.mktemp("site") / "home", patch)


def both(site: Site, wave: str) -> None:
    facts, now = about_waves.opening(site.stores, wave), clock.now()
    first, second = (people.get(site.stores, name) for name in MANAGERS)
    assert first
    assert second
    asked = deciding.propose(site.stores, first, "open", wave, facts.state, facts, now)
    deciding.agree(site.stores, second, asked, asked.state, facts, now)


@pytest.mark.parametrize("jump", [-YEAR, YEAR])
def test_what_was_agreed_by_a_clock_a_year_off_is_not_done_and_can_be_agreed_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    wave, real = f"year{jump.days}".replace("-", "-minus-"), clock.now()
    draft_with_cards(site, wave)
    with monkeypatch.context() as wrong:
        wrong.setattr(clock, "now", lambda: real + jump)
        both(site, wave)
    carrying_out.everything(site.stores, lambda _: None)
    assert waves.get(site.stores, wave).state == "draft"
    assert agreements.of_subject(site.stores, wave)[0].verdict == "lapsed"
    both(site, wave)
    carrying_out.everything(site.stores, lambda _: None)
    assert waves.get(site.stores, wave).state == "open"


def tries(live: LiveWave, times: int, now: datetime) -> bool:
    """Wrong passwords; whether the last one was looked at."""
    for _ in range(times):
        with live.stores.results() as session:
            granted = wrong_tries.count(session, 7, now)
    return granted


def test_nobody_waits_longer_than_the_longest_wait_after_the_clock_was_ahead(
    live_wave: LiveWave,
) -> None:
    many = wrong_tries.FREE + 8
    for number in range(many):
        tries(live_wave, 1, NOW + YEAR + number * DAY / 24)
    last = NOW + YEAR + (many - 1) * DAY / 24
    assert not tries(live_wave, 1, last)  # the control: it waits
    assert tries(live_wave, 1, NOW)
    assert tries(live_wave, 1, NOW - YEAR)


def test_a_day_that_comes_twice_is_counted_once(live_wave: LiveWave) -> None:
    day = OPENED + response.COUNTED
    days = (OPENED, day, day - DAY, OPENED - YEAR, day, day + YEAR, day)
    counted = [response.count(live_wave.stores, live_wave.wave, today) for today in days]
    assert counted == [False, True, False, False, False, False, False]
    with live_wave.stores.issuer() as session:
        assert session.scalar(select(func.count()).select_from(ResponseRow)) == 2  # and the base
    assert response.told(live_wave.stores, live_wave.wave, OPENED - YEAR) is not None


@pytest.mark.parametrize("today", [OPENED - YEAR, OPENED - DAY, OPENED, OPENED + YEAR])
def test_a_wave_never_closes_before_it_opened_and_loses_nothing(
    live_wave: LiveWave, today: date
) -> None:
    sendings = [(code, {"ethnicity": "white"}) for code in live_wave.codes[:5]]
    receipts = submit.submit_many(live_wave.stores, live_wave.wave, sendings)
    told = close_wave(live_wave.stores, "autumn", today)
    assert sorted(told.receipts) == sorted(receipts)
    closed = waves.get(live_wave.stores, "autumn").closed
    assert closed == max(today, OPENED)


def test_a_session_is_over_when_the_clock_is_before_its_beginning_or_long_after(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client, real = site.client("manager"), clock.now()
    statuses = {}
    for jump in (timedelta(0), -DAY, DAY, -YEAR, YEAR, timedelta(0)):
        monkeypatch.setattr(clock, "now", lambda jump=jump: real + jump)
        browser = site.app.test_client()
        browser._cookies = dict(client._cookies or {})  # type: ignore[attr-defined]
        statuses[jump] = browser.get("/results/manage/agreements").status_code
    assert statuses == {timedelta(0): 200, -DAY: 302, DAY: 302, -YEAR: 302, YEAR: 302}
