"""People: who logs in, and how they like their pages."""
