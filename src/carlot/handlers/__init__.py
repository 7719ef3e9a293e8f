"""One file a resource: parse, call, shape."""
