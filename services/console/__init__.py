"""Console (控制台): the web pages; a person's hands and eyes, with no data but its own sessions."""
