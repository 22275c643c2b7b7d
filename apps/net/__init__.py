"""HTTP to hosts of third parties; imports no app."""
