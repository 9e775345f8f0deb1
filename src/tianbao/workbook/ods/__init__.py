""".ods (OpenDocument) → RawBook."""
