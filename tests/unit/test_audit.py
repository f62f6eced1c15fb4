"""`make audit` is red for a known weakness, and not for a service that is not there."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from by_path import load

audit = load(".ci/audit.py")
TODAY = date(2026, 11, 23)
NOBODY = "http://127.0.0.1:9"
"""Where no service is."""

ENTRY = """
[[accepted]]
id = "GHSA-planted"
package = "flask"
reason = "Only where debug mode is on, which no surface can be."
noted = 2026-11-01
until = 2026-12-01
"""


class Service(ThreadingHTTPServer):
    """Answers as OSV and as npm's registry do, from a list of weak versions."""

    def __init__(self, weak: set[str]) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.weak = weak

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        answer = json.dumps(self.about(asked)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def about(self, asked: dict[str, object]) -> dict[str, object]:
        if self.path.endswith("/bulk"):
            return {
                name: [{"id": 1, "url": "x/GHSA-planted", "vulnerable_versions": "*", "title": "t"}]
                for name in asked
                if name in self.server.weak
            }
        package = asked["package"]
        assert isinstance(package, dict)
        name = str(package["name"])
        found = {"id": "GHSA-planted", "affected": [{"package": package, "ranges": []}]}
        return {"vulns": [found]} if name in self.server.weak else {}

    def log_message(self, *_: object) -> None:
        """Nothing of it is printed."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service({"jinja2", "lodash"})
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(osv: str, npm: str, *more: str) -> int:
    return int(audit.main(TODAY, ["--osv", osv, "--npm", npm, *more]))


@pytest.mark.slow
def test_a_locked_version_with_a_known_weakness_is_caught(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "locked", lambda _: [["flask==3.1.3", "click==8.5.1"]])
    assert run(service.address, service.address) == 0
    assert "No weakness is known" in capsys.readouterr().out
    service.weak |= {"flask", "govuk-frontend"}
    assert run(service.address, service.address) == 1
    said = capsys.readouterr().out
    assert "flask 3.1.3 has the known weakness GHSA-planted" in said
    assert "govuk-frontend 6.3.0 has the known weakness GHSA-planted" in said


@pytest.mark.slow
def test_a_service_that_is_not_there_is_said_and_is_no_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(NOBODY, NOBODY) == 0
    said = capsys.readouterr().out
    assert said.count("Not audited: ") == 2
    assert "No weakness is known" not in said


def test_a_mirror_that_knows_no_weakness_at_all_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for ask in ("of_python", "of_npm"):
        monkeypatch.setattr(audit, ask, lambda *_: set())
    assert run("", "") == 0
    said = capsys.readouterr().out
    assert said.count("versions are sound which are known not to be") == 2
    assert "No weakness is known" not in said


@pytest.mark.parametrize(
    ("changed", "by", "code"),
    [
        ("", "", 0),
        ("flask", "click", 1),
        ("GHSA-planted", "GHSA-other", 1),
        ("until = 2026-12-01", "until = 2026-11-22", 1),
        ("until = 2026-12-01", "until = 2027-06-01", 2),
        ("reason = ", "because = ", 2),
        ("Only where debug mode is on, which no surface can be.", " ", 2),
    ],
)
def test_a_weakness_is_accepted_with_a_reason_and_for_90_days_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str, by: str, code: int
) -> None:
    known = {audit.Weakness("flask", "3.1.3", "GHSA-planted")}
    monkeypatch.setattr(audit, "weaknesses", lambda *_: (known, []))
    file = tmp_path / "accepted.toml"
    file.write_text(ENTRY.replace(changed, by) if changed else ENTRY)
    assert run("", "", "--accepted", str(file)) == code


def test_what_is_accepted_now_can_be_read() -> None:
    assert audit.accepted(audit.ACCEPTED.read_text(), TODAY) is not None


def test_every_version_of_every_system_is_asked_about() -> None:
    both = (
        "a==1 ; python_version < '3.12' \\\n    --hash=sha256:0\na==2 ; x\n    # via b\nb==1 \\\n"
    )
    assert audit.locked([both, "b==1\n"]) == [["a==1", "b==1"], ["a==2"]]
