"""The history of credits' tables."""
