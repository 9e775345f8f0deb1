"""Containers: paths and folders become received bytes; limits stand in one place."""
