"""The history of the console's tables."""
