"""What the survey before raised: said again, or listed as not raised any more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, SOUTH, WATCHED, make_release
from fixtures_results import BOARD, HR, Site, make_site
from fixtures_rooms import hr_reading, shown, walked
from html_page import parse

from analysis.release.model import Release
from analysis.release.rows import ConcernState
from survey.results import scope, words
from survey.results.findings import Findings, findings
from survey.results.kept import Kept
from survey.results.scope import Unit, of_command, units, whole_force

NOW, BEFORE = make_release("winter"), make_release("autumn")


def now_without(*groups: str) -> Release:
    """This survey's Release, without its findings about `groups`."""
    return replace(NOW, concerns=tuple(row for row in NOW.concerns if row.group not in groups))


def of_north(release: Release, *earlier: Release) -> Findings:
    scope = of_command(release, NORTH)
    assert scope is not None
    return findings(release, scope, releases=(*earlier, release))


def test_a_concern_that_the_survey_before_raised_says_so() -> None:
    found = findings(NOW, whole_force(NOW), releases=(BEFORE, NOW))
    assert all(finding.again for finding in (*found.concerns, *found.strengths))
    assert found.before == "Autumn 2025"
    assert found.ended == ()


def test_without_a_survey_before_nothing_is_said_of_one() -> None:
    later = make_release("winter", closed="2027-01-01")
    for releases in ((), (NOW,), (NOW, later)):
        found = findings(NOW, whole_force(NOW), releases=releases)
        assert (found.before, found.ended) == ("", ())
        assert not any(finding.again for finding in found.concerns)


def test_a_concern_that_is_not_raised_any_more_stands_with_both_figures() -> None:
    release = now_without(WATCHED)
    (ended,) = findings(release, whole_force(release), releases=(BEFORE, release)).ended
    key = (WATCHED, "grievance")
    assert (ended.group, ended.about) == ("Minority-background probationers", _label())
    assert ended.then == words.figure_with_range(BEFORE.estimate_by_key[key])
    assert ended.now == words.figure_with_range(release.estimate_by_key[key])


def _label() -> str:
    return NOW.measure_by_id["grievance"].label


def test_a_figure_that_is_hidden_now_is_not_shown_for_a_concern_that_ended() -> None:
    hidden = make_release("winter", hidden={WATCHED})
    (ended,) = findings(hidden, whole_force(hidden), releases=(BEFORE, hidden)).ended
    assert ended.now == "[c]"


def test_only_the_newest_survey_before_counts() -> None:
    older = make_release("spring")
    release = now_without(WATCHED)
    quiet = replace(BEFORE, concerns=())
    found = findings(release, whole_force(release), releases=(older, quiet, release))
    assert found.ended == ()
    assert not any(finding.again for finding in found.concerns)


def test_a_board_hears_of_no_other_commands_past() -> None:
    release = now_without(f"command={SOUTH}-1", f"command={NORTH}-1")
    (ended,) = of_north(release, BEFORE).ended
    assert ended.group.startswith("Response North")


def test_a_team_that_came_from_another_command_brings_no_past_along() -> None:
    then = replace(
        BEFORE,
        groups=tuple(
            replace(row, values=(SOUTH, *row.values[1:]))
            if row.group in (f"command={NORTH}", f"command={NORTH}-1")
            else row
            for row in BEFORE.groups
        ),
    )
    release = now_without(f"command={NORTH}", f"command={NORTH}-1")
    assert of_north(release, then).ended == ()


@pytest.mark.parametrize("change", [{"comparable": False}, {"was": "command=old"}])
def test_a_reorganised_unit_is_compared_with_nothing(change: dict[str, object]) -> None:
    own = f"command={NORTH}"
    rows = tuple(
        replace(row, **change) if (row.group, row.wave) == (own, "autumn") else row  # type: ignore[arg-type]
        for row in NOW.trends
    )
    release = now_without(own)
    assert any(one.group == "Response North" for one in of_north(release, BEFORE).ended)
    assert of_north(replace(release, trends=rows), BEFORE).ended == ()


