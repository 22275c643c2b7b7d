"""The watcher: loops that refresh snapshots and follow jobs."""
