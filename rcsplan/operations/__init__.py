"""One verb a module: what commands do, without a terminal."""
