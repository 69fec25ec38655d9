"""The HTTP door that every service shares, tried on a service made for it."""
