"""Every operation of every service, called with what a generator makes of its own document."""
