"""HTTP, and what all of it shares: links and media as phones load them, the comments of code hosts, webhooks."""
