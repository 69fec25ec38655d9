"""Plumbing that two services or more use; it holds no business rule and never imports a service."""
