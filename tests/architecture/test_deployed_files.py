"""What is deployed is read: containers, units and their settings keep nothing and share nothing."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from survey import config
from survey.config import SECRETS, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
Compose = dict[str, Any]
PROGRAMS = {"issuer": "issue", "box": "box", "results": "results"}
"""Services of the program, and the one surface of each."""


@pytest.fixture
def compose() -> Compose:
    made: Compose = YAML(typ="safe").load(DEPLOY / "containers" / "compose.yaml")
    return made


def faults(compose: Compose) -> list[str]:
    """What is wrong with the services, each with its name."""
    services: dict[str, Compose] = compose["services"]
    found = [f"{name}: {fault}" for name, one in services.items() for fault in _contained(one)]
    found += [f"{name}: {fault}" for name in PROGRAMS for fault in _alone(name, services[name])]
    found += _reached(compose)
    found += [f"{name}: {fault}" for name in PROGRAMS for fault in _asked(name, services)]
    for name, one in services.items():
        if one.get("ports") and name != "nginx":
            found.append(f"{name}: is reached from outside")
        found += [f"{name}: {key} is no file" for key in _secrets(one) if "FILE" not in key]
    return found


def _contained(one: Compose) -> Iterator[str]:
    wanted = {
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "logging": {"driver": "none"},
        "ulimits": {"core": 0},
        "memswap_limit": one.get("mem_limit", "none"),
        "mem_swappiness": 0,
    }
    yield from (name for name, value in wanted.items() if one.get(name) != value)
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", str(one.get("user", ""))):
        yield "user"
    if not one.get("tmpfs"):
        yield "tmpfs"
    if not one.get("healthcheck", {}).get("test"):
        yield "healthcheck"


def _alone(name: str, one: Compose) -> Iterator[str]:
    surface = PROGRAMS[name]
    if one["environment"]["CANDOUR_SURFACES"] != surface:
        yield "serves more than its surface"
    if one["command"][-2:] != ["--surface", surface]:
        yield "is started with more than its surface"


def _secrets(one: Compose) -> list[str]:
    return [key for key in one.get("environment", {}) if re.search(r"PASSWORD|SECRET|_URL", key)]


def _reached(compose: Compose) -> Iterator[str]:
    """Who shares a network with whom who must not, and which networks lead outside."""
    inside = {name: set(one["networks"]) for name, one in compose["services"].items()}
    apart = [*combinations(PROGRAMS, 2), ("box", "issuer-database"), ("issuer", "results-database")]
    for one, other in apart:
        shared = inside[one] & inside[other]
        if shared - {"results-database"} or (shared and "issuer" in {one, other}):
            yield f"{one} reaches {other}"
    for name in {*PROGRAMS, "issuer-database", "results-database"}:
        if not all((compose["networks"][net] or {}).get("internal") for net in inside[name]):
            yield f"{name} reaches the outside"
    volumes = [volume.partition(":")[0] for name in PROGRAMS for volume in
               compose["services"][name]["volumes"]]  # fmt: skip
    if len(set(volumes)) < len(volumes):
        yield "two services share a volume"


def _asked(name: str, services: dict[str, Compose]) -> Iterator[str]:
    """Whether nginx asks a service at the socket that it serves at; see `upstreams.conf`."""
    bind = "".join(services[name]["command"][2:3])
    own, its = (_mounted(services[one]) for one in (name, "nginx"))
    text = (DEPLOY / "containers" / "upstreams.conf").read_text()
    asked = re.search(rf"upstream candour_{PROGRAMS[name]} +{{ server (unix:\S+)/(\w+); }}", text)
    volume = next((one for one in own if bind == f"unix:{own[one][0]}/{asked and asked[2]}"), None)
    if asked is None or volume not in its or asked[1] != f"unix:{its[volume][0]}":
        yield "nginx finds no socket"
    elif its[volume][1] != "ro":
        yield "nginx may write beside its socket"


def _mounted(one: Compose) -> dict[str, tuple[str, str]]:
    """Volume or file -> where it is mounted, and how."""
    found = (f"{volume}:rw".split(":") for volume in one["volumes"])
    return {volume: (place, how) for volume, place, how, *_ in found}


def test_services_keep_nothing_and_reach_only_what_they_must(compose: Compose) -> None:
    assert faults(compose) == []
    assert set(compose["services"]) == {
        *PROGRAMS, "issuer-database", "results-database", "nginx"
    }  # fmt: skip


def of(services: dict[str, Compose], name: str) -> Compose:
    environment: Compose = services[name]["environment"]
    return environment


Change = Callable[[dict[str, Compose]], object]
PLANTED: list[tuple[str, Change]] = [
    ("box: logging", lambda s: s["box"].pop("logging")),
    ("nginx: logging", lambda s: s["nginx"].update(logging={"driver": "json-file"})),
    ("box: read_only", lambda s: s["box"].update(read_only=False)),
    ("issuer: user", lambda s: s["issuer"].update(user="0:0")),
    ("box: tmpfs", lambda s: s["box"].pop("tmpfs")),
    ("box: memswap_limit", lambda s: s["box"].update(memswap_limit="4g")),
    ("box: ulimits", lambda s: s["box"].pop("ulimits")),
    ("results: healthcheck", lambda s: s["results"].pop("healthcheck")),
    ("box reaches issuer-database", lambda s: s["box"]["networks"].append("issuer-database")),
    ("issuer reaches box", lambda s: s["issuer"]["networks"].append("results-database")),
    ("box: nginx finds no socket", lambda s: s["box"].update(volumes=["box:/srv/candour"])),
    ("box: nginx finds no socket", lambda s: s["box"]["command"].__setitem__(2, "0.0.0.0:8000")),
    ("results: nginx finds no socket", lambda s: s["nginx"]["volumes"].pop()),
    ("results: nginx may write", lambda s: s["nginx"]["volumes"].append(
        s["nginx"]["volumes"].pop().removesuffix(":ro"))),
    ("box reaches the outside", lambda s: s["box"]["networks"].append("outside")),
    ("issuer-database: is reached", lambda s: s["issuer-database"].update(ports=["5432:5432"])),
    ("issuer: serves more", lambda s: of(s, "issuer").update(CANDOUR_SURFACES="issue,box")),
    ("box: is started with more", lambda s: s["box"].update(command=["serve"])),
    ("box: CANDOUR_RESULTS_URL is no", lambda s: of(s, "box").update(CANDOUR_RESULTS_URL="x")),
    ("share a volume", lambda s: s["box"].update(volumes=["issuer:/srv/candour"])),
]  # fmt: skip


@pytest.mark.parametrize(("told", "change"), PLANTED, ids=[told for told, _ in PLANTED])
def test_a_planted_fault_of_a_service_is_caught(
    compose: Compose, told: str, change: Change
) -> None:
    planted = copy.deepcopy(compose)
    change(planted["services"])
    assert any(told in fault for fault in faults(planted))


def test_settings_of_the_services_are_settings(compose: Compose, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql+psycopg://candour:word@a/b\n")
    for name, surface in PROGRAMS.items():
        given: dict[str, str] = compose["services"][name]["environment"]
        read = {key: str(tmp_path / "url") if key.endswith("_FILE") else value
                for key, value in given.items()}  # fmt: skip
        settings = Settings.from_environment({**read, "CANDOUR_HOME": str(tmp_path)})
        assert settings.surfaces == (surface,)
        assert settings.https
        files = {key.removesuffix("_FILE") for key in given if key.endswith("_FILE")}
        assert files <= set(SECRETS)
        assert "postgresql+psycopg://candour:word@a/b" in {
            settings.issuer_url, settings.results_url
        }  # fmt: skip


def test_files_that_the_services_mount_are_there(compose: Compose) -> None:
    folder = DEPLOY / "containers"
    mounted = [volume.split(":")[0] for one in compose["services"].values()
               for volume in one["volumes"] if volume.startswith(".")]  # fmt: skip
    made_by_operator = {"./tls"}
    assert [name for name in mounted if not (folder / name).exists()] == sorted(made_by_operator)
    assert set(compose["volumes"]) >= {"issuer", "box", "results"}


def test_the_image_is_made_of_the_wheel_and_the_lock_and_runs_without_rights() -> None:
    lines = (DEPLOY / "containers" / "Containerfile").read_text().splitlines()
    steps = [line.split(maxsplit=1) for line in lines if re.match(r"[A-Z]+ ", line)]
    users = [value for name, value in steps if name == "USER"]
    assert users == ["10001:10001"]
    copied = [value for name, value in steps if name in {"COPY", "ADD"}]
    assert copied == ["requirements.txt dist/candour-*.whl /opt/"]
    let_in = (DEPLOY / "containers" / "Containerfile.dockerignore").read_text().split()
    assert let_in == ["*", "!requirements.txt", "!dist/*.whl"]
    (installs,) = (line for line in "".join(lines).split("RUN") if "pip install" in line)
    assert "--require-hashes --only-binary :all:" in installs
    assert "--no-index --no-deps" in installs
    kinds = [name for name, _ in steps]
    assert kinds.index("USER") > max(at for at, name in enumerate(kinds) if name == "RUN")
    assert 'ENTRYPOINT ["candour"]' in lines


def settings_read() -> set[str]:
    """Names of all settings, and of those that may stand in a file."""
    named = set(re.findall(r'"(CANDOUR_[A-Z_]+)"', Path(config.__file__).read_text()))
    return named | {f"{name}_FILE" for name in SECRETS}


def unread(text: str) -> set[str]:
    """Settings that a file gives, or shows how to give, and that nothing reads."""
    given = set(re.findall(r"^\s*#?(CANDOUR_[A-Z_]+)[=:]", text, re.M))
    assert given
    return given - settings_read() - {"CANDOUR_BIND"}


def test_no_setting_is_misspelt() -> None:
    files = [DEPLOY / "containers" / "compose.yaml", *(DEPLOY / "systemd" / "env").glob("*.env")]
    assert {path.name: unread(path.read_text()) for path in files if unread(path.read_text())} == {}
    assert unread("CANDOUR_SURFACE=box\nCANDOUR_HTTPS=1") == {"CANDOUR_SURFACE"}


# Units


def directives(unit: str) -> dict[str, list[str]]:
    """The directives of a unit; one that stands there several times has several values."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / unit).read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


