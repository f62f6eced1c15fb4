"""The loader: every problem at once, each at its file and line; and what a good file becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.errors import QuestionnaireError
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse
from survey.questionnaire.model import PREFER_NOT_TO_SAY, Choice, Multiple, Questionnaire, Statement

ROOT = Path(__file__).parents[4]
TINY = ROOT / "tests" / "questionnaires" / "tiny.yaml"
CULTURE = ROOT / "questionnaires" / "culture.yaml"


def tiny_with(old: str, new: str) -> str:
    text = TINY.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def problems(text: str) -> list[str]:
    with pytest.raises(QuestionnaireError) as caught:
        parse(text, "q.yaml")
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


THEME = "respect: {en: Respect, cy: Parch}"
THEMED = "respect: {label: {en: Respect, cy: Parch}"

BREAKAGES = [
    # (what stands in the good file, what an author wrote instead, line's mark, the reason)
    ("- id: ignored", "- id: fair", "- id: fair\n", "the question id `fair` stands twice"),
    ("type: multiple", "type: slider", "type: slider", "no question type `slider`"),
    ("{variable: unit,", "{variable: rank,", "{variable: rank", "names the question `rank`"),
    ("{variable: unit,", "{variable: fair,", "{variable: fair", "a statement question"),
    ("    theme: respect", "    theme: justice", "theme: justice", "there is no theme `justice`"),
    ("scale: happened", "scale: frequency", "scale: frequency", "there is no scale `frequency`"),
    ("polarity: best_last", "polarity: best_last\n    colour: red", "colour", "no field `colour`"),
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


def test_words_that_yaml_usually_turns_into_values_stay_codes() -> None:
    text = tiny_with("{code: never,", "{code: no,")
    statement = parse(text, "q").question_by_id["bullied"]
    assert isinstance(statement, Statement)
    assert statement.codes[0] == "no"


@pytest.fixture(scope="module")
def tiny() -> Questionnaire:
    return load(TINY)


def test_every_question_that_is_asked_here_ends_with_prefer_not_to_say(
    tiny: Questionnaire,
) -> None:
    for questionnaire in (tiny, load(CULTURE)):
        assert all(q.codes[-1] == PREFER_NOT_TO_SAY for q in questionnaire.questions)


def test_readings_and_scores_follow_from_position_and_polarity(tiny: Questionnaire) -> None:
    fair, bullied = tiny.question_by_id["fair"], tiny.question_by_id["bullied"]
    assert isinstance(fair, Statement)
    assert isinstance(bullied, Statement)
    assert [(p.reading, p.score) for p in fair.scale.points] == [
        ("negative", 0.0),
        ("neutral", 50.0),
        ("positive", 100.0),
        (None, None),
        (None, None),
    ]
    assert [(p.reading, p.score) for p in bullied.scale.points[:3]] == [
        ("positive", 100.0),
        ("negative", 50.0),
        ("negative", 0.0),
    ]


@pytest.mark.parametrize("length", [2, 3, 4, 7, 11])
@pytest.mark.parametrize("polarity", ["best_first", "best_last"])
def test_a_scale_has_any_length_and_direction(length: int, polarity: str) -> None:
    points = ", ".join(f"{{code: p{n}, label: P{n}}}" for n in range(length))
    text = f"""
id: q
version: 1
title: Q
minutes: 1
fielded: elsewhere
scales: {{s: {{polarity: {polarity}, points: [{points}]}}}}
sections:
  - id: s
    title: S
    questions:
      - {{id: one, text: One, scale: s}}
      - {{id: sex, type: choice, text: Sex,
         categories: [{{code: f, label: F}}, {{code: m, label: M}}]}}
