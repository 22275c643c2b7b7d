"""WRITE: what people do to instances; each checks rights, records, and submits."""
