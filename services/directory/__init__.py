"""Directory: schools, people, posts, pairings and accounts; signs people in."""
