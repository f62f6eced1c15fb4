"""What changed between two questionnaires, and whether the lines that it names do break."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from analysis.publish.lineage import Lineage
from analysis.release.model import BreakdownFacts
from survey import resources
from survey.demo import reorganised
from survey.errors import SettingsError
from survey.questionnaire import differences, different_groups, loader
from survey.questionnaire.codebook import codebook
from survey.questionnaire.commands import check
from survey.questionnaire.differences import Compared
from survey.questionnaire.model import Questionnaire

SMALL = Path(__file__).parents[3] / "questionnaires" / "small.yaml"
FAIR = "I am treated fairly at work, whatever my background"

CHANGES = {
    "reworded": ({FAIR: "People are fair"}, "breaks", "fair_treatment", f"and was “{FAIR}”"),
    "relabelled": (
        {"label: Agree}": "label: Yes}"},
        *("breaks", "fair_treatment"),
        "Yes (positive) / Strongly agree (positive) / Prefer not to say (not counted) and was",
    ),
    "turned": (
        {FAIR: f"{FAIR}\n        reversed: true"},
        *("breaks", "fair_treatment", "agreeing is the bad answer now"),
    ),
    "out of all": (
        {FAIR: f"{FAIR}\n        denominator: all"},
        *("breaks", "fair_treatment", "out of all answers and were out of valid"),
    ),
    "theme reindexed": (
        {"fairness: Fairness": "fairness: {label: Fairness, index: mean_of_items}"},
        *("breaks", "fairness", "its index is `mean_of_items`"),
    ),
    "moved to a theme": (
        {
            FAIR: f"{FAIR}\n        theme: speaking",
            "  fairness: Fairness\n": "",
            "    theme: fairness\n": "",
        },
        *("breaks", "speaking", "in it now: fair_treatment"),
    ),
    "option reworded": (
        {"label: My line manager": "label: My boss"},
        *("breaks", "told-manager", "My boss"),
    ),
    "nobody says less": (
        {"coarser_answers: true, ": ""},
        *("unseen", "department", "coarser answers are offered no more"),
    ),
    "option gone": (
        {"          - {code: association, label: My staff association}\n": ""},
        *("ends", "told-association", "it is asked no more"),
    ),
    "renamed": ({"id: concern_heard": "id: heard"}, "starts", "heard", "it is asked from now on"),
    "hint": (
        {"A concern of any kind.": "Any."},
        *("unseen", "concern_heard", "its hint is another"),
    ),
    "warned otherwise": (
        {"Think of the last 12 months.": "Think of today."},
        *("unseen", "fairness", "introduction or warning"),
    ),
    "folded otherwise": (
        {
            "              - {code: bangladeshi, label: Bangladeshi}\n": "",
            "          - {code: white, label: White}": (
                "          - {code: white, label: White, options: "
                "[{code: uk, label: UK}, {code: bangladeshi, label: Bangladeshi}]}"
            ),
        },
        *("unseen", "ethnicity", "counted in other groups than before: bangladeshi"),
    ),
    "unit gone": (
        {"                  - {id: north-b, label: North B}\n": ""},
        *("breaks", "command=north", "made of others than before"),
    ),
    "unit new": (
        {"{id: north-b, label: North B}": "{id: north-c, label: North C}"},
        *("starts", "command=north-c", "is new"),
    ),
    "level set": (
        {FAIR: f"{FAIR}\n        level: 30"},
        *("none", "fair_treatment", "its level of concern is 30% and was none"),
    ),
    "same version": ({FAIR: "People are fair"}, "none", "version", "the version is 1 as before"),
    "renumbered": ({'version: "1"': 'version: "2"'}, "", "", ""),
    "another questionnaire": ({"id: small": "id: tall"}, "breaks", "tall", "under one `id` alone"),
}


def edited(changes: Mapping[str, str]) -> Questionnaire:
    text = SMALL.read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    return loader.parse(text, "edited")


@pytest.fixture(scope="module")
def small() -> Questionnaire:
    return edited({})


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_with_its_effect(small: Questionnaire, name: str) -> None:
    changes, effect, about, words = CHANGES[name]
    compared = differences.compare(small, edited(changes))
    if not effect:
        assert compared.differences == ()
        assert "every line goes on" in compared.summary
        return
    told = [one.words for one in compared.differences if (one.effect, one.about) == (effect, about)]
    assert any(words in one for one in told), compared.differences
    lines_agree(compared)


def lines_agree(compared: Compared) -> None:
    """What is said to break is what publishing sees as another measure or group, and no more."""
    old, new = compared.old, compared.new
    stopped = {one.about for one in compared.differences if one.effect in {"breaks", "starts"}}
    before, after = codebook(old), codebook(new)
    prints = {one.id: one.fingerprint for one in before.items}
    prints |= {one.id: before.fingerprint_of(one) for one in before.themes}
    for item in after.items:
        assert (item.id in stopped) == (prints.get(item.id) != item.fingerprint)
    for theme in after.themes:
        assert (theme.id in stopped) == (prints.get(theme.id) != after.fingerprint_of(theme))
    facts = tuple(BreakdownFacts.of(one) for one in old.plan.breakdowns)
    then = SimpleNamespace(
        manifest=SimpleNamespace(breakdowns=facts), group_by_id=old.plan.group_by_id
    )
    lineage = Lineage(new.plan, then)  # type: ignore[arg-type]
    for group in new.plan.groups:
        if len(group.where) == 1:
            assert (group.id in stopped) == (lineage.of(group) == ())


def test_reorganised_units_go_on_where_the_file_says_so(small: Questionnaire) -> None:
    renamed = {"{id: north-b, label: North B}": "{id: north-z, label: North Z}"}
    said = {"department]}": "department], was: {north-z: [north-b]}}"}
    silent, told = (differences.compare(small, edited(each)) for each in (renamed, renamed | said))
    for compared in (silent, told):
        lines_agree(compared)
    assert {one.about for one in silent.differences if one.effect == "breaks"} >= {"command=north"}
    assert not [one for one in told.differences if one.effect != "none"]


def test_a_reorganisation_of_long_ago_breaks_nothing() -> None:
    library = loader.load(resources.QUESTIONNAIRES / "culture.yaml")
    before, with_it, after = (reorganised.asked(library, wave) for wave in (1, 2, 3))
    assert list(different_groups.of(before, with_it)) == []
    assert list(different_groups.of(with_it, after)) == []


def test_counts_are_of_lines_that_go_on(small: Questionnaire) -> None:
    compared = differences.compare(small, edited({FAIR: "People are fair"}))
    assert compared.statements == (5, 6)
    assert compared.themes == (1, 2)
    assert [title.split(":")[0] for title, _ in compared.by_effect] == [
        "Lines that break",
        "Changes that no line depends on",
    ]


def test_check_says_it_against_an_earlier_file(tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(SMALL.read_text().replace(FAIR, "People are fair"))
    done = CliRunner().invoke(check, [str(new), "--against", str(SMALL)])
    assert done.exit_code == 0
    assert "small, version 1, against small, version 1:" in done.output
    assert "  fair_treatment: it is worded “People are fair”" in done.output
    two = CliRunner().invoke(check, [str(new), str(new), "--against", str(SMALL)])
    assert isinstance(two.exception, SettingsError)
    (tmp_path / "bad.yaml").write_text("id: [\n")
    bad = CliRunner().invoke(check, [str(new), "--against", str(tmp_path / "bad.yaml")])
    assert bad.exit_code == 2
    assert "bad.yaml:2: this is not YAML" in bad.output
