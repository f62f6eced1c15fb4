"""`candour forecast`: before a wave, which groups will be publishable."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from analysis.forecast import Answering, Forecast
from survey import forecast_of_wave
from survey.config import Settings
from survey.database import Stores
from survey.errors import DataError, SettingsError
from survey.policy_option import policy_with
from survey.questionnaire import forecasting
from survey.questionnaire.forecasting import COARSER
from survey.questionnaire.loader import load

_FILE = click.Path(path_type=Path, dir_okay=False)

DRAWS = 200
"""A share is then right to within about 7 points, in 19 of 20 cases."""


@click.command()
@click.option("--questionnaire", type=_FILE, help="what will be asked, YAML")
@click.option("--headcount", type=_FILE, help="people by group: group,headcount")
@click.option("--wave", "wave_id", help="in place of both: a wave with headcounts, for its page")
@click.option("--rate", type=float, required=True, help="percent who will answer, a guess")
@click.option("--rate-of", "rates", multiple=True, metavar="GROUP=PERCENT", help="its own rate")
@click.option("--withheld", type=float, default=5.0, show_default=True, help="percent of each")
@click.option("--coarser", type=float, default=Answering.coarser, show_default=True, help=COARSER)
@click.option("--draws", type=click.IntRange(1, 100_000), default=DRAWS, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=forecasting.SEED, show_default=True)
@click.option("--policy", "rules", multiple=True, metavar="NAME=VALUE", help="such as k=15")
@click.option("--out", type=_FILE, help="gets the table of groups as CSV")
def forecast(  # noqa: PLR0913, PLR0917  # one for each option
    questionnaire: Path | None,
    headcount: Path | None,
    wave_id: str | None,
    rate: float,
    rates: tuple[str, ...],
    withheld: float,
    coarser: float,
    draws: int,
    seed: int,
    rules: tuple[str, ...],
    out: Path | None,
) -> None:
    """Say which groups of a questionnaire will be publishable, before anybody answers."""
    answering = Answering(rate, _rates(rates), withheld, coarser)
    if wave_id is not None:
        if questionnaire or headcount or rates or rules:
            raise SettingsError(
                "--wave takes questionnaire, headcounts and rules from the wave and one rate for "
                "everybody; leave out --questionnaire, --headcount, --rate-of and --policy."
            )
        stores = Stores.open(Settings.from_environment())
        outlook = forecast_of_wave.make(stores, wave_id, answering, draws, seed, _progress)
    elif questionnaire is None or headcount is None:
        raise SettingsError("Give --questionnaire and --headcount, or --wave.")
    else:
        outlook = forecasting.look_ahead(
            *(load(questionnaire), headcount, answering, policy_with(rules)),
            seed=seed,
            draws=_progress(range(draws), draws),
        )
    if out is not None:
        _write(out, outlook.forecast)
    for line in _lines(outlook.forecast):
        click.echo(line)
    click.echo()
    for line in forecasting.table_lines(outlook.forecast.tables):
        click.echo(line)
    click.echo()
    click.echo(forecasting.guessed(outlook, answering, draws, seed))
    for line in forecasting.reservations(outlook):
        click.echo(line)
    click.echo(forecasting.dearest(outlook.forecast))


def _rates(given: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for text in given:
        group, _, percent = text.rpartition("=")
        try:
            found[group] = float(percent)
        except ValueError:
            group = ""
        if not group:
            raise SettingsError(
                f"--rate-of {text}: write a group, then = and its rate in percent, such as "
                "command=response-north=45."
            )
    return found


def _progress(draws: Iterable[int], many: int) -> Iterator[int]:
    with click.progressbar(draws, many, "Drawing waves", file=sys.stderr) as bar:
        yield from bar


def _lines(found: Forecast) -> Iterator[str]:
    yield "expected  shown  too small  for others  group"
    for group, _, base, shown, small, others in forecasting.rows(found):
        yield f"{base:8,.0f}  {shown:5.0%}  {small:9.0%}  {others:10.0%}  {group}"


def _write(out: Path, found: Forecast) -> None:
    columns = ["group", "label", "expected_base", "shown", "hidden_small", "hidden_for_others"]
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for group, label, base, *shares in forecasting.rows(found):
                writer.writerow([group, label, f"{base:.1f}", *(f"{one:.3f}" for one in shares)])
    except OSError as error:
        raise DataError(f"{out} cannot be written ({error.strerror}).") from None
