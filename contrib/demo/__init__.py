"""The product with simulated clusters, run by ``make demo``."""
