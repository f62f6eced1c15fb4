"""The loader: every problem at once, each at its file and line; includes and fingerprints."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_questionnaires import CULTURE, TINY, tiny_with

from survey.errors import QuestionnaireError
from survey.questionnaire import located, shape
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse


def problems(text: str) -> list[str]:
    with pytest.raises(QuestionnaireError) as caught:
        parse(text, "q.yaml")
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


THEME = "respect: {en: Respect, cy: Parch}"
THEMED = "respect: {label: {en: Respect, cy: Parch}"

SECOND = "other: {variable: ethnicity, roll_up: {minority: [asian], majority: [black, white]}}\n"
OF_UNITS = "team: {variable: unit, levels: [force, command, department]}\n"

BREAKAGES = [
    # (what stands in the good file, what an author wrote instead, line's mark, the reason)
    ("- id: ignored", "- id: fair", "- id: fair\n", "the question id `fair` stands twice"),
    ("type: multiple", "type: slider", "type: slider", "no question type `slider`"),
    ("{variable: unit,", "{variable: rank,", "{variable: rank", "names the question `rank`"),
    ("{variable: unit,", "{variable: fair,", "{variable: fair", "a statement question"),
    ("\ntables:", f"  {SECOND}\ntables:", SECOND, "`ethnicity` and `other` both split `ethnicity`"),
    ("\ntables:", f"  {OF_UNITS}\ntables:", OF_UNITS, "`command` and `team` both split `unit`"),
    ("    theme: respect", "    theme: justice", "theme: justice", "there is no theme `justice`"),
    ("scale: happened", "scale: frequency", "scale: frequency", "there is no scale `frequency`"),
    ("polarity: best_last", "polarity: best_last\n    colour: red", "colour", "no field `colour`"),
    ("    scale: agree\n", "    scale: agre\n", "agre", "did you mean `agree`? If not, declare it"),
    ("    scale: agree\n", "    scael: agree\n", "scael", "did you mean `scale`?"),
    ("minutes: 1\n", "minutes: soon\n", "minutes: soon", "it must be a whole number"),
    ("- [ethnicity]\n", "- [religion]\n", "[religion]", "names the breakdown `religion`"),
    ("command: command]", "command: team]", "command: team", "goes down to `team`"),
    ("- [ethnicity]\n", "- [command]\n", "- [command]\n", "`command` is declared twice"),
    ("minority, command: n", "minority, command: z", "command: z", "is in no declared table"),
    ("[asian, black]", "[asian, black, gold]", "gold", "names the category `gold`"),
    ("[asian, black]", "[asian]", "roll_up: {", "`black` stands in no roll-up"),
    ("code: roma", "code: irish", "categories:", "has the code `irish` twice"),
    ('{code: "2"', '{code: "1"', "Neither", "has the code `1` twice"),
    ("[force, command, department]", "[force, command]", "levels:", "must stand on the last level"),
    ("reading: negative", "reading: positive, valid: false", "Once", "has no reading"),
    ("{code: often, ", "{code: often, reading: positive, ", "points:", "do not rise"),
    ("{code: never, ", "{code: never, reading: neutral, ", "points:", "needs a positive"),
    (", cy: Byth", "", "{en: Never}", "Welsh wording (cy) of “Never” is missing"),
    ('missing_codes: ["-"]', "missing_codes: [never]", "missing_codes: [never]", "is an answer"),
    ('missing_codes: ["99"]', "missing_codes: [dk]", "missing_codes: [dk]", "is an answer"),
    ("column: Q2", "column: fair", "ignore_columns", "belongs to two questions"),
    ("url: https://", "url: http://", "url:", "starts with https://"),
    ("    warning: {", "    intro: {", "id: respect\n", "without a `warning`"),
    ("reversed: true", "reversed: maybe", "reversed: maybe", "it can be true or false"),
    (THEME, f"{THEMED}, index: median}}", "index: median", "it can be"),
    (THEME, f"{THEMED}, of: items}}", "of: items", "no field `of`"),
    (THEME, "respect: {label: {en: Respect}}", "label: {en: Respect}", "Welsh wording (cy) of"),
    ("reversed: true", "level: 0", "level: 0", "must be at least 1"),
    ("reversed: true", "level: 100", "level: 100", "must be at most 99"),
    ("reversed: true", "level: a third", "level: a third", "must be a whole number"),
    ("id: tiny", "id: tiny\nid: tinier", "id: tinier", "`id` stands twice"),
    ("id: tiny", "id: &a tiny\nwelcome: *a", "welcome", "no field `welcome`"),
    ("title: {en: Tiny survey", "title: {en: ''", "title:", "`en` is empty"),
    ("  - [command]\n", "  - []\n", "- []", "must hold at least 1"),
    ("minutes: 1\n", "minutes: 1\ndrivers: {outcome: unit}\n", "outcome", "no statement `unit`"),
    ("minutes: 1\n", "minutes: 1\ndrivers: {outcome: fair}\n", "outcome", "2 to 12 themes besides"),
]


@pytest.mark.parametrize(("good", "bad", "mark", "reason"), BREAKAGES)
def test_each_mistake_is_reported_at_its_line(good: str, bad: str, mark: str, reason: str) -> None:
    text = tiny_with(good, bad)
    found = problems(text)
    # A mark that ends in a newline marks the last such line: the second of two that clash.
    lines = text.splitlines()
    marked = [n for n, line in enumerate(lines, 1) if f"{line}\n".endswith(mark) or mark in line]
    expected = [f"q.yaml:{n}: " for n in marked]
    assert any(reason in one and one.startswith(tuple(expected)) for one in found), found


@pytest.mark.parametrize("index", ["respondent_mean", "mean_of_items"])
def test_a_theme_says_what_its_figure_is_the_mean_of(index: str) -> None:
    plain = parse(TINY.read_text(encoding="utf-8"), "q.yaml")
    asked = parse(tiny_with(THEME, f"{THEMED}, index: {index}}}"), "q.yaml")
    (theme,) = codebook(asked).themes
    assert (theme.index, theme.label) == (index, "Respect")
    assert codebook(plain).themes[0].index == "respondent_mean"
    assert (asked.fingerprint == plain.fingerprint) == (index == "respondent_mean")


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = TINY.read_text(encoding="utf-8")
    for good, bad in [
        ("minutes: 1\n", "minutes: soon\n"),
        ("- id: ignored", "- id: fair"),
        ("scale: happened", "scale: frequency"),
        ("type: multiple", "type: slider"),
        ("- [ethnicity]\n", "- [religion]\n"),
    ]:
        text = text.replace(good, bad, 1)
    found = problems(text)
    assert [one.partition(" ")[0] for one in found] == sorted(
        (one.partition(" ")[0] for one in found), key=lambda place: int(place.split(":")[1])
    )
    for word in ("minutes", "`fair` stands twice", "frequency", "slider", "religion"):
        assert any(word in one for one in found)
    assert len(found) == 5


def test_a_file_of_thousands_of_mistakes_is_refused_after_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up: list[str] = []
    monkeypatch.setattr(shape, "_suggestion", lambda field: looked_up.append(field) or "")
    with pytest.raises(QuestionnaireError, match="And more mistakes: mend these first") as many:
        parse("\n".join(f"k{number}: 1" for number in range(2000)), "wrong.yaml")
    assert (len(many.value.problems), many.value.more) == (located.TOLD, True)
    assert len(looked_up) <= located.TOLD + 1
    # The same on one line is one mistake, and as dear to look at.
    with pytest.raises(QuestionnaireError, match="And more mistakes") as alike:
        parse(f"sections: [{'a,' * 1001}]", "wrong.yaml")
    assert len(alike.value.problems) < located.TOLD
    with pytest.raises(QuestionnaireError) as few:
        parse("id: a", "wrong.yaml")
    assert not few.value.more


def test_a_question_that_is_wrong_in_itself_causes_no_follow_up_errors() -> None:
    found = problems(tiny_with("        type: choice\n", "        type: choise\n"))
    assert len(found) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "a: [",
        "just words",
        "- a\n- b",
        "a: b: c",
        "\x00",
        "a: &x [*x]",
        "a\n---\nb",
    ],
)
def test_what_is_no_questionnaire_at_all_is_one_sentence_with_a_line(text: str) -> None:
    assert all(one.startswith("q.yaml:") for one in problems(text))


def test_deep_nesting_is_a_sentence_and_no_crash() -> None:
    assert "nested too deeply" in problems("[" * 600)[0]


def test_a_demographic_that_no_table_uses_is_refused() -> None:
    text = tiny_with("  - [ethnicity]\n  - [ethnicity: roll_up, command: command]\n", "")
    found = problems(text)
    line = line_of(text, "- id: ethnicity")
    assert any(f"q.yaml:{line}: no declared table uses `ethnicity`" in one for one in found)


def test_a_demographic_finer_than_any_table_is_refused() -> None:
    text = tiny_with("  - [ethnicity]\n", "")
    assert any(
        "`ethnicity` is stored finer than any declared table" in one for one in problems(text)
    )


def test_a_wave_needs_support_links_but_a_file_from_elsewhere_does_not() -> None:
    text = TINY.read_text(encoding="utf-8").partition("support:")[0]
    assert any("`support` is missing" in one for one in problems(text))
    elsewhere = parse(text.replace("id: tiny", "id: tiny\nfielded: elsewhere"), "q.yaml")
    assert elsewhere.fielded == "elsewhere"


def test_source_builds_an_equal_questionnaire_with_the_same_fingerprint() -> None:
    for path in (TINY, CULTURE):
        questionnaire = load(path)
        again = parse(questionnaire.source, "stored")
        assert again == questionnaire
        assert again.fingerprint == questionnaire.fingerprint
        assert "include:" not in questionnaire.source


def test_fingerprint_changes_with_a_word_and_not_with_a_comment_or_its_line() -> None:
    good = parse(TINY.read_text(encoding="utf-8"), "q")
    moved = parse("# a comment\n\n" + TINY.read_text(encoding="utf-8"), "q")
    reworded = parse(tiny_with("I am ignored.", "I am overlooked."), "q")
    assert moved.fingerprint == good.fingerprint
    assert reworded.fingerprint != good.fingerprint


def test_includes_are_looked_for_beside_the_file_first(tmp_path: Path) -> None:
    text = tiny_with(
        "themes:\n  respect: {en: Respect, cy: Parch}\n", "themes: {include: bank/t.yaml#themes}\n"
    )
    (tmp_path / "q.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "t.yaml").write_text(
        "themes: {respect: {en: Esteem, cy: Parch}}", encoding="utf-8"
    )
    assert load(tmp_path / "q.yaml").themes[0].label.en == "Esteem"


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("bank/nowhere.yaml", "there is no file"),
        ("../secret.yaml", "there is no file"),
        ("/etc/passwd", "there is no file"),
        ("loop.yaml", "includes itself"),
        ("loop.yaml#x", "includes itself"),
        ("broken.yaml", "this is not YAML"),
        ("fine.yaml#absent", "has no part `absent`"),
    ],
)
def test_an_include_that_leads_nowhere_is_a_sentence(
    named: str, reason: str, tmp_path: Path
) -> None:
    text = tiny_with("[staff_number]", f"{{include: {named}}}")
    (tmp_path / "q.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "loop.yaml").write_text("x: {include: loop.yaml}")
    (tmp_path / "broken.yaml").write_text("a: [")
    (tmp_path / "fine.yaml").write_text("a: [b]")
    with pytest.raises(QuestionnaireError, match=reason):
        load(tmp_path / "q.yaml")


def test_a_problem_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    text = tiny_with("polarity: best_last", "polarity: best_last").replace(
        "themes:\n  respect: {en: Respect, cy: Parch}\n", "themes: {include: themes.yaml}\n"
    )
    (tmp_path / "q.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "themes.yaml").write_text(
        "respect: {en: Respect, cy: Parch}\nempty: {en: E, cy: E}"
    )
    with pytest.raises(QuestionnaireError) as caught:
        load(tmp_path / "q.yaml")
    assert [str(problem) for problem in caught.value.problems] == [
        "themes.yaml:2: no statement belongs to the theme `empty`"
    ]


def test_a_missing_or_unreadable_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(QuestionnaireError, match="cannot be read"):
        load(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes("título: é".encode("latin-1"))
    with pytest.raises(QuestionnaireError, match="not UTF-8"):
        load(tmp_path / "latin.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: x\ntitle: We say: this\n", "q.yaml:2: this is not YAML: a colon stands where none"),
        ("id: x\n  version: 1\n", "q.yaml:2: this is not YAML: a colon stands where none"),
        ("a:\n\tb: 1\n", "q.yaml:2: this is not YAML: a tab stands where only spaces can"),
        ("id: x\ntitle\nminutes: 1\n", "lacks a colon after its field"),
        ("a:\n  - b\n - c\n", "q.yaml:3: this is not YAML: this line is not indented like"),
        ("a: [b,\nc: d\n", "not closed"),
        ('a: "b\nc: d\n', "quotation marks or a bracket are not closed; it began on line 1"),
        ("a: @b\n", "a text that begins with such a sign needs quotation marks"),
        ("a: *b\n", "found undefined alias"),
        ("- a\n", "q.yaml:1: a questionnaire begins with fields such as `id: culture`"),
    ],
)
def test_what_is_no_yaml_is_said_in_plain_words(text: str, said: str) -> None:
    assert said in problems(text)[0]
