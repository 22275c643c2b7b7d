"""Forms and their validation."""
