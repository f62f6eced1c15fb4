"""Builds questionnaires for the real files from their item files; nothing of those is kept here."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the real survey files are not beside the checkout ({DATA})"
)

LABELS = ["label5", "label4", "label3", "label2", "label1"]


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def written(document: dict[str, Any], path: Path) -> Path:
    """JSON is YAML, and every text in it is safe."""
    path.write_text(json.dumps(document, indent=1))
    return path


FEVS_INDICES = {
    "leaders": ("Leaders lead", (53, 54, 56, 60, 61)),
    "supervisors": ("Supervisors", (47, 48, 49, 51, 52)),
    "intrinsic": ("Intrinsic work experience", (3, 4, 6, 11, 12)),
    "global": ("Global satisfaction", (40, 69, 70, 71)),
}
"""OPM's sub-indices of engagement, and its index of satisfaction: numbers of their items."""


def fevs_theme(item: str) -> str:
    """The index that an item belongs to, or what is left."""
    return next(
        (name for name, (_, items) in FEVS_INDICES.items() if int(item[1:]) in items), "others"
    )


def fevs(path: Path, *, departments: bool = True) -> Path:
    """FEVS 2018: agencies as commands, sub-agencies as departments, minority by tenure.

    Its indices are means of their items' percents, as OPM publishes them.
    """
    items = rows("fevs2018_items.csv")
    scales = {tuple(item[label] for label in LABELS): "" for item in items}
    for number, labels in enumerate(scales, 1):
        scales[labels] = f"scale{number}"
    document = {
        "id": "fevs",
        "version": "2018",
        "title": "Federal Employee Viewpoint Survey",
        "minutes": 25,
        "fielded": "elsewhere",
        "ignore_columns": ["RANDOMID", "AGENCY", "DSEX", "DEDUC", "DSUPER", "LEAVEJOB"],
        "scales": {
            name: {
                "polarity": "best_first",
                "points": [
                    {"code": str(5 - place), "label": label} for place, label in enumerate(labels)
                ],
            }
            for labels, name in scales.items()
        },
        "themes": {
            **{
                name: {"label": label, "index": "mean_of_items"}
                for name, (label, _) in FEVS_INDICES.items()
            },
            "others": "All others",
        },
        "sections": [
            {
                "id": "items",
                "title": "Items",
                "questions": [
                    {
                        "id": item["item"],
                        "text": item["text"],
                        "scale": scales[tuple(item[label] for label in LABELS)],
                        "theme": fevs_theme(item["item"]),
                    }
                    for item in items
                ],
            },
            {"id": "person", "title": "Person", "questions": fevs_demographics()},
        ],
        "breakdowns": {
            "command": {"variable": "department", "levels": ["force", "command", "department"]},
            "minority": {"variable": "minority"},
            "tenure": {"variable": "tenure"},
        },
        "tables": [["command"], ["minority", "tenure"]],
    }
    return written(document, path)


def fevs_demographics() -> list[dict[str, Any]]:
    units = rows("fevs2018_units.csv")
    parents = [unit for unit in units if unit["level"] == "agency"]
    tree = [
        {
            "id": agency["code"],
            "label": agency["name"],
            "units": [
                {"id": unit["code"], "label": unit["name"]}
                for unit in units
                if unit["parent"] == agency["code"]
            ],
        }
        for agency in parents
    ]
    return [
        {"id": "department", "type": "unit", "text": "Unit", "column": "LEVEL1", "units": tree},
        choice("minority", "DMINORITY", {"A": "Minority", "B": "Non-minority"}),
        choice(
            "tenure", "DFEDTEN", {"A": "Ten years or fewer", "B": "10 to 20 years", "C": "Over 20"}
        ),
    ]


def choice(question: str, column: str, labels: dict[str, str], **more: Any) -> dict[str, Any]:
    categories = [{"code": code, "label": label} for code, label in labels.items()]
    asked = {"id": question, "type": "choice", "text": question, "column": column}
    return {**asked, "categories": categories, **more}


WA_DEMOGRAPHICS = {"D1", "D3", "D8", "D14", "AgencySize"}
WA_DIRT = ["-", "None", "NoneS", "NaN"]


def wa(path: Path, *, denominator: str = "valid", dirt: Iterable[str] = WA_DIRT) -> Path:
    """WA 2015: reversed 7-point scales, don't-knows, blanks, dirty text, multi-selects."""
    texts = {
        row["Question ID"]: row["Question "].strip() for row in rows("wa_eps2015_question_key.csv")
    }
    keys = {
        question: {row["Value"]: row["Label"].strip() for row in found}
        for question, found in groupby(
            rows("wa_eps2015_response_key.csv"), key=lambda row: row["Question ID"]
        )
    }
    scales = wa_scales(keys)
    questions: list[dict[str, Any]] = []
    for stem, group in groupby(texts, key=lambda name: wa_stem(name, texts, keys)):
        names = list(group)
        if set(names) <= WA_DEMOGRAPHICS:
            more = {"missing_codes": list(dirt)} if names[0] == "D1" else {}
            questions += [choice(name, name, keys[name], **more) for name in names]
        elif keys[names[0]] == {"1": "Indicated"}:
            questions.append(wa_ticks(stem, names, texts))
        else:
            questions += [
                {"id": name, "text": texts[name], "scale": scale_name(keys[name]), "theme": "all"}
                for name in names
            ]
    document = {
        "id": "wa-eps",
        "version": "2015",
        "title": "Employee Perception Survey",
        "minutes": 20,
        "fielded": "elsewhere",
        "denominator": denominator,
        "scales": scales,
        "themes": {"all": "All statements"},
        "sections": [{"id": "all", "title": "All", "questions": questions}],
        "breakdowns": {name: {"variable": name} for name in sorted(WA_DEMOGRAPHICS)},
        "tables": [["AgencySize", "D1"], ["D3"], ["D8"], ["D14"]],
    }
    return written(document, path)


def wa_stem(name: str, texts: dict[str, str], keys: dict[str, dict[str, str]]) -> str:
    """Options of one question share the text before the colon."""
    return texts[name].partition(":")[0] if keys[name] == {"1": "Indicated"} else name


def wa_ticks(stem: str, names: list[str], texts: dict[str, str]) -> dict[str, Any]:
    options = [
        {"code": name, "label": texts[name].partition(": ")[2], "column": name} for name in names
    ]
    return {"id": f"{names[0]}_any", "type": "multiple", "text": stem, "options": options}


def scale_name(key: dict[str, str]) -> str:
    return "s" + "".join(filter(str.isalnum, "".join(key.values())))[:40]


def wa_scales(keys: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Every distinct key as a scale, best point first; "do not know" is no valid answer."""
    not_valid = {"Do not know or does not apply", "Unsure", "Do not know", "Not sure"}
    scales = {}
    for name, key in keys.items():
        if name in WA_DEMOGRAPHICS or key == {"1": "Indicated"}:
            continue
        points = [
            {"code": code, "label": label, "valid": "false" if label in not_valid else "true"}
            for code, label in key.items()
        ]
        scales[scale_name(key)] = {"polarity": "best_first", "points": points}
    return scales
