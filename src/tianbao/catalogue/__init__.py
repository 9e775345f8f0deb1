"""What tianbao itself says: ids, severities and wording of findings that no form defines."""
