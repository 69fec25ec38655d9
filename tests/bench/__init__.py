"""The bench: what the product reaches, beside what its database allows and what others reach."""
