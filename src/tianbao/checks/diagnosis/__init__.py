"""The smallest correction that would satisfy the broken rules: from the form's own equations, never applied."""
