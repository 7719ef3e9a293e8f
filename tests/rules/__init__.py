"""What holds for the tree as a whole: who imports whom, the schema, the contracts, sizes."""
