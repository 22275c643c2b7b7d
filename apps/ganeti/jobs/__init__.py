"""Jobs that we submit, from the row before the call to the handlers after the end."""
