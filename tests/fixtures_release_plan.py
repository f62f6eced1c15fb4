"""What the invented force of `fixtures_release` declares: breakdowns, tables, themes and items."""

from __future__ import annotations

from analysis.plan import Breakdown, Intersection, Table, TablePlan, Value
from analysis.release.rows import MeasureRow

NORTH = "response-north"
SOUTH = "response-south"
WATCHED = "ethnicity=minority&probationer=yes"
_FAMILIES = {
    "response": ("Response", {NORTH: "Response North", SOUTH: "Response South"}),
    "specialist": ("Specialist Operations", {"custody": "Custody", "crime": "Crime"}),
}
THEMES = {
    "leadership": "Leadership",
    "grievance": "Misconduct and Grievance",
    "discrimination": "Discrimination",
    "specialist": "Specialist Commands",
    "resourcing": "Resourcing and Understanding Communities",
}
_AGREE = (
    ("1", "Strongly disagree", "negative"),
    ("2", "Disagree", "negative"),
    ("3", "Neither agree nor disagree", "neutral"),
    ("4", "Agree", "positive"),
    ("5", "Strongly agree", "positive"),
)
_OFTEN = (
    ("never", "Never", "positive"),
    ("once", "Once", "negative"),
    ("often", "More than once", "negative"),
)


def plan() -> TablePlan:
    """Commands on three levels, ethnicity on two, probation and sex, and three crossings."""
    breakdowns = (
        _commands(),
        _ethnicity(),
        _flat("probationer", "Probation", {"yes": "In probation", "no": "Not in probation"}),
        _flat("sex", "Sex", {"female": "Female", "male": "Male"}),
    )
    tables = (
        Table("t1", ("command",), (None,)),
        Table("t2", ("ethnicity",), (None,)),
        Table("t3", ("probationer",), (None,)),
        Table("t4", ("sex",), (None,)),
        Table("t5", ("command", "ethnicity"), ("command", "roll_up")),
        Table("t6", ("ethnicity", "probationer"), ("roll_up", None)),
    )
    watched = (Intersection("Minority-background probationers", WATCHED),)
    return TablePlan(breakdowns, tables, watched)


def _commands() -> Breakdown:
    families, commands, departments = [], [], []
    for family, (family_label, members) in _FAMILIES.items():
        # The last of four is in no team of its own; some are of no command.
        inside = frozenset(f"{command}-{n}" for command in (*members, family) for n in range(1, 5))
        families.append(Value(family, family_label, "family", None, inside))
        for command, label in members.items():
            own = [f"{command}-{n}" for n in range(1, 4)]
            everybody = frozenset((*own, f"{command}-4"))
            commands.append(Value(command, label, "command", family, everybody))
            for n, department in enumerate(own, start=1):
                label_n = f"{label}, team {n}"
                departments.append(
                    Value(department, label_n, "department", command, frozenset({department}))
                )
    levels = ("family", "command", "department")
    values = (*families, *commands, *departments)
    return Breakdown("command", "Command", "department", levels, values)


def _ethnicity() -> Breakdown:
    groups = {"asian": "Asian", "black": "Black", "mixed": "Mixed", "other": "Other"}
    minority = Value("minority", "Minority ethnic", "roll_up", None, frozenset((*groups, "else")))
    majority = Value("majority", "White", "roll_up", None, frozenset({"white"}))
    finest = [Value(g, text, "group", "minority", frozenset({g})) for g, text in groups.items()]
    white = Value("white", "White (all groups)", "group", "majority", frozenset({"white"}))
    values = (minority, majority, *finest, white)
    return Breakdown("ethnicity", "Ethnicity", "ethnicity", ("roll_up", "group"), values)


def _flat(breakdown: str, label: str, values: dict[str, str]) -> Breakdown:
    made = [Value(value, text, "value", None, frozenset({value})) for value, text in values.items()]
    return Breakdown(breakdown, label, breakdown, ("value",), tuple(made))


def measures() -> tuple[MeasureRow, ...]:
    """Five themes of one or three statements each, and one question on how often."""
    themes = [
        MeasureRow(theme, "theme", label, None, False, "", ()) for theme, label in THEMES.items()
    ]
    items = [
        MeasureRow(
            f"{theme}-{n}",
            "item",
            f"Statement {n} about {label.lower()}, long enough to run over one line of a phone",
            theme,
            False,
            f"print-{theme}-{n}",
            _AGREE,
        )
        for theme, label in THEMES.items()
        for n in range(1, 4 if theme in {"leadership", "discrimination"} else 2)
    ]
    often = MeasureRow(
        "discrimination-often",
        "item",
        "In the last year, how often were you treated unfairly because of who you are?",
        "discrimination",
        True,
        "print-often",
        _OFTEN,
    )
    return (*themes, *items, often)
