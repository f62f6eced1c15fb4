"""What the doctor says of the machine: each check with a fault that it must catch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from survey.doctor import machine
from survey.doctor.findings import Finding


def said(found: Iterable[Finding]) -> str:
    """What is wrong; nothing where all is right."""
    return " ".join(one.sentence for one in found if one.holds is False)


@pytest.mark.parametrize(("version", "fault"), [((3, 11, 0), ""), ((3, 10, 9), "too old")])
def test_old_python_is_wrong(version: machine.Version, fault: str) -> None:
    assert fault in said(machine.python(version))
    assert bool(fault) == bool(said(machine.python(version)))


def test_libraries_of_this_package_fit() -> None:
    assert machine.required()
    assert said(machine.libraries(machine.required())) == ""


def test_a_library_that_is_missing_or_old_is_wrong() -> None:
    installed = {"Flask": "3.0.1", "waitress": "3"}

    def version_of(name: str) -> str:
        if name not in installed:
            raise PackageNotFoundError(name)
        return installed[name]

    asked = ["Flask>=3.1,<4", "gmpy2>=2.2", 'x; sys_platform == "win32"', 'y; extra == "pdf"']
    found = said(machine.libraries(asked, version_of))
    assert "Flask 3.0.1 does not fit" in found
    assert "gmpy2 is missing; without it signing takes eight times as long" in found
    assert len(found.split("; run pip")) == 3


def test_unknown_versions_are_not_taken_for_right() -> None:
    assert [one.holds for one in machine.libraries(None)] == [None]


def test_old_openssl_is_wrong() -> None:
    assert said(machine.openssl()) == ""
    assert "nobody mends" in said(machine.openssl((1, 1, 1, 23, 15), "OpenSSL 1.1.1w"))


def test_assets_that_are_missing_are_wrong(tmp_path: Path) -> None:
    assert "manifest.json" in said(machine.assets(tmp_path))
    (tmp_path / "manifest.json").write_text('{"a.css": "a.1.css", "b.js": "b.2.js"}')
    (tmp_path / "a.1.css").touch()
    assert "lacks b.2.js" in said(machine.assets(tmp_path))
    (tmp_path / "b.2.js").touch()
    assert said(machine.assets(tmp_path)) == ""


@pytest.mark.parametrize(
    ("limits", "pattern", "fault"),
    [
        ({"process 1": 0}, "core\n", ""),
        ({"process 1": 0}, "|/usr/lib/systemd/systemd-coredump %P\n", ""),
        ({"process 1": 0, "process 2": -1}, "core", "process 2 may write"),
        ({"process 1": None}, "core", "process 1 may write"),
        ({"process 1": 0}, "|/usr/share/apport/apport -p%p", "to /usr/share/apport/apport"),
    ],
)
def test_memory_that_is_written_on_failing_is_wrong(
    limits: dict[str, int | None], pattern: str, fault: str
) -> None:
    found = said(machine.core_dumps(limits, pattern))
    assert fault in found
    assert bool(fault) == bool(found)


SWAPS = """Filename Type Size Used Priority
/dev/zram0 partition 1 0 1
/dev/dm-1 partition 1 0 1
/dev/dm-2 partition 1 0 1
/swapfile file 1 0 -2
"""


def test_swap_that_is_not_encrypted_is_wrong(tmp_path: Path) -> None:
    for name, kind in (("dm-1", "CRYPT-PLAIN-swap"), ("dm-2", "LVM-swap")):
        (tmp_path / name / "dm").mkdir(parents=True)
        (tmp_path / name / "dm" / "uuid").write_text(kind)
    found = said(machine.swap(SWAPS, lambda device: machine.is_encrypted(device, tmp_path)))
    assert "swapoff /swapfile" in found
    assert "swapoff /dev/dm-2" in found
    assert "zram" not in found
    assert "dm-1" not in found
    assert said(machine.swap(SWAPS.splitlines()[0], lambda _: False)) == ""


def test_temporary_files_that_others_can_change_are_wrong(tmp_path: Path) -> None:
    mounts = f"/dev/sda1 / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw 0 0\n"
    assert "no folder" in said(machine.temporary(None, mounts))
    assert "no folder" in said(machine.temporary(tmp_path / "gone", mounts))
    tmp_path.chmod(0o777)
    assert "chmod 1777" in said(machine.temporary(tmp_path, mounts))
    tmp_path.chmod(0o1777)
    (found,) = machine.temporary(tmp_path, mounts)
    assert (found.holds, "in memory" in found.sentence) == (True, True)
    (found,) = machine.temporary(Path("/"), mounts)
    assert "on a disk" in found.sentence


def test_a_full_disk_is_wrong(tmp_path: Path) -> None:
    box = 10**9
    assert said(machine.disk(tmp_path, box, lambda _: 4 * 10**9)) == ""
    assert "make room" in said(machine.disk(tmp_path, box, lambda _: 3 * 10**9))


def test_a_clock_that_is_behind_or_alone_is_wrong() -> None:
    day = date(2026, 9, 30)
    assert said(machine.clock(day, day, synchronised=True)) == ""
    assert "a wave closed here on 2026-09-30" in said(
        machine.clock(date(2026, 9, 29), day, synchronised=True)
    )
    assert "follows no time server" in said(machine.clock(day, None, synchronised=False))
    assert [one.holds for one in machine.clock(day, None, None)] == [True, None]


def test_the_kernel_tells_whether_its_clock_follows_another() -> None:
    assert machine.is_synchronised() in {True, False, None}
