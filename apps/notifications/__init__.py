"""Messages to the owners of machines: composed, sent once each, archived."""
