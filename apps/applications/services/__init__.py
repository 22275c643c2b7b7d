"""What is done with applications, from filed to built."""
