"""HTTP beside the provider: links and media as phones load them, the comments of code hosts, webhooks."""