def test_a_board_is_led_to_no_survey_that_did_not_know_its_command(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, page = site.client(BOARD), f"/results/board/{NORTH}"
    assert f"{page}/autumn" in client.get(page).text

    def renamed(release: Release, level: str | None = None) -> tuple[Unit, ...]:
        gone = release.manifest.wave == "autumn"
        return tuple(one for one in units(release, level) if not (gone and one.id == NORTH))

    monkeypatch.setattr(scope, "units", renamed)
    monkeypatch.setattr(Kept, "get", lambda *_: None)  # Releases never change, so pages are kept
    text = client.get(page).text
    assert f"{page}/autumn" not in text
    assert f"{page}/spring" in text


def test_a_changed_question_is_compared_with_nothing() -> None:
    changed = tuple(
        replace(row, fingerprint="new") if row.measure == "grievance" else row
        for row in NOW.measures
    )
    release = replace(now_without(WATCHED), measures=changed)
    assert findings(release, whole_force(release), releases=(BEFORE, release)).ended == ()


def with_state(state: ConcernState) -> Release:
    """This survey's Release, with the watched group's finding in another state."""
    rows = tuple(
        replace(row, state=state, before="autumn") if row.group == WATCHED else row
        for row in NOW.concerns
    )
    return replace(NOW, concerns=rows)


@pytest.mark.parametrize("state", ["confirmed", "serious"])
def test_a_confirmed_concern_says_so_itself_and_once(state: ConcernState) -> None:
    release = with_state(state)
    found = findings(release, whole_force(release), releases=(BEFORE, release))
    (one,) = [finding for finding in found.concerns if finding.about == _label()]
    assert (one.label, one.again) == (state, False)


@pytest.mark.parametrize("state", ["cleared", "watched"])
def test_what_was_confirmed_before_stands_apart(state: ConcernState) -> None:
    release = with_state(state)
    found = findings(release, whole_force(release), releases=(BEFORE, release))
    (one,) = found.followed
    assert (one.about, one.label) == (_label(), state)
    assert one not in found.concerns
    assert found.ended == ()


def test_what_was_followed_up_before_is_not_raised_last_time() -> None:
    quiet = now_without(WATCHED)
    before = replace(
        BEFORE,
        concerns=tuple(
            replace(row, state="cleared", before="spring") if row.group == WATCHED else row
            for row in BEFORE.concerns
        ),
    )
    assert findings(quiet, whole_force(quiet), releases=(before, quiet)).ended == ()


def test_a_finding_says_which_gaps_its_size_hides() -> None:
    found = findings(NOW, whole_force(NOW)).concerns
    (watched,) = [finding for finding in found if finding.about == _label()]
    base = NOW.estimate_by_key[WATCHED, "grievance"].base
    assert watched.unseen.startswith(f"Among about {base} answers, a gap of less than ")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("findings"))


def test_pages_say_what_was_raised_before(site: Site) -> None:
    for name, address in ((BOARD, f"/results/board/{NORTH}"), (HR, "/results/hr")):
        page = parse(site.client(name).get(f"{address}/winter/findings").data)
        assert "The survey before, Autumn 2025, raised it too." in page.text
        again = "Each area of concern of Autumn 2025 that can be compared is raised again."
        assert again in page.text
        first = parse(site.client(name).get(f"{address}/spring/findings").data)
        assert "Raised last time" not in first.text


def test_what_was_raised_before_is_again_or_stands_apart_and_never_both_gone_and_not(
    site: Site,
) -> None:
    apart = "is raised again, or stands under Confirmed before, and now."
    with site.app.test_request_context("/results"):
        for release, said in ((with_state("cleared"), True), (NOW, False)):
            page = shown(hr_reading(release, (BEFORE, release)))["findings"]
            assert (apart in parse(page).text) == said
            assert ("of Autumn 2025 that can be compared is raised again." in page) != said


def test_the_answers_of_the_force_are_the_same_figure_everywhere(site: Site) -> None:
    pages = walked(site.client(HR), "/results/hr")
    assert "3,570 of" in parse(pages["front"]).text
    for page in pages.values():
        assert "about 3,570" not in parse(page).text


def test_a_refused_reader_is_led_back_to_their_own_page(site: Site) -> None:
    reply = site.client(BOARD).get("/results/hr")
    assert reply.status_code == 403
    assert 'href="/results"' in reply.text
