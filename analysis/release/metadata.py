"""CSV on the Web (CSVW) metadata: what every column of a published table means."""

from __future__ import annotations

import json
from typing import Any

from analysis.release.tables import Column

_TITLES = {
    "about": "What the tables are of, and the rule by which figures are shown",
    "measures": "Items and themes",
    "categories": "Answer categories of each item",
    "groups": "Declared groups",
    "estimates": "Figures of each group for each item and theme",
    "distributions": "Answers of each group to each item",
    "comparisons": "Each group against the rest; watched groups against those beside them too",
    "standardised": "What of a gap goes with where people are found, and what stays",
    "concerns": "Areas of concern, strengths and levels of concern",
    "trends": "Published figures of each wave",
    "slopes": "How each line moved over the waves",
    "benchmarks": "The force beside figures that others published",
    "ladders": "What is shown in place of groups that are not",
    "changes": "What changed where something was done",
    "procedures": "Formal processes, as HR counted them, by group",
    "representativeness": "How evenly groups answered, and who is missing",
    "reliability": "How well the statements of each theme hang together",
    "drivers": "Which themes go together with the outcome that is declared",
}

_KEYS = {
    "about": ["name"],
    "measures": ["measure"],
    "categories": ["item", "category"],
    "groups": ["group"],
    "estimates": ["group", "measure"],
    "distributions": ["group", "item", "category"],
    "comparisons": ["group", "measure", "against"],
    "standardised": ["group", "measure", "breakdown"],
    "concerns": ["group", "measure", "kind"],
    "trends": ["group", "measure", "wave"],
    "slopes": ["group", "measure"],
    "benchmarks": ["group", "measure", "source", "year"],
    "ladders": ["ladder", "asked", "label"],
    "changes": ["group", "measure", "before"],
    "procedures": ["process", "group"],
    "representativeness": ["group", "kind", "breakdown", "parts_level"],
    "reliability": ["measure"],
    "drivers": ["measure"],
}

