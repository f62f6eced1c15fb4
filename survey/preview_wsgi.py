"""What gunicorn serves for `candour serve --preview`."""

from __future__ import annotations

import os
from pathlib import Path

from survey import doors
from survey.app import create_preview

FILE = "CANDOUR_PREVIEW"
"""The file to show, handed from the command to the server; not a setting."""

doors.close()
application = create_preview(Path(os.environ[FILE]))
