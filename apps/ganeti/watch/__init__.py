"""The watcher: a process of loops."""
