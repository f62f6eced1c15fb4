from __future__ import annotations

from dataclasses import replace

from fixtures_release import WATCHED, make_release

from analysis.release.model import Release
from analysis.release.rows import ComparisonRow
from survey.results import intersections, waves, words
from survey.results.scope import whole_force

RELEASE = make_release()


def row(gap: int | None, lower: int | None, upper: int | None, status="shown") -> ComparisonRow:
    return ComparisonRow("a", "theme", "theme", "force", gap, lower, upper, status, 30)


def test_a_clear_gap_is_said_with_its_range_and_without_a_cause() -> None:
    said = words.comparison(row(-13, -19, -7), 50)
    assert said.startswith("13 fewer in every 100")
    assert "7 to 19 fewer" in said
    # Nothing was raised, so what stands out by itself may be chance among the others.
    assert words.AMONG_MANY in said
    assert said.endswith("It does not tell us why.")


def test_a_gap_that_may_be_chance_says_what_could_have_been_seen() -> None:
    said = words.comparison(row(-3, -20, 14), 20)
    assert said == (
        "No clear difference. With about 20 answers we could only have seen a gap of about 30 "
        "points. This does not show that all is well."
    )
    of_item = replace(row(-3, -20, 14), kind="item")
    assert "about 30 points, were it the only comparison." in words.comparison(of_item, 20)
    none = replace(row(-3, -20, 14), smallest=100)
    assert "With about 20 answers we would have missed most gaps." in words.comparison(none, 20)


def test_a_comparison_that_is_not_shown_has_its_own_words() -> None:
    assert words.comparison(row(None, None, None, "c"), 20) == words.NO_COMPARISON
    assert words.comparison(None, None) == words.NO_COMPARISON


def test_fixed_words_avoid_what_is_not_to_be_said() -> None:
    sentences = [text for name, text in vars(words).items() if name.isupper()]
    for text in map(str, sentences):
        for banned in ("significant", "proves", "driven by", "because"):
            assert banned not in text


def test_the_watched_group_stands_beside_those_who_share_one_trait() -> None:
    (block,) = intersections.blocks(RELEASE, whole_force(RELEASE))
    assert block.columns == (
        "Minority ethnic, In probation",
        "White, In probation",
        "Minority ethnic, Not in probation",
        "The whole force",
    )
    assert len(block.rows) == 5


def watched_hidden() -> Release:
    return make_release(hidden=frozenset({WATCHED}))


def test_a_watched_group_that_is_hidden_has_no_figures_at_all() -> None:
    (block,) = intersections.blocks(watched_hidden(), whole_force(watched_hidden()))
    assert block.rows == ()
    assert block.columns == ()
    assert block.answers == "number not shown"


def test_what_was_raised_about_the_watched_group_is_said_in_its_own_words() -> None:
    raised = next(row for row in RELEASE.concerns if row.group == WATCHED)
    rows = tuple(
        replace(row, gap=-18, lower=-36, upper=0)
        if (row.group, row.measure) == (WATCHED, raised.measure)
        else row
        for row in RELEASE.comparisons
    )
    release = replace(RELEASE, comparisons=rows)
    (block,) = intersections.blocks(release, whole_force(release))
    ((whom, said), *_) = block.compared[0].themes[1].said
    assert block.compared[0].themes[1].theme == "Misconduct and Grievance"
    name = release.manifest.intersections[0][0]
    assert (whom, f"{name}: {said}") == ("Everyone else", raised.words), "the page names it above"


def test_a_weighted_figure_stands_beside_the_unweighted_one() -> None:
    estimate = replace(RELEASE.estimate_by_key["force", "leadership"], weighted=41)
    assert words.figure_with_range(estimate).endswith("), weighted 41%")


def test_waves_are_named_without_the_words_that_all_begin_with() -> None:
    releases = [
        replace(RELEASE, manifest=replace(RELEASE.manifest, wave=wave, wave_title=title))
        for wave, title in (("a", "Culture survey, May 2025"), ("b", "Culture survey, May 2026"))
    ]
    assert waves.titles(releases) == {"a": "2025", "b": "2026"}
    assert waves.titles(releases[:1]) == {"a": "2025"}
    assert waves.titles([]) == {}
