"""What gunicorn is told beside its command line: to write no log of requests."""

from __future__ import annotations

accesslog = None
capture_output = False
