"""Which findings of the demo come with what is planted in it."""

from __future__ import annotations

from analysis.plan import TablePlan
from survey.demo.truths import TRUTHS, Trace

TRACES = [trace for truth in TRUTHS for trace in truth.traces]


def follows(plan: TablePlan, group: str, trace: Trace) -> bool:
    """Whether a group's gap comes with the trace's: it holds it or lies in it."""
    found, planted = dict(plan.group_by_id[group].where), dict(plan.group_by_id[trace.group].where)
    if "command" not in planted:
        return found.items() <= planted.items() or planted.items() <= found.items()
    if "command" not in found:
        return False
    values = plan.breakdown_by_id["command"].value_by_id
    own, other = values[found["command"]], values[planted["command"]]
    return own.categories <= other.categories or other.categories <= own.categories
