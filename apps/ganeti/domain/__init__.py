"""What Ganeti has and what we call it: frozen dataclasses, no Django, no I/O."""
