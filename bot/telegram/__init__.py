"""Telegram, the students' side: webhook or long polling in, through aiogram.

Importing a module of this package loads aiogram (seconds, 160 MB), so only the web process and
`nuanyu poll` do; `bot.telegram.ports` is light.
"""
