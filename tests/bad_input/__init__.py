"""Files as counties really send them: each fault has an id, a file that has it, and what is said of it."""
