"""The demo as its readers get it, with the truth that they do not have: what `make attack` attacks.

The answers of a demo are destroyed like any others; they are drawn anew from the same seed.
"""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures_results import sign_in
from flask.testing import FlaskClient

from analysis.plan import FORCE
from analysis.release.model import Release
from survey.app import create_app
from survey.config import BOX, ISSUE, RESULTS, Settings
from survey.database import Stores
from survey.demo import making, noticed, remarks, reorganised, sending
from survey.demo.force import make_force
from survey.manage import waves
from survey.questionnaire import loader
from survey.questionnaire.model import Multiple
from survey.results import exports, rooms, store
from survey.results.exporting.files import of_reader
from survey.results.scope import COMMAND, Scope, of_command, whole_force

CANDOUR = [sys.executable, "-c", "from survey.cli import main; main()"]


PAPERS = ("", "/themes", "/departments", "/inside", "/watched", "/response", "/procedures")
"""Pages that are saved as PDF too: those with most that is hidden."""


def save(
    home: Path, out: Path, pages: int = 12, papers: Sequence[str] = (), *, whole: bool = False
) -> None:
    """Releases, pages and exports of a demo in `home`, as files below `out`.

    Args:
        pages: how many hidden groups have their own page of a theme saved.
        papers: which pages of the newest wave are saved as PDF too.
        whole: whether the newest survey's whole files are saved too, which take long to read.
    """
    settings = Settings.at(home, surfaces=(ISSUE, BOX, RESULTS))
    stores = Stores.open(settings)
    app = create_app(settings)
    (out / "pages").mkdir(parents=True)
    releases = store.all_releases(stores)
    public = app.test_client()
    receipts = [f"/receipts/{wave.id}" for wave in waves.all_waves(stores)]
    for address in ["/", "/you-said-we-did", *receipts]:
        keep(public, address, out / "pages")
    for person in (one for one in making.SIGN_INS if one.role in {"board", "hr"}):
        client = app.test_client()
        assert sign_in(client, person.name, making.PASSWORD).status_code == 302
        actions = "" if person.command is None else f"/{person.command}"
        keep(client, f"/results/actions{actions}", out / "pages")
        own = "hr" if person.command is None else f"board/{person.command}"
        for release in releases:
            address = f"/results/{own}/{release.manifest.wave}"
            keep(client, address, out / "pages")
            for room in rooms.ROOMS:
                keep(client, f"{address}/{room.id}", out / "pages")
            for table in exports.TABLES:
                keep(client, f"{address}/csv/{table}.csv", out / "exports" / person.name)
            for kind in of_reader(scope_of(person, release)) if whole else ():
                if release is releases[-1]:
                    keep(client, f"{address}/file/{kind.id}/download", out / "exports" / "whole")
            if whole and release is releases[-1]:
                keep(client, f"{address}/all-pages.pdf", out / "papers")
            for paper in papers if release is releases[-1] else ():
                keep(client, f"{address}{paper}?as=pdf", out / "papers")
            if person.role == "hr":
                for group in hidden(release)[:pages]:
                    theme = next(row.measure for row in release.measures if row.kind == "theme")
                    keep(client, f"{address}/theme/{theme}?group={group}", out / "pages")


def scope_of(person: making.SignIn, release: Release) -> Scope:
    """What somebody may see of a Release."""
    seen = None if person.command is None else of_command(release, person.command)
    return seen or whole_force(release)


def hidden(release: Release) -> list[str]:
    """Groups that are not shown, as an address holds them."""
    return [
        row.group.replace("=", "%3D").replace("&", "%26")
        for row in release.groups
        if row.status != "shown" and row.group not in (FORCE, COMMAND)
    ]


def keep(client: FlaskClient, address: str, folder: Path) -> None:
    """Save what stands at an address, named after it or after what the server calls it."""
    answer = client.get(address)
    if answer.status_code == 404:
        return  # A survey that is still open has no receipts, and no wave has every room.
    assert answer.status_code == 200, address
    named = answer.headers.get("Content-Disposition", "").partition('filename="')[2].rstrip('"')
    name = named or address.strip("/").replace("/", "_").replace("?", "_") + ".html"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(answer.get_data())


def write_truth(home: Path, out: Path) -> list[Path]:
    """The answers of each closed wave of a demo, drawn anew, as `candour tabulate` takes them."""
    library = loader.load(making.QUESTIONNAIRE)
    force = make_force(library)
    stores = Stores.open(Settings.at(home))
    closed = [wave.id for wave in waves.all_waves(stores) if wave.state == "destroyed"]
    files = []
    for number, wave in enumerate(closed, start=1):
        questionnaire = reorganised.asked(library, number, noticed.actions(number))
        (out / f"{wave}.yaml").write_text(questionnaire.source, encoding="utf-8")
        rows = sending.sendings(questionnaire, force, number)
        columns: dict[str, str] = {}
        for question in questionnaire.questions:
            assert not isinstance(question, Multiple)
            columns[question.column] = question.id
        files.append(out / f"{wave}.csv.gz")
        with gzip.open(files[-1], "wt", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([row.get(one, "") for one in columns.values()] for row in rows)
    return files


def write_comments(out: Path) -> Path:
    """What the people of the demo wrote."""
    with out.open("w", newline="") as file:
        rows = (["any", one] for one in remarks.REMARKS)
        csv.writer(file).writerows([["question", "comment"], *rows])
    return out


def attack(
    home: Path, out: Path, papers: Sequence[str] = (), *, whole: bool = False
) -> subprocess.CompletedProcess[str]:
    """Save everything of a demo and attack it with its truth."""
    save(home, out / "given", papers=papers, whole=whole)
    truth = write_truth(home, out)
    command = [*CANDOUR, "attack", str(home / making.RELEASES), str(out / "given")]
    command += ["--comments", str(write_comments(out / "comments.csv"))]
    for path in truth:
        questionnaire = path.with_name(f"{path.name.removesuffix('.csv.gz')}.yaml")
        command += ["--truth", str(path), "--questionnaire", str(questionnaire)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def main() -> None:
    """Make a demo in a temporary home and attack it; ends with the attacker's exit code."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "demo"
        demo = [*CANDOUR, "demo", "--no-serve", "--home", str(home)]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
        found = attack(home, Path(folder) / "attacked", PAPERS, whole=True)
    print(found.stdout, end="")
    print(found.stderr, end="", file=sys.stderr)
    sys.exit(found.returncode)


if __name__ == "__main__":
    main()
