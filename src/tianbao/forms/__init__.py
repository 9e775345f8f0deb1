"""Form definitions: load, compile, grid, labels, schema, and which forms exist."""
