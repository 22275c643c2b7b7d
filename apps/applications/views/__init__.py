"""Pages about applications."""
