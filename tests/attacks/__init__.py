"""Attacks on sign-in and access, as tables of data: what is tried, and what it must come to."""
