"""Jobs that we submit to Ganeti: their rows, submission, tracking and handlers."""
