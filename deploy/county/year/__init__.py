"""A school year of the county: its days, plans, sessions and who was there."""
