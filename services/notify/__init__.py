"""Notices (站内信): who is told what, exactly once."""
