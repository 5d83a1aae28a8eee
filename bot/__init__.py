"""The web process: platforms' webhooks, the web chat, health."""
