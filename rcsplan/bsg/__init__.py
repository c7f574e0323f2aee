"""The typed client for the part of BSG One-API that rcsplan uses, and what each of its answers means."""
