"""Who did what, when, from where, to what."""
