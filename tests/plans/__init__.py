"""The service plans, through its doors and below them."""
