"""Changes to applications, from filing to the built instance."""
