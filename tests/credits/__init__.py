"""Credits through its doors: rules, attendance into hours, statements and the board."""
