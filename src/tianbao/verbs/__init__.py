"""One function per command; also the public API."""
