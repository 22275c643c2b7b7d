"""Flat pages, news and branding of the site."""
