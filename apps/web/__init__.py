"""What every page is made with; imports no app."""
