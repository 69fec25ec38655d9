"""The history of the tables of activities."""
