"""HTTP to hosts that other people name; imports no app."""
