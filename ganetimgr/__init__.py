"""Wiring: settings, URLs and the WSGI entry; no app imports it."""
