""".xls (BIFF8) → RawBook."""
