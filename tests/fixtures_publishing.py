"""The small study of `fixtures_analysis`, published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fixtures_analysis import DEPARTMENTS, Study

from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release

POLICY = DisclosurePolicy()
WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))
HEADCOUNTS = {f"command={unit}": 300 for unit in DEPARTMENTS}


def released(study: Study, headcounts: Mapping[str, int] | None = None, **more: Any) -> Release:
    """The Release of the study's answers."""
    return publish(
        *(study.codebook, study.plan, study.microdata),
        wave=WAVE,
        policy=POLICY,
        headcounts=headcounts,
        **more,
    )
