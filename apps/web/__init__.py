"""Helpers for all pages; imports no other app."""
