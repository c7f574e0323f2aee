"""Where state is kept: one small interface, and the stores behind it."""
