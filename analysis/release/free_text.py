"""What people wrote themselves for everybody to read: it names no group that is not shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.errors import LeakingRelease
from analysis.release.model import Release


def names_no_hidden(release: Release) -> None:
    """Refuse a reason, a deed or a source that names a group that is not shown.

    Raises:
        LeakingRelease: says where the name stands, and what to write without it.
    """
    texts = list(_texts(release))
    shown = {row.label.casefold() for row in release.groups if row.status == "shown"}
    for row in release.groups if texts else ():
        if row.status == "shown" or row.label.casefold() in shown:
            continue
        for what, text, change in texts:
            if names(text, row.label) or names(text, row.group):
                raise LeakingRelease(
                    f"{what} names {row.label}, which is not shown; {change} without it."
                )


def names(text: str, name: str) -> bool:
    """Whether a name stands in a text as words of its own, in whatever letters."""
    words = re.escape(" ".join(name.casefold().split()))
    return re.search(rf"(?<!\w){words}(?!\w)", " ".join(text.casefold().split())) is not None


def _texts(release: Release) -> Iterator[tuple[str, str, str]]:
    """Where a text stands, the text, and what to write another way; each text once."""
    if release.manifest.correction:
        yield "The reason of the correction", release.manifest.correction, "write the reason"
    for done in dict.fromkeys(row.done for row in release.changes):
        yield f"What was done (“{done}”)", done, "write done in the file of interventions"
    for source in dict.fromkeys(row.source for row in release.benchmarks):
        yield f"The source “{source}”", source, "write source in the file of benchmarks"
