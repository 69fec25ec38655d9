"""Stories across services, one file a promise."""
