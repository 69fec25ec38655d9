"""The directory: its rooms and its door."""
