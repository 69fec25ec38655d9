"""The service activities, through its doors and below them."""
