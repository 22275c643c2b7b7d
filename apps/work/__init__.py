"""Background work, shared by all apps; imports none of them."""
