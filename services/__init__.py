"""The services of the platform, each with the same rooms; none imports another."""
