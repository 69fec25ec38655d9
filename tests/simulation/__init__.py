"""All services in one process under a fake clock, with crashes and a bad broker, replayable from a seed."""
