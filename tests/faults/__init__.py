"""Faults on real servers: something is killed, frozen or wiped, and afterwards every sum is right."""
