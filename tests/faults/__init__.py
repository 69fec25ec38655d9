"""Faults on real servers: something is killed, frozen, wiped or lied to, and afterwards every sum is right."""
