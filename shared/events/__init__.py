"""The published language: every event of the platform, one file an owner, and the codec for the wire."""
