"""Doing it: the apply protocol, in which what is about to happen is durable before it happens."""
