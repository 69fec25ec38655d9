"""Notify through its doors: hours and pairings into notices, and the inbox."""
