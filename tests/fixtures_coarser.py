"""A survey in which one may name only the larger unit, and answers to it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.microdata import Microdata
from survey.questionnaire.answers import microdata
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import parse

ASKED = parse(
    """
id: coarse
version: "1"
title: A survey
minutes: 5
scales:
  agree:
    polarity: best_last
    points: [{code: "1", label: Disagree}, {code: "2", label: Neither}, {code: "3", label: Agree}]
sections:
  - id: work
    title: Work
    questions:
      - {id: calm, text: It was calm., scale: agree}
      - id: unit
        type: unit
        text: Where do you work?
        units:
          - {id: north, label: North, units: [{id: a, label: A}, {id: b, label: B}]}
          - {id: south, label: South, units: [{id: c, label: C}, {id: d, label: D}]}
breakdowns:
  unit: {variable: unit, levels: [command, department], coarser_answers: true}
tables: [[unit]]
support: [{label: Somebody, detail: Telephone 123.}]
""",
    "q",
)
BOOK = codebook(ASKED)


def answers(people: Mapping[str, int]) -> Microdata:
    """Of so many people in each unit; what else they answer is drawn, always the same."""
    dice = np.random.default_rng(4)
    rows = [
        {"unit": unit, "calm": str(dice.integers(1, 4))}
        for unit, n in people.items()
        for _ in range(n)
    ]
    return microdata(BOOK, rows)
