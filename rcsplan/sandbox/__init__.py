"""The provider simulated: One-API as a WSGI application with its own clock, ledger and faults."""
