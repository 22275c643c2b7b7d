"""Reads for pages, from snapshots and the database; no calls to Ganeti."""
