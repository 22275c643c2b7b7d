"""Clusters, live: what they hold, who may do what to it, and the jobs that do it."""
