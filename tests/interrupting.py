"""`kill -9` before every single thing that a command does to a disk.

The work runs in a forked child under ptrace, and the kernel stops it before each system call that
changes a file: in Python, in SQLite and anywhere else. So the n-th step of it is exact, also in the
middle of a database's commit. The child is killed there, and what lies on disk then is what a
killed process leaves. Or, while it stands still there, somebody copies what lies on disk: the same
(`tests/unit/test_interrupting.py`), of every step in one run. Or the disk is full from a step on:
each call that needs room on it fails as the kernel would have it fail, until the work ends.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import pytest

CALLS = {
    "x86_64": {
        "write": 1,
        "open": 2,
        "pwrite64": 18,
        "writev": 20,
        "fsync": 74,
        "fdatasync": 75,
        "truncate": 76,
        "ftruncate": 77,
        "rename": 82,
        "mkdir": 83,
        "rmdir": 84,
        "creat": 85,
        "link": 86,
        "unlink": 87,
        "symlink": 88,
        "openat": 257,
        "mkdirat": 258,
        "unlinkat": 263,
        "renameat": 264,
        "linkat": 265,
        "fallocate": 285,
        "renameat2": 316,
    },
    "aarch64": {
        "mkdirat": 34,
        "unlinkat": 35,
        "symlinkat": 36,
        "linkat": 37,
        "renameat": 38,
        "truncate": 45,
        "ftruncate": 46,
        "fallocate": 47,
        "openat": 56,
        "write": 64,
        "writev": 66,
        "pwrite64": 68,
        "fsync": 82,
        "fdatasync": 83,
        "renameat2": 276,
    },
}
"""System calls that change what lies on a disk, or make sure of it."""

NEEDS_ROOM = frozenset(
    {"write", "pwrite64", "writev", "open", "openat", "creat", "mkdir", "mkdirat", "link"}
    | {"linkat", "symlink", "symlinkat", "fallocate"}
)
"""Those that fail on a full disk; a file that is opened takes room when it is made."""

_TRACEME, _POKE, _CONT, _OPTIONS, _INFO = 0, 6, 7, 0x4200, 0x420E
_NUMBER_OF_CALL, _RESULT_OF_CALL = 15 * 8, 10 * 8
"""Where x86_64 keeps them for whoever traces (`orig_rax`, `rax`)."""

_EXITKILL, _TRACE_SECCOMP = 0x100000, 0x80
_EVENT_SECCOMP = signal.SIGTRAP | 7 << 8
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_FAILED = 3


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("true", ctypes.c_uint8),
        ("false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Instruction)))


class _Call(ctypes.Structure):
    """What ptrace tells of a system call."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("_pad", ctypes.c_uint8 * 3),
        ("machine", ctypes.c_uint32),
        ("_registers", ctypes.c_uint64 * 2),
        ("number", ctypes.c_uint64),
        ("arguments", ctypes.c_uint64 * 6),
    )


@cache
def _libc() -> ctypes.CDLL:
    if sys.platform != "linux" or platform.machine() not in CALLS:
        pytest.skip("steps on a disk are counted on Linux only, on x86_64 and aarch64")
    library = ctypes.CDLL(None, use_errno=True)
    library.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    library.ptrace.restype = ctypes.c_long
    library.prctl.argtypes = [ctypes.c_int, *[ctypes.c_void_p] * 4]
    return library


@dataclass(frozen=True)
class Run:
    """How a run of the work ended.

    Attributes:
        finished: whether it came to its end; False when it was killed.
        steps: what it did to the disk until then, by the names of the system calls.
        said: what the work returned; None when it was killed before it could.
    """

    finished: bool
    steps: tuple[str, ...]
    said: str | None


def run(
    work: Callable[[], str],
    kill_before: int | None = None,
    look_before: Callable[[int], None] | None = None,
    full_from: int | None = None,
) -> Run:
    """Run `work` in a child, and kill it before its n-th step (from 0); None lets it finish.

    Args:
        work: what it does, with what it returns.
        kill_before: the step.
        look_before: called with the number of each step, while the child stands still before it.
        full_from: the step from which on there is no room on the disk; on x86_64 only.

    Raises:
        AssertionError: when the work raises, with its traceback.
    """
    _libc()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_traced(work, writing)
    os.close(writing)
    try:
        finished, steps = _watch(
            *(child, writing, kill_before, look_before or (lambda _: None), full_from)
        )
        with os.fdopen(reading, "rb", closefd=False) as pipe:
            said = pipe.read().decode()
    finally:
        os.close(reading)
    assert finished is not None, said
    return Run(finished, steps, said or None)


