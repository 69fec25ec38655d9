"""Decisions of the directory, by what they are about."""
