"""Showing it: text, JSON and progress, all drawn from the same values, with untrusted text made harmless."""
