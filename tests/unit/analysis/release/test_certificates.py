"""What a Release hides is shown by its certificates, or it is neither written nor read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_analysis import small
from fixtures_release import certified, make_release

from analysis.attack.audit import examine
from analysis.attack.grid import grid
from analysis.errors import ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import folder
from analysis.release.certificates import Certificates, FittingTable, from_json, to_json
from analysis.release.claims import Claims
from analysis.release.model import Release
from analysis.release.proving import prove
from analysis.release.sums import Sums

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STUDY = small()
WAVE = WaveFacts("autumn", "Autumn", date(2026, 11, 1))


@pytest.fixture(scope="module")
def release() -> Release:
    """A published one, in which one item was asked of about half of the people."""
    asked = np.arange(STUDY.microdata.n) % 2 == 0
    items = STUDY.microdata.items
    routed = {**items, "heard": np.where(asked, items["heard"], -1)}
    microdata = replace(STUDY.microdata, items=routed)
    return publish(STUDY.codebook, STUDY.plan, microdata, wave=WAVE, policy=DisclosurePolicy())


def certificates(release: Release) -> Certificates:
    assert release.certificates is not None
    return release.certificates


def with_proofs(release: Release, change: Callable[[FittingTable], FittingTable]) -> Release:
    """The first table of each proof changed."""
    made = certificates(release)
    proofs = tuple(
        replace(proof, tables=(change(proof.tables[0]), *proof.tables[1:])) for proof in made.proofs
    )
    return replace(release, certificates=replace(made, proofs=proofs))


def one_more(table: FittingTable) -> FittingTable:
    (at, count), *others = table.counts[0]
    return replace(table, counts=(((at, count + 5 * table.parts), *others), *table.counts[1:]))


def test_what_publish_made_is_proved_of_every_hidden_group(release: Release) -> None:
    proved = prove(release)
    hidden = [row for row in release.groups if row.status == "c"]
    assert hidden
    assert proved.hidden == len(hidden)
    assert proved.items >= 1, "no item has bases of its own, so this shows little"


def test_certificates_are_made_from_what_is_published_alone(
    release: Release, tmp_path: Path
) -> None:
    read = folder.read(tmp_path / folder.write(release, tmp_path, SIGNER), SIGNER.public_key())
    again = examine(replace(read, certificates=None), STUDY.plan)
    assert again.certificates == release.certificates
    assert to_json(certificates(read)) == to_json(certificates(release))
    assert from_json(to_json(certificates(release))) == release.certificates


def test_an_edited_certificate_is_refused(release: Release, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"Table 1 in certificates.json does not fit"):
        folder.write(with_proofs(release, one_more), tmp_path, SIGNER)


def test_a_certificate_that_gives_no_person_is_refused(release: Release) -> None:
    with pytest.raises(ReleaseError, match=r"does not fit what is published of force"):
        prove(
            with_proofs(release, lambda table: replace(table, counts=((), ())[: len(table.counts)]))
        )


def test_every_hidden_group_must_be_shown_to_be_open(release: Release) -> None:
    """Of each in turn, only tables are left in which it is small: it is named."""
    sums = Sums(release, certificates(release).partial)
    first, *others = certificates(release).proofs
    for group in (row for row in release.groups if row.status == "c"):
        at = sums.cells[group.values]
        small = tuple(
            table
            for table in first.tables
            if Claims(release, sums, "").counts([table])[at, 0] < 10 * table.parts
        )
        proofs = (replace(first, tables=small), *others)
        lacking = replace(certificates(release), proofs=proofs)
        with pytest.raises(ReleaseError, match=r"does not show that|has no table"):
            prove(replace(release, certificates=lacking))


def test_a_certificate_that_leaves_a_count_out_names_it(release: Release) -> None:
    """One table shows no count to be one number of people or another."""
    first, *others = certificates(release).proofs
    alone = (replace(first, tables=first.tables[:1]), *others)
    hidden = {row.group for row in release.groups if row.status == "c"}
    cells = Sums(release, certificates(release).partial).cells
    unknown = {" & ".join(filter(None, cell)) for cell in cells if "?" in cell}
    with pytest.raises(ReleaseError) as refused:
        prove(replace(release, certificates=replace(certificates(release), proofs=alone)))
    told = re.search(r"more, may be (.+);|that (\S.*) may be (?:k|one|\d)", str(refused.value))
    assert told is not None
    assert set(told.groups()) & (hidden | unknown)


@pytest.mark.parametrize("which", [0, 1])
def test_a_proof_left_out_is_named(release: Release, which: int) -> None:
    proofs = certificates(release).proofs
    fewer = replace(certificates(release), proofs=(*proofs[:which], *proofs[which + 1 :]))
    named = "the groups" if which == 0 else proofs[1].measure
    with pytest.raises(ReleaseError, match=f"look at {named}"):
        prove(replace(release, certificates=fewer))


def test_an_unaudited_release_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="not audited"):
        folder.write(make_release(), tmp_path, SIGNER)
    assert list(tmp_path.iterdir()) == []


def test_an_open_release_has_no_certificates() -> None:
    """A hidden part beside a shown one in a shown whole: white and majority are the same people."""
    release = make_release()
    rows = tuple(
        replace(row, base=None, headcount=None, response_rate=None, status="c")
        if row.group == "ethnicity=white"
        else row
        for row in release.groups
    )
    planted = replace(release, groups=rows)
    with pytest.raises(AssertionError):
        certified(planted)
    borrowed = replace(planted, certificates=certified(release).certificates)
    with pytest.raises(ReleaseError, match=r"ethnicity=white may be one number .* or another"):
        prove(borrowed)


def test_a_rest_of_few_people_has_no_certificate() -> None:
    """All but four of the force are in a shown part."""
    release = certified(make_release())
    rows = tuple(
        replace(row, base=3566) if row.group == "sex=male" else row
        for row in release.groups
        if row.group != "sex=female"
    )
    with pytest.raises(ReleaseError):
        prove(replace(release, groups=rows))


def test_a_group_that_is_shown_too_small_is_refused() -> None:
    release = certified(make_release())
    rows = tuple(
        replace(row, base=5) if row.group == "command=custody-1" else row for row in release.groups
    )
    with pytest.raises(ReleaseError, match="custody-1 is shown with a base under 10"):
        prove(replace(release, groups=rows))


def test_the_auditor_and_the_check_write_the_same_grid_down(release: Release) -> None:
    cells, equations = grid(release, STUDY.plan)
    sums = Sums(release, certificates(release).partial)
    assert set(cells) == set(sums.cells)
    order = [cells[cell] for cell in sums.cells]
    draw = np.random.default_rng(1)
    counts = sums.spread(draw.integers(0, 9, (len(sums.finest), 40)))
    holds = np.abs(equations[:, order] @ counts).max(axis=0) == 0
    assert (holds == ~sums.unequal(counts)).all()


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b"not json",
        b'{"partial":[],"proofs":[{"measure":"","tables":[{"parts":0,"counts":[[]]}]}]}',
        b'{"partial":[],"proofs":[{"measure":"","tables":[{"parts":1,"counts":[[0,-3]]}]}]}',
        b'{"partial":[],"proofs":[{"measure":"","tables":[{"parts":1,"counts":[[0,true]]}]}]}',
        b'{"partial":[],"proofs":[{"measure":"","tables":[{"parts":1,"counts":[[0]]}]}]}',
        b'{"partial":[],"proofs":[{"measure":"","tables":[{"parts":1,"counts":[[0,1.5]]}]}]}',
    ],
)
def test_what_are_no_certificates_is_one_sentence(content: bytes) -> None:
    with pytest.raises(ReleaseError, match="not laid out as certificates are"):
        from_json(content)


def test_fractions_of_people_show_nothing_of_a_count_that_is_nearly_known(
    release: Release,
) -> None:
    """Half people twice as many: within three people whole ones are asked for."""
    sums = Sums(release, certificates(release).partial)
    claims = Claims(release, sums, "")
    whole = certificates(release).proofs[0].tables[0]
    counts = claims.counts([whole])
    halves = claims.goals(2 * counts, np.array([2]))
    assert any("one number" in words for words in claims.missing(halves))
    assert any(
        "people or more" in words and "nobody" not in words for words in claims.missing(halves)
    )


def test_a_false_certificate_is_refused_however_well_it_is_signed(
    release: Release, tmp_path: Path
) -> None:
    """Whoever has the officers' key can sign anything; nobody can take it in."""
    home = tmp_path / folder.write(release, tmp_path, SIGNER)
    false = with_proofs(release, one_more)
    (home / "certificates.json").write_bytes(to_json(certificates(false)))
    manifest = json.loads((home / "manifest.json").read_bytes())
    hashed = hashlib.sha256((home / "certificates.json").read_bytes()).hexdigest()
    manifest["files"]["certificates.json"] = hashed
    (home / "manifest.json").write_text(json.dumps(manifest))
    signed = SIGNER.sign(b"candour/release/1\n" + (home / "manifest.json").read_bytes())
    (home / "manifest.sig").write_bytes(signed)
    with pytest.raises(ReleaseError, match=r"Table 1 in certificates.json does not fit"):
        folder.unpack(folder.pack(home), SIGNER.public_key())
