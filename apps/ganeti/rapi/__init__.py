"""Client of Ganeti's remote API: HTTP and Ganeti, no Django."""
