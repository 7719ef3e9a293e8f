"""Every parser of bytes from outside, given whatever bytes there are. `python -m fuzz` looks for new ones, guided by coverage."""
