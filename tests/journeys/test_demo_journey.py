"""The whole demo, made by the command as a newcomer makes it, and what its Releases say."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import attacked_demo
import pytest
from fixtures_demo import CANDOUR, Demo
from planted import TRACES, follows

from survey.clock import now
from survey.collect import submit
from survey.demo.making import PASSWORD, QUESTIONNAIRE, SIGN_INS, STANDING
from survey.demo.truths import LEADERS, SEXISM, Trace
from survey.manage import checking, people, waves
from survey.questionnaire import loader
from survey.results import commented
from survey.results.acts import record
from survey.results.acts.noticed import noticed
from survey.results.compared import compared
from survey.results.scope import whole_force

pytestmark = pytest.mark.slow

SURE = ("confirmed", "serious")
DEPARTMENTS = ("command=brackenhill-response", "command=dunsmere-response")


def test_three_waves_are_destroyed_and_one_is_open(demo: Demo) -> None:
    states = [wave.state for wave in waves.all_waves(demo.stores)]
    assert states == ["destroyed", "destroyed", "destroyed", "open"]
    (still_open,) = waves.open_waves(demo.stores)
    for folder in ("boxes", "salts"):
        assert {path.stem for path in (demo.home / folder).iterdir()} == {still_open.id}
    # The standing key opens the sums that a later wave pools with, and no answer.
    kept = {key.parent.name for key in demo.home.rglob("release.key")}
    assert kept == {still_open.id, STANDING}


def test_minority_background_probationers_are_compared_with_three(demo: Demo) -> None:
    group = "ethnicity=minority&probationer=yes"
    beside = ("ethnicity=majority&probationer=yes", "ethnicity=minority&probationer=no")
    ends = {
        (theme, one): [
            release.comparison_by_key[group, theme, one].upper for release in demo.releases
        ]
        for theme in ("misconduct", "discrimination", "specialist", "communities")
        for one in ("force", *beside)
    }
    for (theme, one), uppers in ends.items():
        clear = [upper is not None and upper < 0 for upper in uppers]
        raised = [(group, theme) in demo.flags(wave) for wave in (1, 2, 3)]
        if theme in ("specialist", "communities"):
            # Of what is not planted nothing is clear, against none of them, in no survey.
            assert not any(clear)
            assert not any(raised)
        else:
            # Everyone else raises it each time, by exact answers; its range may end at 0. Ranges
            # worked out from rounded figures are wide: one survey in three may touch 0.
            assert all(raised)
            assert sum(clear) >= 2 or one == "force"
            assert all(upper is not None and upper <= 0 for upper in uppers)
    (row,) = (one for one in demo.releases[1].groups if one.group == group)
    said = {
        one.theme: one.both
        for one in compared(demo.releases[1], whole_force(demo.releases[1]), row).themes
    }
    labels = {one.measure: one.label for one in demo.releases[1].measures}
    assert [bool(said[labels[theme]]) for theme in ("misconduct", "specialist")] == [True, False]


def test_printed_codes_can_be_used(demo: Demo) -> None:
    (wave,) = waves.open_waves(demo.stores)
    codes = re.findall(r"\b(?:[0-9A-Z]{4}-){4}[0-9A-Z]{4}\b", demo.start.printed)
    assert len(codes) == 5
    for code in codes:
        submit.check_code(demo.stores, wave, code)


def test_printed_people_can_sign_in(demo: Demo) -> None:
    for person in SIGN_INS:
        found = checking.check_password(demo.stores, person.name, PASSWORD, now())
        assert found == people.Person(person.name, person.role, person.command)  # type: ignore[arg-type]


def test_what_people_wrote_about_is_sorted_by_two_and_few_are_hidden(demo: Demo) -> None:
    for release in demo.releases:
        found = commented.of_wave(demo.stores, release.manifest.wave)
        assert found
        (asked,) = found.questions
        assert (asked.wrote.people or 0) > 700
        hidden = [theme.theme for theme in asked.themes if theme.count.status == "c"]
        assert hidden == ["kit"]
        assert asked.question == "one_change"


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: f"{trace.group}-{trace.theme}")
def test_what_is_planted_is_found_in_its_waves_and_in_no_other(demo: Demo, trace: Trace) -> None:
    kind = "concern" if trace.points < 0 else "strength"
    for wave in (1, 2, 3):
        expected = kind if wave in trace.waves else None
        assert demo.flags(wave).get(key_of(trace)) == expected, wave


def key_of(trace: Trace) -> tuple[str, str]:
    return trace.group, trace.theme


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: f"{trace.group}-{trace.theme}")
def test_what_is_planted_is_confirmed_by_the_second_wave(demo: Demo, trace: Trace) -> None:
    row = demo.raised(2)[trace.group, trace.theme]
    assert row.state in SURE
    assert row.kind == ("concern" if trace.points < 0 else "strength")
    assert row.before == demo.releases[0].manifest.wave


def test_an_unequal_process_is_told_and_the_equal_ones_are_not(demo: Demo) -> None:
    assert [len(release.procedures) > 0 for release in demo.releases] == [False, False, True]
    rows = demo.releases[2].procedures
    clear = {row.process: {row.group for row in rows if row.clear} for row in rows}
    told = {(row.process, row.group): row for row in rows}["discipline", "ethnicity=minority"]
    assert told.clear
    assert (told.ratio_lower or 0) > 1.5
    assert all(group.startswith("ethnicity=") for groups in clear.values() for group in groups)
    assert {row.process for row in rows if row.clear} == {"discipline"}
    assert {row.process for row in rows if row.group == "force" and row.status == "shown"} == set(
        clear
    )


def test_the_northern_departments_are_cleared_in_the_third(demo: Demo) -> None:
    states = {one: demo.raised(3)[one, "discrimination"].state for one in DEPARTMENTS}
    assert states == dict.fromkeys(DEPARTMENTS, "cleared")


def test_what_the_northern_board_declared_stands_out_in_the_third(demo: Demo) -> None:
    first, second, third = demo.releases[:3]
    assert first.changes == second.changes == ()
    assert [row.group for row in third.changes] == ["command=response-north", *DEPARTMENTS]
    for row in third.changes:
        assert (row.measure, row.before) == ("discrimination", second.manifest.wave)
        assert second.manifest.closed < row.declared < third.manifest.closed
        assert (row.state, row.picked) == ("stood_out", "low_score")
        assert (row.excess or 0) > (row.regression or 0) >= 0
    # Beside a command stand commands, and beside a department departments that nobody acted in.
    assert [(row.others or 0) > 20 for row in third.changes] == [False, True, True]


def test_staff_say_beside_boards_whether_they_noticed(demo: Demo) -> None:
    said = {
        (one.now.command, one.now.state): noticed(demo.releases, one.now.asked_as, one.now.command)
        for one in record.courses(demo.stores)
        if one.now.asked_as and one.now.published and one.now.figures
    }
    assert set(said) == {("response-north", "done"), ("contact-and-support", "under_way")}
    shares = {board: int(found.figure.split("%")[0]) for (board, _), found in said.items() if found}
    assert shares["response-north"] > 60
    assert shares["contact-and-support"] < 30


def test_a_department_that_was_merged_keeps_its_line(demo: Demo) -> None:
    points = demo.releases[2].trend_by_key["command=dogs-and-mounted", "leadership"]
    assert [one.wave for one in points] == [one.manifest.wave for one in demo.releases[:3]]
    assert all(one.comparable and one.value is not None for one in points)
    assert points[0].was == "command=dog-section + command=mounted-section"


def test_what_goes_with_where_people_work_is_told_of_a_characteristic(demo: Demo) -> None:
    for release in demo.releases[:3]:
        (row,) = release.standardised_by_key["ethnicity=minority", "leadership"]
        assert (row.parts_level, row.status) == ("command", "shown")
        # The people are balanced, so hardly anything goes with it.
        assert abs(row.goes_with or 0) <= 2


def test_nothing_else_is_ever_confirmed(demo: Demo) -> None:
    plan = loader.load(QUESTIONNAIRE).plan
    chance = [
        (wave, *key, row.state)
        for wave in (2, 3)
        for key, row in demo.raised(wave).items()
        if row.state in SURE
        and not any(key[1] == one.theme and follows(plan, key[0], one) for one in TRACES)
    ]
    assert chance == []


def test_who_is_missing_moves_the_figures_of_one_command(demo: Demo) -> None:
    for release in demo.releases:
        row = release.estimate_by_key["command=contact-and-support", "communities"]
        assert row.positive is not None
        assert row.weighted is not None
        assert 2 <= row.positive - row.weighted <= 7
        themes = [one for one in release.estimates if one.kind == "theme" and one.weighted]
        assert {one.group for one in themes} == {"command=contact-and-support"}
        missing = {one.group: one.missing or 0 for one in release.representativeness}
        assert missing["command=dispatch"] >= 25


def test_in_the_first_wave_everything_is_emerging(demo: Demo) -> None:
    states = {row.state for row in demo.raised(1).values() if row.kind != "level"}
    assert states == {"emerging"}


@pytest.mark.parametrize("wave", [1, 2, 3])
def test_a_finding_names_the_statements_that_were_planted(demo: Demo, wave: int) -> None:
    row = demo.raised(wave)["command=contact-and-support", "leadership"]
    (planted,) = [one for one in LEADERS.traces if one.group == row.group]
    assert planted.theme == row.measure
    assert set(row.items) == {about for shift in LEADERS.shifts for about in shift.about}


def test_the_northern_departments_lie_above_the_level_until_something_is_done(demo: Demo) -> None:
    plan = loader.load(QUESTIONNAIRE).plan
    traces = [one for one in SEXISM.traces if one.theme == "discrimination"]
    for wave, release in enumerate(demo.releases, start=1):
        above = {row.group for row in release.concerns if row.kind == "level"}
        # Nobody lies above a level in whom nothing was planted.
        assert all(any(follows(plan, one, trace) for trace in traces) for one in above), wave
        assert set(DEPARTMENTS) <= above if wave < 3 else not above


def test_hardly_anything_is_found_that_is_not_planted(demo: Demo) -> None:
    plan = loader.load(QUESTIONNAIRE).plan
    chance = [
        (wave, kind, group, theme)
        for wave in (1, 2, 3)
        for (group, theme), kind in demo.flags(wave).items()
        if not any(
            trace.theme == theme and wave in trace.waves and follows(plan, group, trace)
            for trace in TRACES
        )
    ]
    assert len(chance) <= 2, chance


def test_a_finding_elsewhere_would_count_as_chance() -> None:
    plan = loader.load(QUESTIONNAIRE).plan
    north = next(trace for trace in TRACES if trace.group == "command=response-north")
    assert follows(plan, "command=brackenhill-response", north)
    assert follows(plan, "command=aldermoor-response", north)
    assert follows(plan, "command=north&sex=female", north)
    assert not follows(plan, "command=response-south", north)
    assert not follows(plan, "ethnicity=minority&probationer=yes", north)


@pytest.fixture
def served(demo: Demo) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*CANDOUR, "demo", "--home", str(demo.home), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def page(address: str, tries: int = 300) -> str:
    for left in reversed(range(tries)):
        try:
            with urllib.request.urlopen(address, timeout=60) as response:
                return str(response.read().decode())
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError) or not left:
                raise
            time.sleep(0.2)
    raise AssertionError


def test_the_demo_is_served_by_a_process_that_cannot_open_answers(demo: Demo, served: str) -> None:
    (wave,) = waves.open_waves(demo.stores)
    assert wave.title in page(f"{served}/")
    assert "password" in page(f"{served}/results")


def test_somebody_elses_folder_is_refused_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    command = [*CANDOUR, "demo", "--no-serve", "--home", str(tmp_path)]
    refused = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert "left alone" in refused.stderr


@pytest.fixture(scope="module")
def attacked(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, int]:
    """Everything that readers get of the demo, what the attacker says of it, and how it ends."""
    folder = tmp_path_factory.mktemp("attacked")
    found = attacked_demo.attack(demo.home, folder)
    return folder, found.stdout + found.stderr, found.returncode


def test_nothing_of_the_demo_falls_to_the_attacker(attacked: tuple[Path, str, int]) -> None:
    folder, said, code = attacked
    assert code == 0, said
    assert "Nothing fell." in said
    assert len(list((folder / "given" / "pages").iterdir())) > 10
    assert not re.search(r"^ *13  (pages|truth) +0 ", said, re.M), "no page was looked at"


def test_a_leak_in_a_page_or_a_release_of_the_demo_falls(
    demo: Demo, attacked: tuple[Path, str, int], tmp_path: Path
) -> None:
    """A title at a hidden row, and one more person in an export than in the Release."""
    given = attacked[0] / "given"
    hidden = '<span class="heat__value heat__value--absent">[c]'
    saved = (given / "pages").glob("results_hr_*")
    page = next(path for path in saved if hidden in path.read_text())
    (tmp_path / "hr.html").write_text(
        page.read_text().replace(hidden, hidden.replace("<span", '<span title="7 answers"'), 1)
    )
    release = demo.releases[0]
    wave, base = release.manifest.wave, release.group_by_id["force"].base
    assert base is not None
    export = next(given.glob(f"exports/hr/{wave}-groups.csv"))
    changed = export.read_text().replace(f",{base},", f",{base + 4},", 1)
    (tmp_path / export.name).write_text(changed)
    manifests = (demo.home / "releases").glob("*/manifest.json")
    own = next(path.parent for path in manifests if json.loads(path.read_text())["wave"] == wave)
    command = [*CANDOUR, "attack", str(tmp_path), str(own)]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert found.returncode == 1
    assert "what is not shown is written differently" in found.stdout
    assert "4 people between force" in found.stdout
