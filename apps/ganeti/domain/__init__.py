"""Ganeti's objects as frozen dataclasses; no Django, no I/O."""
