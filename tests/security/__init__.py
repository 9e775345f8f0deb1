"""Files from strangers, as docs/security.md lists them: each row of its table is a test here or where it says."""
