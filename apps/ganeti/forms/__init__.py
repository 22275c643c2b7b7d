"""From what people type and choose to values of ours."""
