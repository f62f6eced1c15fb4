"""`candour doctor`: whether an installation is as it must be, one line for each thing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import click

from survey import clock, resources
from survey.config import IN_A_FILE, Settings
from survey.doctor import (
    accounts,
    address,
    files,
    machine,
    nginx_file,
    nginx_rules,
    servers,
    stores,
    waves,
)
from survey.doctor.findings import Finding, unknown

MARKS = {True: "right", False: "WRONG", None: "not checked"}
_NGINX = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


@click.command()
@click.option(
    "--nginx",
    "configuration",
    type=click.Path(path_type=Path),
    help="its configuration, or what `nginx -T` printed; without it, this machine's is asked",
)
@click.option("--url", "urls", multiple=True, metavar="URL", help="ask this site for a page")
@click.option(
    "--readers", multiple=True, metavar="HOST", help="a host where people sign in, not respondents"
)
def doctor(configuration: Path | None, urls: tuple[str, ...], readers: tuple[str, ...]) -> None:
    """Check this installation; changes nothing. Exit code 1 when something is wrong."""
    settings = read_settings(os.environ)
    hosts = {*readers, *_own_reader(settings)}
    found = list(everything(settings, configuration, hosts))
    for url in urls:
        found += address.check(url, urlsplit(url).hostname in hosts)
    for one in found:
        click.echo(f"{MARKS[one.holds]:<11}  {one.about}: {one.sentence}")
    wrong = sum(one.holds is False for one in found)
    click.echo(f"{wrong} of {len(found)} things are wrong." if wrong else "Nothing is wrong.")
    if wrong:
        sys.exit(1)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of this installation; makes no secret where there is none."""
    key = "CANDOUR_SECRET_KEY"
    given = environment.get(key) or environment.get(f"{key}{IN_A_FILE}")
    return Settings.from_environment(environment if given else {**environment, key: "unused"})


def _own_reader(settings: Settings) -> set[str]:
    """The host where people sign in, where the settings name it."""
    return {urlsplit(settings.tenant.address).hostname or ""} if settings.tenant else set()


def everything(
    settings: Settings, configuration: Path | None, readers: Collection[str]
) -> Iterator[Finding]:
    """Look at all that can be looked at from this machine."""
    yield from machine.python(sys.version_info[:3])
    yield from machine.libraries(machine.required())
    yield from machine.openssl()
    yield from machine.assets(resources.ASSETS)
    yield from files.surfaces(settings)
    yield from stores.check(settings)
    yield from files.check(settings)
    yield from accounts.check(settings)
    yield from waves.check(settings)
    yield from _machine(settings)
    yield from nginx(configuration, readers)


def _machine(settings: Settings) -> Iterator[Finding]:
    if settings.home.is_dir():
        yield from machine.disk(settings.home, files.largest_box(settings))
    yield from machine.clock(clock.today(), stores.newest_day(settings), machine.is_synchronised())
    yield from machine.temporary(machine.temporary_folder(), _text("/proc/mounts") or "")
    served = servers.running()
    yield from servers.check(served)
    pattern, swaps = _text("/proc/sys/kernel/core_pattern"), _text("/proc/swaps")
    if pattern is None or swaps is None:
        yield unknown("core dumps", "this system does not tell; nor of swap.")
        return
    limits = {f"process {one.number}": one.core for one in served if one.core is not None}
    own = {"this shell": servers.core_limit(Path("/proc/self/limits"))}
    yield from machine.core_dumps(limits or own, pattern)
    yield from machine.swap(swaps, machine.is_encrypted)


def nginx(configuration: Path | None, readers: Collection[str]) -> Iterator[Finding]:
    """What nginx is told: in a file, or by asking nginx itself."""
    if configuration is not None:
        yield from nginx_rules.check(nginx_file.read(configuration), readers)
        return
    program = which("nginx", path=_NGINX)
    if program is None:
        yield unknown("nginx", "it is not on this machine; give --nginx the output of `nginx -T`.")
        return
    asked = subprocess.run([program, "-T"], capture_output=True, text=True, check=False)
    if asked.returncode:
        yield unknown("nginx", "`nginx -T` is refused to this user; run this as root, or --nginx.")
        return
    yield from nginx_rules.check(nginx_file.read_dump(asked.stdout), readers)


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text()
    except OSError:
        return None
