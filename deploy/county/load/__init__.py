"""A generated county, into a running platform: through the same doors as everybody's files and requests."""
