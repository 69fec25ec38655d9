"""Plans (计划): what a school intends to hold in a school year, and what became of it."""
