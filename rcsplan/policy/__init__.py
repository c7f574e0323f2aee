"""Whether a send is right: one function a rule, each with an id, over data alone."""
