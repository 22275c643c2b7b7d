"""Snapshots of clusters, and the refreshes that update them."""
