"""How the platform is deployed: one table, and what is made from it."""