breakdowns: {{sex: {{variable: sex}}}}
tables: [[sex]]
"""
    question = parse(text, "q").question_by_id["one"]
    assert isinstance(question, Statement)
    scored = [(point.score or 0.0, point.reading) for point in question.scale.points]
    if polarity == "best_first":
        scored.reverse()
    assert [score for score, _ in scored] == pytest.approx(
        [100 * n / (length - 1) for n in range(length)]
    )
    expected = (
        ["negative"] * (length // 2) + ["neutral"] * (length % 2) + ["positive"] * (length // 2)
    )
    assert [reading for _, reading in scored] == expected


def test_units_stand_under_their_command_and_levels_follow_the_tree(tiny: Questionnaire) -> None:
    unit = tiny.question_by_id["unit"]
    assert isinstance(unit, Choice)
    assert [str(option.heading) for option in unit.options[:3]] == ["North", "North", "South"]
    command = tiny.plan.breakdown_by_id["command"]
    assert command.levels == ("command", "department")
    assert command.value_by_id["north"].categories == {"north-a", "north-b"}
    assert command.value_by_id["south-a"].parent == "south"


def test_tables_go_down_to_the_level_that_they_name(tiny: Questionnaire) -> None:
    crossing = tiny.plan.tables[-1]
    assert (crossing.breakdowns, crossing.finest) == (
        ("ethnicity", "command"),
        ("roll_up", "command"),
    )
    assert tiny.plan.intersections[0].group == "command=north&ethnicity=minority"


def test_multiple_options_are_published_as_items_of_their_own(tiny: Questionnaire) -> None:
    reasons = tiny.question_by_id["reasons"]
    assert isinstance(reasons, Multiple)
    assert reasons.items == ("reasons-work", "reasons-people", "reasons-none")
    assert set(reasons.items) <= set(tiny.stored_codes)


def test_culture_covers_five_themes_in_short_sections() -> None:
    culture = load(CULTURE)
    statements = [q for q in culture.questions if isinstance(q, Statement)]
    assert len(culture.themes) == 5
    assert 35 <= len(statements) <= 45
    for section in culture.sections:
        assert 3 <= len(section.questions) <= 5 or (section.comments and not section.questions)
    assert [section.id for section in culture.sections if section.comments] == ["in-your-words"]
    assert [section.id for section in culture.sections][-2:] == ["in-your-words", "about-you"]
    assert sum(statement.sensitive for statement in statements) >= 2
    assert sum(statement.reversed for statement in statements) >= 4
    assert culture.questions[-1].kind == "choice"
    misconduct = [
        s
        for s in culture.sections
        if any(getattr(q, "theme", "") == "misconduct" for q in s.questions)
    ]
    assert all("not a report" in str(section.warning) for section in misconduct)


def test_each_culture_item_says_which_construct_it_measures() -> None:
    lines = CULTURE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("      - id: "):
            assert "# construct: " in lines[number - 1], line


def test_the_force_of_the_library_has_three_families_twelve_commands_sixty_departments() -> None:
    command = load(CULTURE).plan.breakdown_by_id["command"]
    sizes = [sum(v.level == level for v in command.values) for level in command.levels]
    assert (command.levels, sizes) == (("family", "command", "department"), [3, 12, 60])


def test_a_level_of_concern_is_read_and_starts_no_new_line() -> None:
    plain, with_level = (
        parse(text, "q.yaml")
        for text in (
            TINY.read_text(encoding="utf-8"),
            tiny_with("reversed: true", "reversed: true\n        level: 35"),
        )
    )
    before, after = (codebook(one).item_by_id[changed(one)] for one in (plain, with_level))
    assert (before.level, after.level) == (None, 0.35)
    assert before.fingerprint == after.fingerprint
    # It is part of what is fixed when a wave opens.
    assert plain.fingerprint != with_level.fingerprint


def changed(questionnaire: Questionnaire) -> str:
    return next(
        one.id for one in questionnaire.questions if isinstance(one, Statement) and one.reversed
    )


def test_the_culture_survey_sets_a_level_for_each_severity_item() -> None:
    items = codebook(load(CULTURE)).items
    assert {item.id: item.level is not None for item in items} == {
        item.id: item.sensitive for item in items
    }
