"""What is known of clusters, and how it comes to be known."""
