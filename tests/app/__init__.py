"""The whole program in memory, asked as a caller asks it."""
