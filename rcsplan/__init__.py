"""rcsplan: messaging campaigns as reviewable code, planned, diffed and applied without ever sending twice."""
