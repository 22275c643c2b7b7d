"""Values that pages of applications show."""
