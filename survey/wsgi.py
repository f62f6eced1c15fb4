"""What gunicorn serves. A serving process closes the door to everything that opens answers."""

from __future__ import annotations

from survey import doors
from survey.app import create_app
from survey.manage import log_together
from survey.results import warming

doors.close()
application = create_app()
log_together.begin(application)
warming.begin(application)
