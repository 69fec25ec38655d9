"""What the directory's door takes and gives, by what it is about."""
