"""The staff's own Telegram bot: one group and private chats, nothing for strangers."""
