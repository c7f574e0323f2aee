"""The terminal: commands that turn flags into one operation, its output, and an exit code."""
