"""Every test of the platform: one folder a service, flows across services, contracts, backends, faults, house."""
