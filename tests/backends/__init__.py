"""The same suites over the databases of a county."""
