"""The built package, installed outside the checkout, has everything that it needs."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import site
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import html_page
import pytest
from fixtures_wave import QUESTIONNAIRES, free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
"""What pip calls with `--no-build-isolation`; nothing comes from the network."""

BUNDLED = {
    "templates/": "survey/bundled/templates/",
    "questionnaires/": "survey/bundled/questionnaires/",
}

TOGETHER = """
import shlex, sys
import analysis, survey
from survey import cli, resources
print(survey.__file__, analysis.__file__, resources.QUESTIONNAIRES)
for line in sys.stdin.read().splitlines():
    sys.argv = ["candour", *shlex.split(line)]
    cli.main()
"""
"""Many commands in one process: starting each anew would take most of the time."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built from this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", BUILD, out], cwd=ROOT, check=True, capture_output=True)
    (made,) = out.glob("*.whl")
    return made


def tracked() -> set[str]:
    """Every file of the program, where it must stand in a package."""
    listed = subprocess.run(
        ["git", "ls-files", "survey", "analysis", "templates", "questionnaires"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    built = (ROOT / "survey" / "static" / "build").iterdir()
    files = {*listed, *(str(path.relative_to(ROOT)) for path in built)}
    return {_inside(name) for name in files}


def _inside(name: str) -> str:
    first = next((part for part in BUNDLED if name.startswith(part)), "")
    return BUNDLED.get(first, "") + name.removeprefix(first)


def left_out(packed: Path) -> set[str]:
    """Files of the program that a package lacks."""
    with zipfile.ZipFile(packed) as opened:
        return tracked() - set(opened.namelist())


def test_every_file_of_the_program_is_in_the_package_and_no_other(wheel: Path) -> None:
    assert left_out(wheel) == set()
    with zipfile.ZipFile(wheel) as opened:
        more = set(opened.namelist()) - tracked()
    assert all(".dist-info/" in name for name in more)


@pytest.mark.parametrize("kind", [".html", ".yaml", ".release", ".mo", "_0001_", ".css"])
def test_a_file_that_is_left_out_is_noticed(wheel: Path, tmp_path: Path, kind: str) -> None:
    with zipfile.ZipFile(wheel) as opened:
        gone = next(name for name in opened.namelist() if kind in name)
        with zipfile.ZipFile(tmp_path / "cut.whl", "w") as cut:
            for name in set(opened.namelist()) - {gone}:
                cut.writestr(name, b"")
    assert left_out(tmp_path / "cut.whl") == {gone}


class Installed:
    """The program in an environment of its own, run in a folder where no checkout is."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "environment" / "bin"
        self.work = folder / "work"
        self.work.mkdir()
        self.variables = {
            "PATH": os.defpath,
            "HOME": str(folder),
            "CANDOUR_HOME": str(folder / "home"),
            "CANDOUR_TWO_PEOPLE": "no",
        }

    def run(self, *line: str, given: str = "", codes: tuple[int, ...] = (0,)) -> str:
        """Run a program of the environment that must end with one of `codes`; what it printed."""
        done = subprocess.run(
            [self.bin / line[0], *line[1:]],
            cwd=self.work,
            env=self.variables,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, done.stderr
        return done.stdout

    def candour(self, *lines: str) -> str:
        """Run commands, one after the other in one process."""
        return self.run("python", "-P", "-c", TOGETHER, given="\n".join(lines))

    @contextmanager
    def served(self) -> Iterator[str]:
        """`candour serve` as one starts it; yields its address."""
        port = free_port()
        line = [self.bin / "candour", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
        process = subprocess.Popen(
            line, cwd=self.work, env=self.variables, stdout=subprocess.DEVNULL
        )
        try:
            yield _answering(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _answering(address: str, process: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        assert process.poll() is None, "the server stopped at once"
        try:
            opened(f"{address}/accessibility")
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise AssertionError("the server did not start in 30 seconds")


def opened(address: str) -> html_page.Page:
    with urlopen(address) as reply:
        return html_page.parse(reply.read())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Installed by pip, or by uv; what it needs comes from the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    options = ["--no-deps", "--no-index", "--quiet", str(wheel)]
    python = str(environment / "bin" / "python")
    if importlib.util.find_spec("pip"):
        line = [sys.executable, "-m", "pip", "--python", python, "install", *options]
    else:
        found = shutil.which("uv")
        assert found, "neither pip nor uv is there"
        line = [found, "pip", "install", "--python", python, *options]
    subprocess.run(line, check=True, capture_output=True, cwd=folder)
    inside = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    (inside / "others.pth").write_text("\n".join(site.getsitepackages()))
    return Installed(folder)


@pytest.mark.long
def test_an_installed_program_serves_a_survey_and_a_board(installed: Installed) -> None:
    shutil.copy(QUESTIONNAIRES / "bilingual.yaml", installed.work)
    library = sorted(installed.bin.parent.rglob("bundled/questionnaires/p*.yaml"))
    said = installed.candour(
        "demo --help",
        *(f"check {path}" for path in [*library, "bilingual.yaml"]),
        "migrate",
        "keys new --unsplit --out officers",
        "wave new autumn --questionnaire bilingual.yaml --public officers/public.json --title A",
    )
    assert all(Path(one).is_relative_to(installed.bin.parent) for one in said.split()[:3])
    assert "invented force" in said
    printed = re.findall(r"^(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$", said, re.M)[-1]
    installed.candour(
        f"codes make autumn --count 50 --out cards --fingerprint {printed}",
        "codes import autumn cards/public-halves.txt",
        "wave open autumn",
    )
    with installed.served() as address:
        page = opened(f"{address}/survey/autumn")
        assert page.by_id("survey") is not None
        assert opened(f"{address}/?lang=cy").root.get("lang") == "cy"
        board = opened(f"{address}/example/board")
        assert "invented" in board.text
        assert opened(f"{address}/results/sign-in").h1
        assets_are_whole(address, page, board)
        found = installed.run("candour", "doctor", codes=(0, 1))
    for part in ("libraries: all there", "assets: 1", "issuer database: reached", "boxes: 1 open"):
        assert re.search(rf"^right +.*{part}", found, re.M), found


def assets_are_whole(address: str, *pages: html_page.Page) -> None:
    """Each style and script of the pages is there, under a name that tells its content."""
    names = {
        str(part.get("href") or part.get("src"))
        for page in pages
        for part in page.root.iter()
        if part.tag in {"link", "script"} and "/static/" in str(part.get("href") or part.get("src"))
    }
    assert len(names) >= 3
    for name in names:
        assert re.search(r"\.[0-9a-f]{12}\.", name), name
        with urlopen(address + name) as reply:
            assert reply.read()
            assert "immutable" in reply.headers["Cache-Control"]


@pytest.mark.long
def test_the_program_answers_to_its_name(installed: Installed) -> None:
    assert "Candour: anonymous workforce sentiment surveys." in installed.run("candour", "--help")
