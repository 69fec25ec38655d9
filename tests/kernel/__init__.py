"""The event kernel alone, over toy services: what leaves, what arrives, what fails, what is repaired."""
