"""A synthetic county, the same byte for byte wherever and in whatever order it is made."""
