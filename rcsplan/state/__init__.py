"""What rcsplan did: the records of every submission, and the text that keeps them."""
