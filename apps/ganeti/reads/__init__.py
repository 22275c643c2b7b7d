"""What pages read of snapshots and of the database; nothing here asks Ganeti."""
