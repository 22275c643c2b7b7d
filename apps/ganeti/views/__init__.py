"""Pages of clusters and what lives on them."""
