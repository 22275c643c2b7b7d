"""From what people type about applications."""
