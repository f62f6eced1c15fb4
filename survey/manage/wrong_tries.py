"""Waiting after wrong passwords: longer each time, by name alone, for names that nobody has too.

No address of anybody is looked at or kept. A name is known by a mark: two bytes of a keyed hash of
it, so that the table stays small whatever is typed, and all names cost the same work.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.manage.tables import WrongTriesRow

FREE = 5
"""Wrong passwords in a row after which the first wait begins: people mistype, or try an old one."""

FIRST_WAIT = timedelta(seconds=30)
"""Doubled by each further wrong password."""

LONGEST_WAIT = timedelta(minutes=15)
"""Four tries an hour find no password of twelve characters; a longer wait would only serve whoever
wants to keep a colleague out."""

FORGOTTEN = timedelta(days=1)
"""Without a try, after which counting begins anew."""

_TABLE = cast(Table, WrongTriesRow.__table__)


def mark(secret: str, name: str) -> int:
    """The mark of a name, from 0 to 65,535."""
    return int.from_bytes(hmac.digest(secret.encode(), name.encode(), hashlib.sha256)[:2])


def count(session: Session, of: int, now: datetime) -> bool:
    """Count a try as a wrong one, before the password is looked at; `forget` takes it back.

    Counted first, so that many at once are no more tries than one after the other.

    Returns:
        False while the name must wait: the try is then not counted, and not to be granted.
    """
    moment = int(now.timestamp())
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    made = (sqlite.insert if on_sqlite else postgresql.insert)(_TABLE)
    # Changes nothing of a row that is there, but holds it to the end of the transaction.
    held = made.values(mark=of, failures=0, until=0).on_conflict_do_update(
        index_elements=["mark"], set_={"mark": of}
    )
    failures, until = session.execute(held.returning(_TABLE.c.failures, _TABLE.c.until)).one()
    # A longer wait than there is was set while the clock was wrong; nobody waits for that.
    if 0 < until - moment <= LONGEST_WAIT.total_seconds():
        return False
    if abs(moment - until) > FORGOTTEN.total_seconds():
        failures = 0
    values = {"failures": failures + 1, "until": moment + wait_after(failures + 1)}
    session.execute(update(_TABLE).where(_TABLE.c.mark == of).values(values))
    return True


def wait_after(failures: int) -> int:
    """Seconds to wait after that many wrong passwords in a row."""
    if failures < FREE:
        return 0
    doubled = FIRST_WAIT.total_seconds() * 2 ** min(failures - FREE, 16)
    return int(min(doubled, LONGEST_WAIT.total_seconds()))


def forget(session: Session, of: int) -> None:
    """Begin anew: the password was right, or somebody took the wait away."""
    session.execute(delete(_TABLE).where(_TABLE.c.mark == of))
