"""The image is built and the compose file brought up: by Podman, of Debian's packages.

`pytest -m long tests/journeys/test_image_is_built.py`, as root, minutes.
What it needs, `bash .ci/containers` installs.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from apart import namespaces, needed
from deployed_containers import IMAGE, SERVICES, Containers, fingerprint, first_code

pytestmark = pytest.mark.long

QUESTIONNAIRE = Path(__file__).parents[1] / "questionnaires" / "tiny.yaml"
PROGRAMS = ("mmdebstrap", "podman", "buildah", "podman-compose", "nsenter", "iptables")
LIBRARY = "/usr/lib/x86_64-linux-gnu/libpango-1.0.so.0"
LAY_OUT = "import weasyprint; print(weasyprint.HTML(string='<p>Un').write_pdf()[:5])"
REACH = """
import socket
for name in ("issuer-database", "results-database"):
    try:
        socket.create_connection((name, 5432), 3).close()
        print(name)
    except OSError:
        pass
try:
    socket.create_connection(("192.0.2.1", 443), 3)
except OSError as error:
    print("outside:", error.strerror)
"""


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    needed(*PROGRAMS)
    said = subprocess.run(
        ["podman-compose", "--version"], capture_output=True, text=True, check=False
    ).stdout
    if re.search(r"version:?\s+1\.[01]\.", said):
        pytest.skip("podman-compose before 1.2 reads no such file; `bash .ci/containers`")
    folder = tmp_path_factory.mktemp("containers")
    over = {"/run": "", "/var/lib/containers": "store"}
    Path("/var/lib/containers").mkdir(exist_ok=True)
    with namespaces(folder, over) as apart:
        made = Containers(apart)
        made.build()
        made.up()
        yield made
        made.compose("down", "-v")


def test_the_image_runs_without_rights_and_lays_out_pages(containers: Containers) -> None:
    assert "Usage: candour" in containers.once(IMAGE, command=("--help",)).stdout
    python = ("--entrypoint=python", IMAGE)
    assert "%PDF" in containers.once(*python, command=("-c", LAY_OUT)).stdout
    gone = containers.once(f"--volume=/dev/null:{LIBRARY}", *python, command=("-c", LAY_OUT))
    assert "pango" in gone.stderr, "without that library nothing is laid out"
    shell = ("--entrypoint=sh", IMAGE)
    owner = containers.once(*shell, command=("-c", "id -u; id -g; stat -c '%u %g %a' ."))
    assert owner.stdout.split() == ["10001", "10001", "10001", "10001", "700"]


def test_every_service_is_well_and_a_stopped_one_is_not(containers: Containers) -> None:
    containers.expect_well(*SERVICES)
    containers.apart.run("podman", "stop", "candour_results_1")
    assert not containers.well("results")
    containers.apart.run("podman", "start", "candour_results_1")
    containers.expect_well("results", "nginx")


@pytest.mark.parametrize("service", ["box", "results"])
def test_a_service_that_is_made_anew_answers_through_the_same_nginx(
    containers: Containers, service: str
) -> None:
    containers.apart.run("podman", "stop", f"candour_{service}_1")
    containers.apart.run("podman", "rm", f"candour_{service}_1")
    containers.compose("up", "-d", "--no-deps", service)
    containers.expect_well(service, "nginx")
    page = {
        "box": "https://survey.example.org/example/board",
        "results": "https://results.example.org/results/sign-in",
    }[service]
    assert containers.by_form(page) == "200 b'<!DOC'"


def test_pages_arrive_through_nginx(containers: Containers) -> None:
    results = "https://results.example.org"
    assert containers.by_form(f"{results}/results/sign-in") == "200 b'<!DOC'"
    assert containers.by_form(f"{results}/you-said-we-did?as=pdf") == "200 b'%PDF-'"
    assert containers.by_form(f"{results}/survey/autumn").startswith("404 ")
    assert containers.by_form("https://survey.example.org/example/board") == "200 b'<!DOC'"


def test_nobody_reaches_more_than_it_must(containers: Containers) -> None:
    for service in ("issuer", "box", "results"):
        done = containers.inside(service, "python", "-", given=REACH)
        mine = "issuer-database" if service == "issuer" else "results-database"
        assert done.stdout.split("\n")[:-1] == [mine, "outside: Network is unreachable"]


@pytest.mark.parametrize("service", SERVICES)
def test_services_hold_no_rights_and_write_into_their_volume_alone(
    containers: Containers, service: str
) -> None:
    status = containers.inside(service, "cat", "/proc/1/status", "/proc/1/limits").stdout
    told = dict(re.findall(r"^(\w+):\s+(\S+)", status, re.M))
    assert int(told["CapEff"], 16) == int(told["CapBnd"], 16) == 0
    assert (told["NoNewPrivs"], told["Seccomp"]) == ("1", "2")
    assert told["Uid"] in {"10001", "999", "101"}
    assert re.search(r"^Max core file size +0 +0 ", status, re.M)
    for folder in ("/", "/opt", "/var/tmp", "/run/secrets", "/etc/nginx"):
        done = containers.inside(service, "sh", "-c", f"[ ! -d {folder} ] || : > {folder}/written")
        assert re.search("Read-only|Permission", done.stderr) or not done.returncode, folder
    mounted = containers.inside(service, "cat", "/proc/mounts").stdout
    written = {at for _, at, kind, flags in (line.split()[:4] for line in mounted.splitlines())
               if flags.startswith("rw") and kind not in {"proc", "devpts", "mqueue"}}  # fmt: skip
    own = {"/tmp", "/srv/candour", "/run/candour", "/run", "/run/postgresql"}
    own.add("/var/lib/postgresql/data")
    assert written <= own | {"/dev", "/dev/shm", "/sys/fs/cgroup"}, "and what every container has"
    shell = ("--entrypoint=sh", "--user=0", IMAGE)
    assert containers.once(*shell, command=("-c", ": > /opt/written")).returncode
    assert not containers.once("--read-only=false", *shell, command=("-c", ": > /opt/a")).returncode


@pytest.mark.parametrize("service", ["issuer", "box", "results"])
def test_the_doctor_finds_nothing_wrong_but_the_clock_of_this_machine(
    containers: Containers, service: str
) -> None:
    said = containers.inside(service, "candour", "doctor").stdout
    wrong = re.findall(r"^WRONG +(.*)$", said, re.M)
    assert [line for line in wrong if "no time server" not in line] == []
    assert "PostgreSQL logs no statement, value or address" in said
    more = {"CANDOUR_HTTPS": ""}
    said = containers.inside(service, "candour", "doctor", more=more).stdout
    assert ("CANDOUR_HTTPS is not set" in said) == (service == "results")


def test_somebody_answers_without_javascript(containers: Containers) -> None:
    """The box asks the issuer for that, through nginx, as its own pages do."""
    containers.carry(QUESTIONNAIRE.read_text(), "issuer", "tiny.yaml")
    containers.candour("issuer", "keys", "new", "--unsplit", "--out", "officers")
    public = ("--public", "officers/public.json", "--title", "Autumn")
    told = containers.candour("issuer", "wave", "new", "a", "--questionnaire", "tiny.yaml", *public)
    codes = ("codes", "make", "a", "--count", "50", "--out", "cards")
    containers.candour("issuer", *codes, "--fingerprint", fingerprint(told))
    containers.candour("issuer", "codes", "import", "a", "cards/public-halves.txt")
    containers.candour("issuer", "wave", "export", "a", "--out", "a.wave")
    draft = containers.inside("issuer", "base64", "a.wave").stdout
    containers.carry(draft, "box", "a.wave", "base64 -d")
    containers.candour("box", "wave", "import", "a.wave")
    containers.candour("issuer", "wave", "open", "a")
    containers.candour("box", "wave", "open", "a")
    cards = containers.inside("issuer", "cat", "cards/mail-merge.csv").stdout
    code = first_code(cards)
    given = ("fair=1", "ignored=2", "bullied=never", "ethnicity=asian", "unit=north-a")
    receipt = containers.by_form("https://survey.example.org/survey/a", code, *given)
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", receipt)
    for service in ("issuer", "box"):
        containers.candour(service, "wave", "close", "a")
    assert "1" in containers.candour("box", "wave", "status", "a")


def test_nginx_needs_its_ports_given(containers: Containers) -> None:
    """Docker gives low ports to whoever runs in a container; Podman must be told, as it is."""
    image, nginx = "docker.io/library/nginx:1.28", ("sh", "-c", "nginx -t -e /dev/stderr")
    mounts = [f"--volume={containers.folder.parent / 'nginx' / name}:/etc/nginx/{name}:ro"
              for name in ("nginx.conf", "candour")]  # fmt: skip
    mounts += [f"--volume={containers.folder / 'tls'}:/etc/candour/tls:ro"]
    port = "--sysctl=net.ipv4.ip_unprivileged_port_start"
    shut = ("--user=101:101", "--tmpfs=/run:mode=1777", *mounts)
    refused = containers.once(f"{port}=1024", *shut, image, command=nginx)
    assert "bind() to 0.0.0.0:" in refused.stderr
    given = containers.once(f"{port}=0", *shut, image, command=nginx)
    assert given.returncode == 0, given.stderr
