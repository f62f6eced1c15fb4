"""nginx goes on asking a service that was started anew, without being told."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nginx
import pytest
from fixtures_wave import free_port
from nginx import Front

from survey.serve import arguments

SERVED = "def application(environ, start):\n    start('200 OK', [])\n    return [b'here']\n"


@contextmanager
def served(folder: Path, bind: str) -> Iterator[None]:
    """gunicorn as `candour serve` starts it, with an application that is there at once."""
    (folder / "served.py").write_text(SERVED)
    line = arguments(bind, 1, 1, "served:application")
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{Path(__file__).parents[2]}"}
    process = subprocess.Popen(line, env=environment, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # the worst end: what it left stays
        process.wait(20)


def asked(front: Front) -> int:
    """The status of a page, once there is another one than that of a service that just begins."""
    for _ in range(100):
        status = front.ask("/")[0]
        if status != 502:
            return status
        time.sleep(0.1)
    return 502


@pytest.mark.parametrize("bind", ["socket", "port"])
def test_a_service_that_was_killed_and_started_anew_is_found(tmp_path: Path, bind: str) -> None:
    at = f"unix:{tmp_path}/socket" if bind == "socket" else f"127.0.0.1:{free_port()}"
    with nginx.running(tmp_path, {"box": at}) as front:
        for _ in range(2):
            with served(tmp_path, at):
                assert asked(front) == 200
                if bind == "socket":
                    mode = (tmp_path / "socket").stat().st_mode
                    assert stat.S_ISSOCK(mode)
                    assert mode & 0o006 == 0o006, "nginx is another user"
            assert front.ask("/")[0] == 502


def test_one_that_comes_back_at_another_address_is_noticed(tmp_path: Path) -> None:
    """As containers did, whose names nginx looked up when it started."""
    port = free_port()
    with nginx.running(tmp_path, {"box": f"127.0.0.2:{port}"}) as front:
        with served(tmp_path, f"127.0.0.2:{port}"):
            assert asked(front) == 200
        with served(tmp_path, f"127.0.0.3:{port}"):
            listening("127.0.0.3", port)
            assert front.ask("/")[0] == 502


def listening(host: str, port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("nothing is served")
