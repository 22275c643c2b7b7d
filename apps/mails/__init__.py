"""Emails, stored in the transaction they report on and sent by the watcher."""
