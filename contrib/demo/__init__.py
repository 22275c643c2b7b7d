"""The whole product with simulated clusters: what ``make demo`` runs."""
