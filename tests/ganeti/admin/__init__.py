"""The administration, page by page."""
