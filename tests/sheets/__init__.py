"""Sheets: read, guarded, written."""
