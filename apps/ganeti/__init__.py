"""Ganeti clusters: snapshots, access rules, and the jobs submitted to them."""
