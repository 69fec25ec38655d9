"""Every test of the platform: a folder a service, flows across services, contracts, faults, house rules."""
