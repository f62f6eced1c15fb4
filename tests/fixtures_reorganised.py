"""The small force after a reorganisation: its departments under other names, merged or moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from fixtures_analysis import COMMANDS, DEPARTMENTS, Study, variable

from analysis.plan import Breakdown, Value

Was = tuple[tuple[str, tuple[str, ...]], ...]


def reorganised(
    study: Study,
    new: Mapping[str, str] | None = None,
    home: Mapping[str, str] | None = None,
    commands: Mapping[str, str] | None = None,
    was: Was = (),
) -> Study:
    """The study with other units.

    Args:
        study: the small one.
        new: department -> what it is called now; those of one name are merged.
        home: department (as it is called now) -> its command, where that is another.
        commands: command -> what it is called now; those of one name are merged.
        was: what the questionnaire says of it.
    """
    new, commands = new or {}, commands or {}
    of_unit = {
        new.get(unit, unit): commands.get(command, command) for unit, command in DEPARTMENTS.items()
    } | dict(home or {})
    families = {commands.get(one, one): family for one, family in COMMANDS.items()}
    units = _units(of_unit, families, was)
    old = study.codebook.variable_by_id["unit"]
    codes = tuple(dict.fromkeys(new.get(code, code) for code in old.codes))
    place = np.array([*(codes.index(new.get(code, code)) for code in old.codes), -1], np.int16)
    variables = tuple(
        variable("unit", codes) if one.id == "unit" else one for one in study.codebook.variables
    )
    columns = study.microdata.variables
    return Study(
        replace(study.codebook, variables=variables),
        replace(study.plan, breakdowns=(units, *study.plan.breakdowns[1:])),
        replace(study.microdata, variables={**columns, "unit": place[columns["unit"]]}),
    )


def _units(of_unit: Mapping[str, str], families: Mapping[str, str], was: Was) -> Breakdown:
    def inside(command: str) -> frozenset[str]:
        return frozenset(unit for unit, of in of_unit.items() if of == command)

    values = [
        *(
            Value(
                *(family, family.capitalize(), "family", None),
                frozenset[str]().union(
                    *(inside(one) for one, above in families.items() if above == family)
                ),
            )
            for family in dict.fromkeys(families.values())
        ),
        *(
            Value(command, command.capitalize(), "command", family, inside(command))
            for command, family in families.items()
        ),
        *(
            Value(unit, unit.capitalize(), "department", command, frozenset({unit}))
            for unit, command in of_unit.items()
        ),
    ]
    levels = ("family", "command", "department")
    return Breakdown("command", "Command", "unit", levels, tuple(values), was)