_MEANINGS = {
    "against": "group that is compared with; where it holds the compared group, its rest is",
    "alpha": "Cronbach's alpha over those of the force who answered all items of the theme",
    "asked": "id of the group that is asked for",
    "at_risk": "people to whom it could have happened, rounded",
    "base": "people who answered, unweighted; rounded for small groups, and of a measure whose "
    "`asked_of` says so, and of a theme that has one of its own, rounded down: at least so many",
    "after": "id of the later wave, this one",
    "before": "id of the earlier wave that it rests on too",
    "bound": "or_more or or_less when the percent is top or bottom coded",
    "cases": "those of them to whom it did, rounded",
    "breakdown": "id of the breakdown",
    "category": "code of the answer category",
    "change": "points of percent positive by which it moved, up to this wave",
    "clear": "whether the gap stands out among all groups of the process",
    "comparable": "whether wording, scale and polarity are this wave's, and of a trend the people",
    "declared": "the day on which it was declared what was done, and what it should change",
    "direction": "rose, fell, or unclear: what can be told from chance among all lines",
    "done": "what was done, in the words of those who declared it",
    "excess": "change less others_change, in points",
    "effective": "equally weighted answers that weighting by these parts leaves",
    "explained": "percent of the outcome's variation that goes together with all themes",
    "fingerprint": "of wording, scale and polarity; a changed one breaks the trend line",
    "first": "best rank of the share that chance allows, 1 being the largest",
    "indicator": "R-indicator with bias correction: 1 when all parts answered alike; without parts "
    "of which more may have answered, as people named only the larger group",
    "gap": (
        "points of percent positive, group minus what it is compared with, or force minus "
        "benchmark; of a level, percent negative minus it"
    ),
    "gap_lower": "lower 95 % limit of rate_gap, rounded outward",
    "gap_upper": "upper 95 % limit of rate_gap, rounded outward",
    "goes_with": "points of the gap that go with where people are found in the breakdown",
    "group": "id of the group: breakdown=value joined by &, or force",
    "headcount": "people on the frame; rounded for small groups",
    "asked_of": "who was asked, where not everybody was; its base is those asked who answered",
    "index": "what a theme's figures are the mean of: its respondents, or its items' percents",
    "item": "id of the item",
    "item_count": "items of the theme",
    "items": "ids of the theme's items in which the gap shows most, a space between them",
    "kind": "what kind of row this is",
    "label": "what a reader sees",
    "ladder": "name of the intersection, or id of the table, that declares the ladder",
    "last": "worst rank of the share that chance allows",
    "least": "percent positive of everybody if all who did not answer this were negative",
    "level": "percent negative, set in advance, above which a group is a level of concern",
    "lower": "lower 95 % limit, rounded outward",
    "meaning": "what the text says",
    "measure": "id of the item or theme",
    "missing": "how many more would have answered at the rate of all, rounded to 5",
    "most": "percent positive of everybody if all who did not answer this were positive",
    "moved": "the most that weighting by these parts moves a theme, in points",
    "name": "what is told",
    "negative": "percent negative of valid answers; for a theme the mean of respondents' shares",
    "negative_bound": "or_more or or_less when percent negative is top or bottom coded",
    "neutral": "percent neutral of valid answers; empty where no answer is; theme: as positive",
    "neutral_bound": "or_more or or_less when percent neutral is top or bottom coded",
    "others": "how many other units of the same kind the change is judged by",
    "others_change": "mean change of the others, in points",
    "outcome": "id of the item that the themes are looked at beside",
    "parent": "id of the group that contains this one",
    "partial": "unconditional partial R-indicator; below 0 where fewer answered than of all",
    "parts_level": "level of the breakdown on which the parts stand, or the group is one",
    "people": "base times gap, rounded to 5; of a level, base times percent negative",
    "period": "first and last month that were counted",
    "percent": "percent of valid answers, in steps of the policy or coarser ones in the manifest",
    "picked": "low_score when the unit was picked for its low figure, or other",
    "positive": "percent positive of valid answers; for a theme the mean of respondents' shares",
    "positive_bound": "or_more or or_less when percent positive is top or bottom coded",
    "process": "id of the process",
    "rate": "cases in percent of at_risk, from the rounded counts",
    "rate_gap": "rate less rest_rate, in points",
    "ratio": "risk of the adverse event over that of everybody else, from the rounded counts",
    "ratio_lower": "lower 95 % limit of ratio, rounded outward",
    "ratio_upper": "upper 95 % limit of ratio, rounded outward",
    "reading": "positive, neutral or negative, with polarity applied",
    "regression": "points that a unit picked for its low figure would have come back anyway",
    "response_rate": "percent of the headcount that answered, in steps; of a part of a "
    "`said_alone` group of the manifest it is a lower limit, as who names only that is in no part",
    "rest_rate": "rate of everybody else, from the rounded counts",
    "rung": "how far from the group asked for, which is 1",
    "score": "theme score from 0 to 100",
    "sensitive": "whether small numerators of the item are banded",
    "since": "id of the first wave that can be compared",
    "source": "who published the benchmark",
    "smallest": "points; about the narrowest gap that this would have shown four times in five",
    "share": "percent of explained that goes together with this theme (LMG)",
    "state": "how far the finding has been established",
    "stays": "points of the gap that stay beside people found in the same parts",
    "status": "shown, or c: not shown (too few people, or protecting others)",
    "table": "id of the first declared table with this group",
    "text": "what it is",
    "theme": "id of the theme that the item belongs to",
    "upper": "upper 95 % limit, rounded outward",
    "value": "published percent positive of that wave or benchmark",
    "value_after": "published percent positive of the later wave",
    "value_before": "published percent positive of the earlier wave",
    "was": "ids of the earlier groups that stand for a reorganised one, joined by +",
    "wave": "id of the wave",
    "waves": "how many waves can be compared, this one included",
    "weighted": "percent positive weighted to headcounts, where it differs by 2 points or more",
    "weighted_lower": "lower 95 % limit of the weighted percent, rounded outward",
    "weighted_upper": "upper 95 % limit of the weighted percent, rounded outward",
    "words": "the finding as a sentence",
    "year": "of the benchmark",
}

_MAY_BE_EMPTY = {"against", "asked_of", "before", "breakdown", "fingerprint", "parts_level"}
"""Columns of text that is empty where there is nothing to say."""

_DATATYPES = {str: "string", int: "integer", float: "decimal", bool: "boolean"}


def title_of(name: str) -> str:
    """What table `name` holds, in a few words."""
    return _TITLES[name]


def metadata(name: str, headings: tuple[Column, ...]) -> bytes:
    """The CSVW description of table `name`, as JSON bytes with sorted keys."""
    described: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{name}.csv",
        "dc:title": _TITLES[name],
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\n"]},
        "null": "",
        "tableSchema": {
            "columns": [_described(column) for column in headings],
            "primaryKey": _KEYS[name],
        },
    }
    return (json.dumps(described, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _described(column: Column) -> dict[str, Any]:
    datatype: Any = _DATATYPES[column.kind]
    choices = [choice for choice in column.choices if choice]
    if choices:
        datatype = {"base": "string", "format": "|".join(choices)}
    return {
        # CSVW names are URI template variables, which a hyphen may not stand in.
        "name": column.name.replace("-", "_"),
        "titles": column.name,
        "datatype": datatype,
        "required": not column.optional
        and "" not in column.choices
        and column.name not in _MAY_BE_EMPTY,
        "dc:description": _MEANINGS.get(column.name, "value of this breakdown; empty for all"),
    }