WANTED = {
    "NoNewPrivileges": ["yes"],
    "ProtectSystem": ["strict"],
    "ProtectHome": ["yes"],
    "PrivateTmp": ["yes"],
    "PrivateDevices": ["yes"],
    "StandardOutput": ["null"],
    "StandardError": ["null"],
    "LimitCORE": ["0"],
    "MemorySwapMax": ["0"],
    "UMask": ["0077"],
    "StateDirectoryMode": ["0700"],
    "CapabilityBoundingSet": [""],
    "User": ["candour-%i"],
}


def unit_faults(found: dict[str, list[str]]) -> list[str]:
    return [name for name, value in WANTED.items() if found.get(name) != value]


@pytest.mark.parametrize("unit", ["candour@.service", "candour-agreed@.service"])
def test_units_are_shut_in_and_say_nothing(unit: str) -> None:
    found = directives(unit)
    assert unit_faults(found) == []
    for name in WANTED:
        assert unit_faults({**found, name: ["journal"]}) == [name]
    assert found["ExecStart"][0].startswith("/opt/candour/bin/candour ")


def test_both_units_are_shut_in_alike() -> None:
    one, other = directives("candour@.service"), directives("candour-agreed@.service")
    its_own = {
        "Description",
        "After",
        "Wants",
        "ExecStart",
        "Environment",
        "RuntimeDirectory",
        "Type",
    }
    its_own |= {"Restart", "RestartSec", "TimeoutStartSec", "StartLimitIntervalSec"}
    its_own |= {"StartLimitBurst", "WantedBy"}
    assert {name: value for name, value in one.items() if name not in its_own} == {
        name: value for name, value in other.items() if name not in its_own
    }


