"""What a Release says of its wave and its questionnaire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from analysis.bands import Bands
from analysis.codebook import Codebook
from analysis.disclosure import rounding
from analysis.disclosure.shape import not_published
from analysis.ledger import Count, Ledger
from analysis.plan import FORCE
from analysis.polarity import Polarity
from analysis.publish.response import Response
from analysis.publish.shown import Shown, is_sensitive
from analysis.release.model import BreakdownFacts, Manifest
from analysis.release.rows import MeasureRow

METHODS = {
    "share interval": "Wilson score, finite population correction where the headcount is known",
    "theme interval": "Wilson score of as many single answers as alpha says, corrected likewise",
    "theme comparison": "Welch t, group against the rest",
    "item comparison": "Miettinen-Nurminen score, group against the rest",
    "comparison of two groups": "Zou-Donner, from published percents and ranges",
    "concerns": (
        "larger of Welch's and Student's p, Benjamini-Hochberg within each declared family at an "
        "equal share of the wave's rate, and a gap of 5 points or more; confirmed from two waves "
        "together, squared standard error x 1.35"
    ),
    "where it shows most": (
        "items inside a raised theme: Benjamini-Hochberg at the family's rate x raised / compared "
        "(Benjamini-Bogomolov), and a gap of 5 points or more"
    ),
    "changes": (
        "declared in a file; against the spread of the changes of other units of the same kind (t, "
        "units - 2), Benjamini-Hochberg over all that was declared; from published figures alone"
    ),
    "processes": (
        "Miettinen-Nurminen score and Koopman score, group against everybody else, from rounded "
        "counts; Benjamini-Hochberg within a process"
    ),
    "levels of concern": (
        "exact binomial test of the level and Wilson's 95 % limit, from published figures; "
        "Benjamini-Hochberg within each family at its rate"
    ),
    "standardisation": (
        "Mantel and Haenszel's difference of shares over the parts of the force, limits of the "
        "gap moved with it, from published figures alone"
    ),
    "limits": (
        "Wilson's of a percent, Newcombe's of a gap, the widest that percents, gaps and bases "
        "allow, a theme's with alpha; from published figures alone"
    ),
    "smallest gap": "80 % power at the family's rate / comparisons, from published limits",
    "evenness of response": "R-indicator with bias correction, from published figures alone",
    "weighting": (
        "post-stratified on published headcounts, weights inside [0.3, 3], limits wider by the "
        "root of n over Kish's effective n; from published figures alone"
    ),
    "reliability": "Cronbach's alpha, Feldt's limits",
    "drivers": "Lindeman, Merenda and Gold's shares of R squared; ranks from 500 Wishart draws",
    "disclosure control": "complementary suppression over all tables together, audited",
}


@dataclass(frozen=True)
class WaveFacts:
    """What a Release says of its wave.

    Attributes:
        id, title: of the wave.
        closed: the day on which it closed.
        ledger: everything that was published of its questionnaire; the Releases of this wave are
            audited together with the new one, which replaces the last of them.
        correction: why it does, in words that everybody will read; None for a wave's first one.
        polarity: what was decided of items that run against their theme.
        bands: of headcounts, as the wave's page told them before anybody answered.
    """

    id: str
    title: str
    closed: date
    ledger: Ledger | None = None
    correction: str | None = None
    polarity: Polarity = field(default_factory=dict)
    bands: Bands = field(default_factory=dict)

    @property
    def told(self) -> Count | None:
        """What was told of it at closing; None where nobody did."""
        found = () if self.ledger is None else self.ledger.counts_of(self.id)
        return found[-1] if found else None


def manifest_of(shown: Shown, wave: WaveFacts, known: Response, weight: str | None) -> Manifest:
    """Everything but what only comparisons tell.

    Args:
        shown: figures and what may be shown of them.
        wave: the wave's facts.
        known: headcounts and response rates as published.
        weight: name of the weight column; None without weights.
    """
    codebook, plan = shown.figures.codebook, shown.plan
    earlier = () if wave.ledger is None else wave.ledger.of_wave(wave.id)
    visible, invited = len(shown.protection.shown), known.of_group[FORCE].headcount
    return Manifest(
        wave=wave.id,
        wave_title=wave.title,
        closed=wave.closed.isoformat(),
        questionnaire=codebook.questionnaire,
        questionnaire_version=codebook.version,
        questionnaire_title=codebook.title,
        questionnaire_fingerprint=codebook.fingerprint,
        policy=shown.policy.as_dict(),
        methods=METHODS,
        breakdowns=tuple(BreakdownFacts.of(one) for one in plan.breakdowns),
        tables=tuple((table.id, table.breakdowns) for table in plan.tables),
        intersections=tuple((one.name, one.group) for one in plan.intersections),
        invited=None if invited is None else rounding.nearest(invited, 10),
        # Of the published base: of the exact one it would narrow that.
        answered=rounding.nearest(
            rounding.base(int(shown.figures.sums.people[0]), shown.policy), 10
        ),
        shown=visible,
        not_shown=len(plan.groups) - visible,
        comparisons=0,
        warnings=tuple(_contradictions(known)),
        weight=weight,
        not_published=not_published(plan, shown.protection.left_out),
        ledger=None if wave.ledger is None else wave.ledger.head,
        replaces=None if not earlier else earlier[-1].hash,
        correction=wave.correction,
        cards=None if wave.told is None else wave.told.cards,
        received=None if wave.told is None else wave.told.received,
        coarser=shown.listed_steps(),
        processes=plan.processes,
        standardise=plan.standardise,
        bands=tuple(
            (group.id, wave.bands[group.id]) for group in plan.groups if group.id in wave.bands
        ),
    )


def _contradictions(known: Response) -> list[str]:
    return [
        f"Headcounts by {' and '.join(sorted(one)) or 'force'} are smaller than the number of "
        "answers somewhere: no response rates are given there."
        for one in known.contradicted
    ]


def measure_rows(codebook: Codebook) -> tuple[MeasureRow, ...]:
    """Themes, then items, as a Release carries them."""
    themes = tuple(
        MeasureRow(
            *(theme.id, "theme", theme.label, None, is_sensitive(codebook, theme.id)),
            fingerprint=codebook.fingerprint_of(theme),
            categories=(),
            index=theme.index,
            asked_of=_asked(codebook, theme.id),
        )
        for theme in codebook.themes
    )
    items = tuple(
        MeasureRow(
            *(item.id, "item", item.text, item.theme, item.sensitive, item.fingerprint),
            categories=tuple(
                (category.code, category.label, category.reading)
                for category in item.categories
                if category.reading is not None
            ),
            level=None if item.level is None else round(100 * item.level),
            asked_of=_asked(codebook, item.id),
        )
        for item in codebook.items
    )
    return themes + items


def _asked(codebook: Codebook, measure: str) -> str:
    audience = codebook.audience(measure)
    return "" if audience is None else audience.told
