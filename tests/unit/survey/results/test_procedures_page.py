"""Procedures and perceptions: HR's counts beside what the same people say, for HR."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import fixtures_procedures as fixtures
import pytest
from fixtures_results import HR, SIGNER, Site, make_site
from fixtures_rooms import hr_reading, shown
from html_page import parse

from analysis.attack.markup import pages
from analysis.attack.material import Material, Page
from analysis.release import folder
from analysis.release.model import Release
from survey.results import store
from survey.results.procedures import Block, Line, blocks

UNEQUAL = {"asian": 0.14, "black": 0.14, "mixed": 0.14}


@cache
def release() -> Release:
    return fixtures.released(
        fixtures.counted(risks=UNEQUAL, tables=[*fixtures.SINGLE, "command-ethnicity"]),
        fixtures.counted("promotion", people=2000, seed=4),
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = make_site(tmp_path_factory.mktemp("results"), waves=())
    verifier = SIGNER.public_key().public_bytes_raw()
    store.add(made.stores, folder.packed(release(), SIGNER), verifier)
    without = replace(release().manifest, wave="w0", closed="2026-01-31")
    earlier = replace(fixtures.released(), manifest=without)
    store.add(made.stores, folder.packed(earlier, SIGNER), verifier)
    return made


def line(block: Block, label: str) -> Line:
    return next(one for band in block.bands for one in band.lines if one.label == label)


def test_a_clear_difference_stands_first_with_what_the_same_people_say(site: Site) -> None:
    referral, promotion = blocks(release())
    assert any(one.words.startswith("Minority: ") for one in referral.clear)
    assert {"Majority", "White"} <= set(referral.better)
    ((statement, said),) = referral.clear[0].said
    assert statement == "Statement unfair"
    assert "% (" in said
    assert "positive. No clear difference." in said
    assert (promotion.clear, promotion.better) == ((), ())


def test_a_line_holds_counts_and_perceptions_of_the_same_group(site: Site) -> None:
    found = line(blocks(release())[0], "Minority")
    row = fixtures.row(release(), "ethnicity=minority")
    assert found.cases == f"{row.cases} (of {row.at_risk:,})"
    assert found.rate == f"{row.rate} (others {row.rest_rate})"
    assert found.gap.startswith(f"+{row.rate_gap} (")
    assert found.ratio == f"{row.ratio} ({row.ratio_lower} to {row.ratio_upper})"
    assert found.clear
    estimate = release().estimate_by_key["ethnicity=minority", "unfair"]
    assert found.said[0].startswith(f"{estimate.positive}% ")


def test_who_is_better_off_is_told_by_the_gap_and_not_by_a_rounded_ratio(site: Site) -> None:
    """Promoted more often, those from minority backgrounds go without 0.96 times as often."""
    risks = {"white": 0.02, "asian": 0.055, "black": 0.055, "mixed": 0.055}
    made = fixtures.released(fixtures.counted("promotion", tables=["ethnicity"], risks=risks))
    found = fixtures.row(made, "ethnicity=minority", "promotion")
    assert found.clear
    assert found.ratio is not None
    assert found.ratio_upper is not None
    assert found.ratio_upper < 1
    assert f"the risk of going without was {found.ratio:.2f} times" in (found.words or "")
    (block,) = blocks(made)
    assert "Minority" in block.better
    assert not any(one.words.startswith("Minority: ") for one in block.clear)
    assert any(one.words.startswith("Majority: ") for one in block.clear)
    assert line(block, "Minority").ratio.startswith(f"{found.ratio:.2f} (")


def test_what_is_not_shown_or_not_compared_is_not_called_equal(site: Site) -> None:
    few = replace(
        fixtures.counted(tables=["probationer"]),
        at_risk={"force": 6000, "probationer=yes": 1200, "probationer=no": 4800},
        cases={"force": 9, "probationer=yes": 0, "probationer=no": 9},
    )
    alone = replace(fixtures.counted("promotion"), at_risk={"force": 900}, cases={"force": 100})
    hidden, force = blocks(fixtures.released(few, alone))
    (equal, *_) = blocks(fixtures.released(fixtures.counted(tables=["probationer"])))
    assert (hidden.summary, hidden.open) == ("not shown", "")
    assert hidden.told.startswith("Not shown")
    assert force.summary == "too few cases to compare groups"
    assert equal.summary == "no clear difference seen, among 2 comparisons"
    assert equal.open.startswith("No clear difference between any group")


def test_the_force_is_compared_with_nobody(site: Site) -> None:
    found = line(blocks(release())[0], "The whole force")
    assert (found.gap, found.ratio, found.clear) == ("–", "–", False)


def test_what_is_not_shown_looks_alike_and_departments_are_folded_away(site: Site) -> None:
    referral, _ = blocks(release())
    lines = [one for _, bands in referral.more for band in bands for one in band.lines]
    hidden = [one for one in lines if one.cases == "[c]"]
    assert hidden
    assert {(one.cases, one.rate, one.gap, one.ratio, one.clear) for one in hidden} == {
        ("[c]", "[c]", "[c]", "[c]", False)
    }
    assert next(title for title, _ in referral.more) == "Departments"


def test_hr_reads_the_page_and_a_board_does_not(site: Site) -> None:
    address = "/results/hr/w1/procedures"
    found = site.client(HR).get(address)
    assert found.status_code == 200
    parse(found.data)
    text = found.get_data(as_text=True)
    assert "Risk of going without, times" in text
    assert "It does not tell us why." in text
    assert pages(Material(pages=(Page("procedures.html", text),))).falls == []
    assert site.client("north").get(address).status_code == 403
    assert site.client(HR).get("/results/hr/w0/procedures").status_code == 404


def test_hrs_page_leads_there_where_there_are_counts(site: Site) -> None:
    with site.app.test_request_context("/results"):
        assert "procedures" in shown(hr_reading(release()))
        assert "procedures" not in shown(hr_reading(fixtures.released()))
    assert b"/results/hr/w1/procedures" in site.client(HR).get("/results/hr/w1").data


def test_the_rows_can_be_downloaded(site: Site) -> None:
    text = site.client(HR).get("/results/hr/w1/csv/procedures.csv").get_data(as_text=True)
    assert text.startswith("group,process,period,at_risk,cases,rate,")
    assert len(text.splitlines()) == 1 + len(release().procedures)


def test_a_planted_hidden_number_on_the_page_would_be_found(site: Site) -> None:
    text = site.client(HR).get("/results/hr/w1/procedures").get_data(as_text=True)
    cell = '<td class="govuk-table__cell">[c]</td>'
    assert cell in text
    told = text.replace(cell, '<td class="govuk-table__cell" title="7">[c]</td>', 1)
    assert pages(Material(pages=(Page("procedures.html", told),))).falls