def test_the_timer_starts_what_was_agreed_on_every_few_minutes() -> None:
    assert directives("candour-agreed@.timer")["OnCalendar"] == ["*:00/5"]
    assert directives("candour-agreed@.service")["ExecStart"] == [
        "/opt/candour/bin/candour wave agreed"
    ]


def test_every_instance_has_settings_and_a_user(tmp_path: Path) -> None:
    users = re.findall(
        r"^u candour-(\w+) ", (DEPLOY / "systemd" / "candour.sysusers").read_text(), re.M
    )
    files = sorted((DEPLOY / "systemd" / "env").glob("*.env"))
    assert sorted(users) == [path.stem for path in files] == ["box", "issue", "one", "results"]
    for path in files:
        lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
        given = dict(line.split("=", 1) for line in lines)
        assert re.fullmatch(r"127\.0\.0\.1:800[123]", given["CANDOUR_BIND"])
        settings = Settings.from_environment({**given, "CANDOUR_HOME": str(tmp_path)})
        assert settings.https


def test_nginx_asks_where_the_services_listen() -> None:
    text = (DEPLOY / "nginx" / "candour" / "upstreams.conf").read_text()
    asked = dict(re.findall(r"upstream candour_(\w+) +\{ server ([\d.:]+); \}", text))
    for name in ("box", "issue", "results"):
        settings = (DEPLOY / "systemd" / "env" / f"{name}.env").read_text()
        assert f"CANDOUR_BIND={asked[name]}\n" in settings
    containers = (DEPLOY / "containers" / "upstreams.conf").read_text()
    assert re.findall(r"upstream (\w+) ", containers) == re.findall(r"upstream (\w+) ", text)
