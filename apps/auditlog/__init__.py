"""Who did what, when, from where, on which instance."""
