"""The files that go out, one module of data each: which columns a reader wants, how a vehicle fills them, and what it must have."""
