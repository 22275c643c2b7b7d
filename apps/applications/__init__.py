"""Asking for an instance: file, review, submit, tell."""
