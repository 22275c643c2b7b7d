"""A small app whose handler records each finished job in an audit entry."""
