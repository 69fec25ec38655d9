"""The house rules no linter knows: rooms, names, sizes, words, documents, locks and walls."""
