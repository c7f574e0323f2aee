"""What would change: the plan, a pure function of what is desired, what was done, and what the provider shows."""
