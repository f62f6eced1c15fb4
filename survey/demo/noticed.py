"""What the demo's later surveys ask of what boards did: whether anybody noticed it."""

from __future__ import annotations

TALKS, VISITS = "noticed_talks", "noticed_visits"
"""Statements of the third survey: of what Response North says is done, and of what Contact and
Support says is under way."""

_THIRD = f"""
actions:
- id: {TALKS}
  done: The superintendent talked with every shift this year about how we treat each other.
  about: [women_equal, inclusive_language, sexism_challenged, witnessed_sexism]
  unit: response-north
- id: {VISITS}
  done: Since the last survey senior leaders worked alongside our team for a shift.
  about: [senior_visible, senior_act]
  unit: contact-and-support
"""
_OPEN = """
actions:
- id: noticed_more_talks
  done:
    en: Since the last survey there was another talk in my shift about how we treat each other.
    cy: Ers yr arolwg diwethaf bu sgwrs arall yn fy sifft am y ffordd rydym yn trin ein gilydd.
  about: [women_equal, inclusive_language, sexism_challenged, witnessed_sexism]
  unit: response-north
- id: noticed_contacts
  done:
    en: Since the last survey new colleagues were given somebody outside their command to turn to.
    cy: Ers yr arolwg diwethaf cafodd cydweithwyr newydd rywun y tu allan i'w rheolaeth i droi ato.
  about: [manager_support]
"""
_ASKED = {3: _THIRD, 4: _OPEN}


def actions(wave: int) -> str:
    """What a wave, counted from 1, has at the end of its questionnaire: the actions it asks of."""
    return _ASKED.get(wave, "")
