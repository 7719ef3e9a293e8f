"""The description of the API, and whether the program does as it says."""
