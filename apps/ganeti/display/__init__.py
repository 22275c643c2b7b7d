"""What pages show of clusters and instances: labels, rows, buttons."""
