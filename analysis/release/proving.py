"""Checking the certificates of a Release, before it is written and whenever it is read."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import ReleaseError
from analysis.release.claims import Claims
from analysis.release.known import has_own_bases, of_group
from analysis.release.model import Release
from analysis.release.processes import as_release, processes_of
from analysis.release.sums import Sums


@dataclass(frozen=True)
class Proved:
    """What the certificates of a Release show.

    Attributes:
        k: people.
        hidden: groups of which they show that they may be k people or more.
        items: items and themes looked at besides.
        claims: single things that are shown.
        tables, whole: all tables; those of whole people.
        partial: values taken to have people who are in none of their parts.
    """

    k: int
    hidden: int
    items: int
    claims: int
    tables: int
    whole: int
    partial: int


def prove(release: Release) -> Proved:
    """Check the certificates of a Release.

    Raises:
        ReleaseError: when they are missing, are of another Release, or do not show that what is
            not shown cannot be known to be few people.
    """
    certificates = release.certificates
    if certificates is None:
        raise ReleaseError("This Release has no certificates: it has not been audited.")
    _expect_bases(release)
    wanted = ["", *(one for one in release.measure_by_id if has_own_bases(release, one))]
    counted = processes_of(release)
    given = [proof.measure for proof in certificates.proofs]
    expected = [*wanted, *(f"process {one}" for one in counted)]
    if given != expected:
        odd = "".join(sorted(set(given) ^ set(expected))[:1]) or "the groups"
        raise ReleaseError(
            "certificates.json must speak of the groups, then of each item with bases of its own "
            f"and of each process, once and in order; look at {odd}."
        )
    sums = Sums(release, certificates.partial)
    every = [table for proof in certificates.proofs for table in proof.tables]
    claims = {one: Claims(release, sums, one) for one in wanted}
    for process in counted:
        alone = as_release(release, process)
        claims[f"process {process}"] = Claims(alone, Sums(alone, certificates.partial), "")
    return Proved(
        k=release.manifest.policy["k"],
        hidden=claims[""].hidden,
        items=len(wanted) - 1,
        claims=sum(claims[proof.measure].prove(proof.tables) for proof in certificates.proofs),
        tables=len(every),
        whole=sum(table.parts == 1 for table in every),
        partial=len(certificates.partial),
    )


def _expect_bases(release: Release) -> None:
    """Refuse a group or an item in it that is shown with fewer than k people."""
    k = release.manifest.policy["k"]
    bases = [
        *((row.group, "", row.base) for row in release.groups),
        *((row.group, row.measure, row.base) for row in release.estimates),
    ]
    for group, measure, base in bases:
        if base is not None and (of_group(release, base)[1] or 0) < k:
            of = f" ({measure})" if measure else ""
            raise ReleaseError(f"{group} is shown with a base under {k}{of}.")
