"""What the site says by itself: flat pages, news, brand."""