def _be_traced(work: Callable[[], str], writing: int) -> None:
    """The child: never returns."""
    code = _FAILED
    try:
        _check(_libc().ptrace(_TRACEME, 0, None, None))
        os.kill(os.getpid(), signal.SIGSTOP)
        _stop_at([*CALLS[platform.machine()].values()])
        try:
            said = work()
            code = 0
        except BaseException:
            said = traceback.format_exc()
        # In one piece: a receipt is told whole or not at all.
        os.write(writing, said.encode())
    finally:
        os._exit(code)


def _stop_at(wanted: Sequence[int]) -> None:
    """Have the kernel stop this process before each of these system calls."""
    load, jump, give = 0x20, 0x15, 0x06
    lines = [(load, 0, 0, 0)]
    lines += [(jump, len(wanted) - at, 0, number) for at, number in enumerate(wanted)]
    lines += [(give, 0, 0, 0x7FFF0000), (give, 0, 0, 0x7FF00000)]  # allow; stop
    array = (_Instruction * len(lines))(*(_Instruction(*line) for line in lines))
    program = _Program(len(lines), array)
    _check(_libc().prctl(_NO_NEW_PRIVILEGES, 1, None, None, None))
    _check(_libc().prctl(_SECCOMP, _FILTER, ctypes.addressof(program), None, None))


def _watch(
    child: int,
    told: int,
    kill_before: int | None,
    look_before: Callable[[int], None],
    full_from: int | None,
) -> tuple[bool | None, tuple[str, ...]]:
    """Count the child's steps; whether it finished (None: it failed), and the steps."""
    names = {number: name for name, number in CALLS[platform.machine()].items()}
    steps: list[str] = []
    os.waitpid(child, 0)
    _check(_libc().ptrace(_OPTIONS, child, None, _EXITKILL | _TRACE_SECCOMP))
    resume_with = 0
    while True:
        _check(_libc().ptrace(_CONT, child, None, resume_with))
        resume_with = 0
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            failed = os.WEXITSTATUS(status) != 0
            return (None if failed else True), tuple(steps)
        if os.WIFSIGNALED(status):
            return False, tuple(steps)
        if status >> 8 != _EVENT_SECCOMP:
            resume_with = os.WSTOPSIG(status)
            continue
        step = _step(child, names, told)
        if step is None:
            continue
        if len(steps) == kill_before:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return False, tuple(steps)
        look_before(len(steps))
        if full_from is not None and len(steps) >= full_from and step in NEEDS_ROOM:
            _fail(child, errno.ENOSPC)
        steps.append(step)


def _fail(child: int, number: int) -> None:
    """Skip the call that the child is about to make, and have it end with an error."""
    if platform.machine() != "x86_64":
        pytest.skip("a full disk is played on x86_64 only")
    _check(_libc().ptrace(_POKE, child, _NUMBER_OF_CALL, ctypes.c_void_p(-1 & (1 << 64) - 1)))
    _check(_libc().ptrace(_POKE, child, _RESULT_OF_CALL, ctypes.c_void_p(-number & (1 << 64) - 1)))


def _step(child: int, names: dict[int, str], told: int) -> str | None:
    """The name of the call that the child is about to make; None when it changes no file."""
    call = _Call()
    size = ctypes.sizeof(call)
    _check(_libc().ptrace(_INFO, child, size, ctypes.addressof(call)))
    name = names[call.number]
    flags = {"open": call.arguments[1], "openat": call.arguments[2]}.get(name)
    if flags is not None and not flags & (os.O_CREAT | os.O_TRUNC):
        return None
    if name == "write" and call.arguments[0] < 3:
        return None
    if name == "write" and call.arguments[0] == told:
        return "tell"
    return name


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{errno.errorcode.get(number)}: tracing is not allowed here")
