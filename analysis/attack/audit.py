"""An attacker of our own: reads a Release and nothing else, and tries.

It shares no code with what protects: it sees rows as a reader does, takes bases as known only as
far as they are published, and reports in words what it could work out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.attack import shares
from analysis.attack.answers import Candidates, attack_answers
from analysis.attack.bases import Attack, attacks
from analysis.attack.breaches import Breach
from analysis.attack.colleagues import Places, attack_colleagues
from analysis.attack.follow_ups import attack_follow_ups
from analysis.attack.grid import of_wave
from analysis.attack.limits import attack_limits
from analysis.attack.overlaps import attack_overlaps
from analysis.attack.people_before import at_risk_elsewhere
from analysis.attack.processes import attack_processes
from analysis.attack.rates import attack_rates
from analysis.attack.states_before import attack_earlier, attack_states
from analysis.attack.steps import singled_out
from analysis.attack.witnesses import certify, partial
from analysis.cores import on_every_core
from analysis.errors import ReleaseError
from analysis.plan import TablePlan
from analysis.release.certificates import Certificates, Proof
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.sums import Sums

_Look = Callable[[], tuple[list[Breach], Proof | None]]
"""What it finds, or the proof that it finds nothing."""

__all__ = ["Audit", "Breach", "audit", "examine"]


@dataclass(frozen=True)
class Audit:
    """What the auditor found.

    Attributes:
        breaches: empty when it found nothing.
        certificates: what shows that there is nothing to be found in the bases; None where there
            is.
    """

    breaches: tuple[Breach, ...]
    certificates: Certificates | None


def audit(release: Release, plan: TablePlan | None = None) -> tuple[Breach, ...]:
    """Everything that this attacker could work out from a Release; empty when it found nothing."""
    return (*_leaks(release), *examine(release, plan).breaches)


def examine(
    release: Release,
    plan: TablePlan | None = None,
    candidates: Candidates | None = None,
    places: Places | None = None,
    earlier: Sequence[Release] = (),
    meanwhile: Callable[[Release], None] | None = None,
) -> Audit:
    """Attack a Release, and keep what shows that an attack comes to nothing.

    Args:
        release: what is published, consistent as `release.consistency.check` asks.
        plan: tells whether a value is wholly made up of its parts. Without it the attacker takes
            every value to be, but for those that the certificates name, and only the topmost level
            to have unknown answers.
        candidates: as for `attack_answers`.
        places: where somebody is, of whom it is asked what they learn from each other. A reader
            does not know that; without it the attack is left out.
        earlier: Releases of the same questionnaire, of which states of findings tell too, and
            people at risk: those told here beside their answers, and theirs beside these.
        meanwhile: what else is asked of the Release; its error comes before all others.
    """
    incomplete = partial(release, plan)
    sums = Sums(release, incomplete)
    looks: list[_Look] = [
        *([] if meanwhile is None else [_alone(_asked, meanwhile, release)]),
        _alone(_missing_rows, release),
        _alone(attack_rates, release, plan),
        *(_on_bases(release, sums, laid_out, places) for laid_out in attacks(release, plan)),
        _alone(singled_out, release),
        _alone(attack_limits, release),
        *map(_alone, shares.looks(release)),
        _alone(attack_follow_ups, release),
    ]
    looked = on_every_core(lambda look: look(), looks, groups=len(release.groups))
    breaches = [breach for found, _ in looked for breach in found]
    proofs = tuple(proof for _, proof in looked if proof is not None)
    breaches += attack_answers(release, plan, candidates=candidates)
    breaches += attack_states(release, plan)
    breaches += attack_earlier(release, earlier, plan)
    breaches += attack_overlaps(release, plan)
    counted = attack_processes(release, plan, incomplete)
    breaches += counted.breaches
    proofs += counted.proofs
    for one in earlier:
        breaches += at_risk_elsewhere(release, one, plan, one.manifest.wave)
        breaches += at_risk_elsewhere(one, release, of_wave(one, plan), release.manifest.wave)
    return Audit(tuple(breaches), None if breaches else Certificates(incomplete, proofs))


def _alone(look: Callable[..., Iterable[Breach]], *given: object) -> _Look:
    """A look of which there is nothing to prove."""
    return lambda: (list(look(*given)), None)


def _asked(ask: Callable[[Release], None], release: Release) -> tuple[Breach, ...]:
    ask(release)
    return ()


def _on_bases(
    release: Release, sums: Sums, laid_out: Callable[[], Attack], places: Places | None
) -> _Look:
    """An attack on bases, laid out when it is called for."""
    return lambda: _looked_at(release, sums, laid_out(), places)


def _looked_at(
    release: Release, sums: Sums, attack: Attack, places: Places | None
) -> tuple[list[Breach], Proof | None]:
    """What an attack on bases finds, or the proof that it finds nothing."""
    found = list(attack.breaches())
    proof = None if found else certify(release, sums, attack)
    if isinstance(proof, Breach):
        return [proof], None
    if not found and not attack.measure and places is not None:
        found = list(attack_colleagues(release, attack, places))
    return found, proof


def _leaks(release: Release) -> Iterator[Breach]:
    try:
        check(release)
    except ReleaseError as error:
        yield Breach("leak", "", str(error))


def _missing_rows(release: Release) -> Iterator[Breach]:
    """An absent row would tell an empty group from a small one."""
    categories = {
        row.measure: len(row.categories) for row in release.measures if row.kind == "item"
    }
    for group in release.group_by_id:
        for measure in release.measure_by_id:
            key = (group, measure)
            rows = len(release.distribution_by_key.get(key, ()))
            if key not in release.estimate_by_key or rows != categories.get(measure, 0):
                yield Breach(
                    "presence", group, f"{group} has not the rows for {measure} that others have"
                )
