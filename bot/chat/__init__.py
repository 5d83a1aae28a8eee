"""The web chat: its page, its JSON interface, its event stream."""
