"""Files of the home: who may read them, and what must not lie beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_IMODE

from survey import database
from survey.config import Settings
from survey.doctor.findings import Finding, faults, wrong
from survey.manage import log_waiting

_OTHERS = 0o077
_COPY = re.compile(
    r"~$|\.(?:bak|old|orig|copy|backup|dump|sql|tar|tgz|zip|gz|xz|zst|swp|snapshot)(?:\.|$)"
    r"|\bcopy\b|backup",
    re.IGNORECASE,
)
_WRITTEN_AHEAD = ("-wal", "-shm")
_OF_A_BOX = re.compile(r"[a-z0-9-]+\.(?:box|closed)(?:-journal)?|[a-z0-9-]+\.making(?:-journal)?")
_OF_A_SALT = re.compile(r"[a-z0-9-]+\.(?:salt|issuing)")


def check(settings: Settings) -> Iterator[Finding]:
    """Modes of keys, boxes and databases, and copies that lie beside them."""
    if not settings.home.is_dir():
        yield wrong("files", f"{settings.home} is not there; set CANDOUR_HOME or run migrate.")
        return
    files = sorted(_secret(settings))
    if settings.home.stat().st_mode & 0o022:
        yield wrong("files", f"others may change {settings.home}; run chmod 700 {settings.home}.")
    open_ = (
        f"others may read {path} ({S_IMODE(path.stat().st_mode):o}); run chmod 600 {path}."
        for path in files
        if path.stat().st_mode & _OTHERS
    )
    yield from faults("files", open_, f"{len(files)} with secrets, for one user alone.")
    yield from faults("copies", _copies(settings), "none lies beside boxes, keys and databases.")


def _secret(settings: Settings) -> Iterable[Path]:
    """Files that nobody but the service's user may read."""
    stores = [database.file_of(url) for url in database.used(settings).values()]
    found = {settings.home / "secret_key", *(path for path in stores if path is not None)}
    if lines := log_waiting.beside(settings.results_url):
        found |= {*log_waiting.files(lines)}
    for folder in (settings.box_folder, settings.salt_folder):
        found |= set(folder.iterdir()) if folder.is_dir() else set()
    return {path for path in found if path.is_file()}


def _copies(settings: Settings) -> Iterator[str]:
    """A copy beside a box keeps an order of answers; one of a salt outlives the closing."""
    for folder, ours in ((settings.box_folder, _OF_A_BOX), (settings.salt_folder, _OF_A_SALT)):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if not ours.fullmatch(path.name) and not path.name.endswith(_WRITTEN_AHEAD):
                yield f"{path} is none of Candour's; erase it (shred -u), it may hold a copy."
    for path in sorted(settings.home.rglob("*")):
        if path.name.endswith(_WRITTEN_AHEAD):
            yield f"{path} keeps an order of writes; stop what opened the database in WAL mode."
        elif path.parent == settings.home and _COPY.search(path.name):
            yield f"{path} looks like a copy; erase it (shred -u) or keep it elsewhere, encrypted."


def largest_box(settings: Settings) -> int:
    """Bytes of the largest ballot box; 0 where there is none."""
    return max((path.stat().st_size for path in settings.box_folder.glob("*.box")), default=0)


def surfaces(settings: Settings) -> Iterator[Finding]:
    """Whether the parts that are served here can find the others."""
    here = set(settings.surfaces)
    found = []
    if "box" in here and "issue" not in here and not settings.issue_address:
        found.append("CANDOUR_ISSUE_ADDRESS is not set: nobody can answer.")
    if "issue" in here and "box" not in here and not settings.box_address:
        found.append("CANDOUR_BOX_ADDRESS is not set: no page may ask this issuer.")
    if "results" in here and not settings.https:
        found.append("CANDOUR_HTTPS is not set: cookies of readers may travel unencrypted.")
    yield from faults("surfaces", found, f"{', '.join(settings.surfaces)}.")
