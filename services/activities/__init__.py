"""Activities (研训活动): sessions from their announcement to confirmed attendance."""
