"""Making a Release: tally, disclosure control, statistics, rounding, audit; in that order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from analysis.attack.audit import Breach, examine
from analysis.attack.shares import attack_shares
from analysis.beside.given import NOTHING, Beside
from analysis.codebook import Codebook
from analysis.counting import Counted
from analysis.earlier_tallies import EarlierTallies
from analysis.errors import Unprotectable
from analysis.microdata import Microdata
from analysis.moments import Moments
from analysis.plan import FORCE, TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish.answers_before import beside_earlier
from analysis.publish.benchmarked import benchmark_rows
from analysis.publish.coarser import protect_answers
from analysis.publish.compared import compare
from analysis.publish.drivers import driver_rows
from analysis.publish.earlier import Past
from analysis.publish.estimates import distribution_rows, estimate_rows, group_rows
from analysis.publish.figures import Figures
from analysis.publish.headcounts import headcounts as all_headcounts
from analysis.publish.ladders import ladder_rows
from analysis.publish.manifest import WaveFacts, manifest_of, measure_rows
from analysis.publish.pairs import sides
from analysis.publish.people_before import AnswersBefore, beside_people_before
from analysis.publish.places import places
from analysis.publish.pooling import earlier_waves
from analysis.publish.procedures import procedure_rows
from analysis.publish.ready import Ready
from analysis.publish.reliability import polarity_warnings, reliability_rows
from analysis.publish.response import Response, response_of
from analysis.publish.shown import Shown, control
from analysis.publish.slopes import slope_rows
from analysis.publish.told import Telling
from analysis.publish.trends import line_before, other_waves, trend_rows
from analysis.publish.weighing import UNWEIGHTED, design_effect
from analysis.release.change_rows import change_rows, expect_known
from analysis.release.consistency import check
from analysis.release.levels import level_rows
from analysis.release.limits import with_limits
from analysis.release.model import Release
from analysis.release.nonresponse import beside_estimates, representativeness_rows
from analysis.release.rows import DistributionRow, EstimateRow
from analysis.release.sides import side_row
from analysis.release.standardised import standardised_rows
from analysis.release.visible import with_smallest
from analysis.tally import Tally


def publish(  # noqa: PLR0913
    codebook: Codebook,
    plan: TablePlan,
    answers: Microdata | Counted,
    *,
    wave: WaveFacts,
    policy: DisclosurePolicy,
    headcounts: Mapping[str, int] | None = None,
    previous: Sequence[Release] = (),
    previous_tallies: Sequence[EarlierTallies] = (),
    weight: str | None = None,
    beside: Beside = NOTHING,
) -> Release:
    """Count, protect, compute and round the answers of a wave.

    Args:
        codebook: what the answers mean.
        plan: what is published.
        answers: the opened answers, whose order changes nothing, or what `counting` counted of
            them in parts.
        wave: the wave's facts.
        policy: the wave's disclosure policy.
        headcounts: group id -> people on the frame; missing ones are summed from their parts.
        previous: earlier Releases; those of the same questionnaire give the trend lines.
        previous_tallies: sums of earlier waves of the same questionnaire; with them and `previous`
            findings can be confirmed. A wave with weights is not pooled.
        weight: name of the weight column, exactly when the answers have weights.
        beside: what others give to be published with the answers.

    Raises:
        EstimationError: when nobody answered.
        DataError: when answers, headcounts, weights or what is given beside them do not fit.
        LedgerError: when the ledger is that of another questionnaire, or a wave that stands in it
            is published again without saying why, or another one with a reason.
        Unprotectable: when the plan cannot be published safely.
    """
    ready = Ready.of(codebook, plan, wave)
    counted = ready.counting.count(answers) if isinstance(answers, Microdata) else answers
    return publish_tally(
        *(counted.tally, ready.past(counted, weight)),
        together=counted.together,
        wave=wave,
        policy=policy,
        headcounts=headcounts,
        previous=previous,
        previous_tallies=previous_tallies,
        weight=weight,
        beside=beside,
    )


def publish_tally(  # noqa: PLR0913
    counted: Tally,
    past: Past | None = None,
    *,
    wave: WaveFacts,
    policy: DisclosurePolicy,
    headcounts: Mapping[str, int] | None = None,
    previous: Sequence[Release] = (),
    previous_tallies: Sequence[EarlierTallies] = (),
    weight: str | None = None,
    beside: Beside = NOTHING,
    together: Moments | None = None,
) -> Release:
    """`publish` for answers that were counted in parts: everything after the tally.

    Without `together`, of what goes together in a respondent, nothing is said of reliability.
    """
    book, closed = counted.codebook, wave.closed.isoformat()
    warnings = () if together is None else polarity_warnings(book, together, wave.polarity)
    drivers = driver_rows(book, together)
    line = line_before(previous, book.questionnaire, wave.id, closed)
    # Readers have what was published before, whichever wave closed first.
    others = other_waves(previous, book.questionnaire, wave.id)
    expect_known(beside.interventions, line)
    shown = control(counted, policy, past, wave.bands)
    look = Telling(shown, counted)
    where = places(counted.codebook, counted.plan, counted.cells)
    shown = protect_answers(look, shown, counted.codebook)
    if past is not None:
        shown = replace(shown, withheld=shown.withheld | past.withheld())
    sizes = all_headcounts(counted.plan, headcounts, counted.at_groups.people.tolist())
    cards = None if wave.told is None else wave.told.cards
    known = response_of(shown, sizes, past, cards, wave.bands)
    same = () if past is None else past.like
    known = beside_people_before(shown, known, same, others)
    answers = AnswersBefore.of(shown.plan, same, others)
    counts = procedure_rows(shown, known, beside.procedures, wave.ledger, answers)
    tallies = () if weight is not None else previous_tallies
    if weight is not None:
        shown = replace(shown, withheld=_withheld_of_people(shown, wave, known))
    before: tuple[Shown, Release] | None = None
    while True:
        draft = replace(
            _draft(shown, wave, known, weight, before), procedures=counts, drivers=drivers
        )
        base = draft.groups[0].base or 0
        draft = replace(draft, reliability=reliability_rows(book, together, base))
        # Percents first: the rest need not be made for them. They tell of their own group alone.
        changed = draft if before is None else _of_groups(draft, _changed(shown, before[0]))
        before = shown, draft
        breaches = tuple(attack_shares(changed))
        if not breaches:
            release = _completed(draft, shown, line, tallies)
            said = (*release.manifest.warnings, *warnings)
            release = replace(
                release,
                manifest=replace(release.manifest, warnings=said),
                changes=change_rows(release, line, beside.interventions),
                benchmarks=benchmark_rows(release, beside.benchmarks),
            )
            found = examine(release, shown.plan, look.candidates.of, where, others, check)
            breaches = found.breaches
            if not breaches and past is not None:
                breaches = beside_earlier(release, past)
            if not breaches:
                if past is not None:
                    past.expect_same_figures(release)
                return replace(release, certificates=found.certificates)
        shown = without(shown, breaches)


def _withheld_of_people(
    shown: Shown, wave: WaveFacts, known: Response
) -> frozenset[tuple[str, str]]:
    """What would be withheld without weights: weighted shares are not people, so judge on these."""
    figures = shown.figures
    plain = replace(
        shown, figures=Figures(figures.codebook, figures.names, figures.sums.unweighted())
    )
    while breaches := tuple(attack_shares(_draft(plain, wave, known, None))):
        plain = without(plain, breaches)
    return plain.withheld


def without(shown: Shown, breaches: Sequence[Breach]) -> Shown:
    """What is left to show when every percent that the auditor saw through is withheld.

    Raises:
        Unprotectable: when it is not percents that give something away.
    """
    pairs = {(breach.group, breach.measure) for breach in breaches if breach.measure}
    if not pairs - shown.withheld:
        first = breaches[0]
        group = shown.plan.group_by_id.get(first.group)
        table = FORCE if group is None else group.table
        process = "Leave the process out, or merge" if first.process else "Merge"
        raise Unprotectable(
            f"The wave cannot be published safely: {first.words}. {process} categories of table "
            f"{table}, or leave its finest level out."
        )
    return replace(shown, withheld=shown.withheld | pairs)


def _draft(
    shown: Shown,
    wave: WaveFacts,
    known: Response,
    weight: str | None,
    before: tuple[Shown, Release] | None = None,
) -> Release:
    """The Release without what compares: groups and their own figures.

    Args:
        shown: what may be shown.
        wave: the wave's facts.
        known: headcounts and rates.
        weight: name of the weight column.
        before: another draft, and what was to be shown in it, of which nothing but `withheld`
            differs: a group of which the same is shown has the same rows.
    """
    facts = known.of_group
    estimates, distributions = ([], []) if before is None else _unchanged(shown, *before)
    return Release(
        manifest=manifest_of(shown, wave, known, weight),
        measures=measure_rows(shown.figures.codebook),
        groups=group_rows(shown, facts),
        estimates=estimate_rows(shown, estimates),
        distributions=distribution_rows(shown, distributions),
        comparisons=(),
        concerns=(),
        trends=(),
    )


def _unchanged(
    shown: Shown, then: Shown, draft: Release
) -> tuple[list[EstimateRow], list[DistributionRow]]:
    """The rows of groups of which as much is shown as in an earlier draft."""
    changed = _changed(shown, then)
    return (
        [row for row in draft.estimates if row.group not in changed],
        [row for row in draft.distributions if row.group not in changed],
    )


def _changed(shown: Shown, then: Shown) -> set[str]:
    """Groups of which not the same is withheld."""
    return {group for group, _ in shown.withheld ^ then.withheld}


def _of_groups(release: Release, groups: Collection[str]) -> Release:
    """What is published of some groups by themselves."""
    return replace(
        release,
        groups=tuple(row for row in release.groups if row.group in groups),
        estimates=tuple(row for row in release.estimates if row.group in groups),
        distributions=tuple(row for row in release.distributions if row.group in groups),
    )


def _completed(
    draft: Release, shown: Shown, line: Sequence[Release], tallies: Sequence[EarlierTallies]
) -> Release:
    """`draft` with limits, comparisons, what they raise, and trends."""
    lost = UNWEIGHTED if draft.manifest.weight is None else design_effect(shown)
    draft = with_limits(replace(draft, manifest=replace(draft.manifest, design_effect=lost)))
    before = earlier_waves(tallies, line, shown.plan, draft) if tallies else None
    compared = compare(shown, draft, before)
    release = replace(draft, comparisons=compared.rows)
    beside = (
        side_row(release, group, other, measure)
        for group, other in sides(shown.plan)
        for measure in draft.measure_by_id
    )
    release = replace(
        release,
        manifest=replace(draft.manifest, comparisons=compared.made),
        estimates=beside_estimates(draft),
        comparisons=(*compared.rows, *beside),
        concerns=compared.concerns + level_rows(draft),
        trends=trend_rows(
            shown.plan, draft.manifest.wave, draft.measures, draft.estimate_by_key, line
        ),
        slopes=slope_rows(shown.plan, draft, line),
        ladders=ladder_rows(shown),
        representativeness=representativeness_rows(draft),
    )
    return replace(
        release,
        comparisons=with_smallest(release),
        standardised=standardised_rows(release),
    )
