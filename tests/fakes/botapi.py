"""A Bot API server of our own, faithful where Nuanyu depends on Telegram's behaviour.

    with FakeBotApi() as api:
        bot = api.bot("1:AAA")                 # any token is a bot once you asked for it
        ...point the code under test at api.url...
        student = bot.user(language="zh")
        student.says("你好")                    # → webhook or getUpdates
        bot.wait_for(lambda: bot.sent_to(student.id))
        student.presses(bot.sent_to(student.id)[-1], "yes")

What the bot did: `bot.calls` (every call with its parameters and time), `bot.sent_to(chat)`
(its messages, edited and deleted as on a phone), `bot.drafts_to(chat)`, `bot.actions`.
What goes wrong: `bot.fail("sendMessage", TooMany(retry_after=3), times=2)`, also `Fault(500)`,
`Hang(seconds)`, `Cut()`; `student.blocks()`; `bot.flood_limit = (30, 1)` refuses what Telegram
would. What webhooks were answered: `bot.deliveries`. An update again: `bot.delivers_again(id)`.

The server runs in a thread with a loop of its own; every method here may be called from any
thread but that one. Dates are in seconds, offsets in UTF-16 units, errors have Telegram's bodies.
"""
# ruff: noqa: N802 -- methods are named as the Bot API names them, faults as what they are

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

Json = dict[str, Any]

#: The bot that `bot()` returns.
TOKEN = "1:AAA"
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
#: Types of entities Telegram knows and we use.
ENTITIES = {
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "code",
    "pre",
    "text_link",
    "url",
    "bot_command",
}
#: Emoji a bot may react with; Telegram has some more of them, and no tick.
REACTIONS = set("👍👎👌👀🤔🙏🤷💔🔥🎉")


# ---------------------------------------------------------------- what can go wrong


@dataclass(frozen=True)
class Fault:
    """The next call is answered with this error instead of being carried out."""

    status: int
    description: str = "Internal Server Error"
    retry_after: int | None = None


def TooMany(retry_after: int) -> Fault:
    return Fault(429, f"Too Many Requests: retry after {retry_after}", retry_after)


def Blocked() -> Fault:
    return Fault(403, "Forbidden: bot was blocked by the user")


def Gone() -> Fault:
    return Fault(400, "Bad Request: chat not found")


@dataclass(frozen=True)
class Hang:
    """The call is carried out, but its answer comes only after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Cut:
    """The line is cut; `after` says whether the call was carried out before."""

    after: bool = True


@dataclass(frozen=True)
class Garbage:
    """The call is answered 200 with something that is not JSON."""

    body: str = "<html>bad gateway</html>"
    status: int = 200


class ApiError(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after


# ---------------------------------------------------------------- what is recorded


@dataclass(frozen=True)
class Call:
    """One call of the bot, parameters decoded; files as `File`."""

    method: str
    params: Json
    at: float  #: time.monotonic()


@dataclass(frozen=True)
class File:
    """A file the bot uploaded."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Delivery:
    """One POST to the bot's webhook; status 0 when nobody answered."""

    update_id: int
    status: int
    answer: str
    at: float


@dataclass
class _Webhook:
    url: str
    secret: str
    allowed: list[str]
    slots: asyncio.Semaphore


# ---------------------------------------------------------------- a person with Telegram


class User:
    """One person in a private chat with one bot; the chat's id is the person's."""

    def __init__(self, bot: FakeBot, id_: int, language: str | None) -> None:
        self.bot, self.id, self.language = bot, id_, language
        self.blocked = False

    def says(self, text: str, **more: Any) -> int:
        """Send a text (a leading `/word` is a command); returns the message's id."""
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            more.setdefault("entities", [{"type": "bot_command", "offset": 0, "length": length}])
        return self._message(text=text, **more)

    def edits(self, message_id: int, text: str) -> None:
        """Change an earlier text."""
        message = self._body(message_id, text=text, edit_date=int(time.time()))
        self.bot.push("edited_message", message)

    def presses(self, message: Json, button: str) -> str:
        """Press an inline button, named by its label or its data; returns the query's id."""
        keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
        for key in itertools.chain.from_iterable(keyboard):
            if button in (key["text"], key.get("callback_data")) and "callback_data" in key:
                return self._presses(message, key["callback_data"])
        raise AssertionError(f"there is no such button to press: {keyboard}")

    def sends_photo(self, caption: str | None = None) -> int:
        size = {
            "file_id": self.bot.keep_file(b"a photo"),
            "file_unique_id": "p",
            "width": 90,
            "height": 60,
            "file_size": 7,
        }
        return self._message(photo=[size], **({"caption": caption} if caption else {}))

    def sends_video(self, caption: str | None = None) -> int:
        video = {
            "file_id": self.bot.keep_file(b"a video"),
            "file_unique_id": "v",
            "width": 90,
            "height": 60,
            "duration": 3,
        }
        return self._message(video=video, **({"caption": caption} if caption else {}))

    def sends_sticker(self, emoji: str = "😀") -> int:
        sticker = {
            "file_id": self.bot.keep_file(b"a sticker"),
            "file_unique_id": "s",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": emoji,
        }
        return self._message(sticker=sticker)

    def sends_voice(self, content: bytes = b"a voice", seconds: int = 3) -> int:
        voice = {
            "file_id": self.bot.keep_file(content),
            "file_unique_id": "o",
            "duration": seconds,
            "mime_type": "audio/ogg",
            "file_size": len(content),
        }
        return self._message(voice=voice)

    def sends_document(self, name: str = "a.pdf", caption: str | None = None) -> int:
        document = {
            "file_id": self.bot.keep_file(b"a file"),
            "file_unique_id": "d",
            "file_name": name,
        }
        return self._message(document=document, **({"caption": caption} if caption else {}))

    def sends_location(self) -> int:
        return self._message(location={"latitude": 31.2, "longitude": 121.4})

    def blocks(self) -> None:
        """Block the bot: it hears of it, and every later call for this chat is a 403."""
        self.blocked = True
        self._membership("member", "kicked")

    def unblocks(self) -> None:
        self.blocked = False
        self._membership("kicked", "member")

    @property
    def as_json(self) -> Json:
        user: Json = {"id": self.id, "is_bot": False, "first_name": "Student"}
        return user | ({"language_code": self.language} if self.language else {})

    @property
    def chat(self) -> Json:
        return {"id": self.id, "type": "private", "first_name": "Student"}

    def _presses(self, message: Json, data: str) -> str:
        query_id = str(next(self.bot.ids))
        self.bot.open_queries.add(query_id)
        query = {
            "id": query_id,
            "from": self.as_json,
            "chat_instance": "1",
            "data": data,
            "message": message,
        }
        self.bot.push("callback_query", query)
        return query_id

    def _message(self, **content: Any) -> int:
        message_id = next(self.bot.ids)
        self.bot.push("message", self._body(message_id, **content))
        return message_id

    def _body(self, message_id: int, **content: Any) -> Json:
        return {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": self.chat,
            "from": self.as_json,
            **content,
        }

    def _membership(self, old: str, new: str) -> None:
        me = self.bot.as_json
        self.bot.push("my_chat_member", _membership(self.chat, self.as_json, me, (old, new)))


class Group:
    """A group chat."""

    def __init__(self, bot: FakeBot, id_: int) -> None:
        self.bot, self.id = bot, id_
        self.chat = {"id": id_, "type": "supergroup", "title": "Class of 27"}

    def adds_bot(self, by: User) -> None:
        self.bot.push(
            "my_chat_member",
            _membership(self.chat, by.as_json, self.bot.as_json, ("left", "member")),
        )

    def hears(self, user: User, text: str) -> None:
        """Somebody says something in the group that the bot can see."""
        body = {
            "message_id": next(self.bot.ids),
            "date": int(time.time()),
            "chat": self.chat,
            "from": user.as_json,
            "text": text,
        }
        self.bot.push("message", body)


def _membership(chat: Json, by: Json, me: Json, change: tuple[str, str]) -> Json:
    def member(status: str) -> Json:
        return {"user": me, "status": status} | ({"until_date": 0} if status == "kicked" else {})

    return {
        "chat": chat,
        "from": by,
        "date": int(time.time()),
        "old_chat_member": member(change[0]),
        "new_chat_member": member(change[1]),
    }


# ---------------------------------------------------------------- one bot


class FakeBot:
    """Everything the server knows of one bot."""

    def __init__(self, api: FakeBotApi, token: str) -> None:
        self.api, self.token = api, token
        number = token.partition(":")[0]
        self.id = int(number) if number.isdigit() else 1
        self.ids = itertools.count(1)
        self.calls: list[Call] = []
        self.deliveries: list[Delivery] = []
        self.drafts: list[Json] = []
        self.commands: dict[tuple[str, str | None], list[Json]] = {}
        self.open_queries: set[str] = set()
        #: The bot's reaction to a message, by chat and message.
        self.reactions: dict[tuple[int, int], str] = {}
        self.webhook: _Webhook | None = None
        #: Methods that this server does not have, as an older Bot API server.
        self.missing: set[str] = set()
        #: (messages a second in all, messages a second to a chat) beyond which 429 is the answer.
        self.flood_limit: tuple[int, int] | None = None
        self.flooded = 0
        #: Pause before a webhook that did not answer 2xx is tried again, in seconds.
        self.webhook_retry = 0.05
        self._users: dict[int, User] = {}
        self._groups: dict[int, Group] = {}
        self._messages: dict[int, list[Json]] = defaultdict(list)
        self._files: dict[str, bytes] = {}
        self._faults: dict[str, deque[Any]] = defaultdict(deque)
        self._updates: list[Json] = []
        self._all_updates: dict[int, Json] = {}
        self._update_ids = itertools.count(1000)
        self._news = asyncio.Event()
        self._polls = 0
        self._lines: dict[int, asyncio.Queue[Json]] = {}
        self._in_flight: dict[int, Json] = {}
        self._sent_at: deque[tuple[float, int]] = deque()

    # -- for tests

    def user(self, id_: int | None = None, *, language: str | None = "zh-hans") -> User:
        """Return a new person whose private chat with the bot exists."""
        id_ = id_ or 10_000 + len(self._users)
        return self._users.setdefault(id_, User(self, id_, language))

    def group(self, id_: int = -100_200) -> Group:
        return self._groups.setdefault(id_, Group(self, id_))

    def sent_to(self, chat: int | str) -> list[Json]:
        """Return the bot's messages in a chat as they stand now."""
        return list(self._messages[int(chat)])

    def texts_to(self, chat: int | str) -> list[str]:
        return [message.get("text", message.get("caption", "")) for message in self.sent_to(chat)]

    def drafts_to(self, chat: int | str) -> list[str]:
        return [draft["text"] for draft in self.drafts if int(draft["chat_id"]) == int(chat)]

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def fail(self, method: str, fault: Fault | Hang | Cut | Garbage, *, times: int = 1) -> None:
        """Let the next calls of a method go wrong; `*` stands for every method."""
        self._faults[method].extend([fault] * times)

    def push(self, kind: str, content: Json) -> int:
        """Let any update happen; returns its id."""
        return self.api.on_loop(self._push(kind, content))

    def delivers_again(self, update_id: int, *, times: int = 1) -> None:
        """Deliver an update again, as Telegram does when it did not hear our 200."""

        async def again() -> None:
            for _ in range(times):
                self._enqueue(self._all_updates[update_id])

        self.api.on_loop(again())

    def wait_for(self, condition: Callable[[], Any], *, seconds: float = 10) -> Any:
        """Return what the condition returns as soon as it is true."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"nothing came within {seconds} s; last calls: {[call.method for call in self.calls[-8:]]}"
                )
            time.sleep(0.01)
        return found

    def keep_file(self, content: bytes) -> str:
        file_id = f"file-{len(self._files)}"
        self._files[file_id] = content
        return file_id

    @property
    def pending(self) -> int:
        """How many updates wait to be fetched or delivered."""
        return (
            len(self._updates)
            + len(self._in_flight)
            + sum(line.qsize() for line in self._lines.values())
        )

    @property
    def as_json(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": "Nuanyu", "username": "nuanyu_bot"}

    # -- updates out

    async def _push(self, kind: str, content: Json) -> int:
        update = {"update_id": next(self._update_ids), kind: content}
        self._all_updates[update["update_id"]] = update
        self._enqueue(update)
        return update["update_id"]

    def _enqueue(self, update: Json) -> None:
        if self.webhook is None:
            self._updates.append(update)
            self._news.set()
        else:
            self._line_of(update).put_nowait(update)

    def _line_of(self, update: Json) -> asyncio.Queue[Json]:
        """Updates of one chat wait for each other, those of different chats do not."""
        body = next(value for key, value in update.items() if key != "update_id")
        chat = (
            (body.get("chat") or body.get("message", {}).get("chat") or {}).get("id", 0)
            if isinstance(body, dict)
            else 0
        )
        if chat not in self._lines:
            self._lines[chat] = asyncio.Queue()
            self.api.spawn(self._deliver_all(self._lines[chat]))
        return self._lines[chat]

    async def _deliver_all(self, line: asyncio.Queue[Json]) -> None:
        while True:
            update = await line.get()
            number = update["update_id"]
            self._in_flight[number] = update
            while number in self._in_flight and not await self._deliver(update):  # noqa: ASYNC110 -- Telegram pauses, too
                await asyncio.sleep(self.webhook_retry)
            self._in_flight.pop(number, None)

    async def _deliver(self, update: Json) -> bool:
        hook = self.webhook
        if hook is None:
            return True  # it waits for getUpdates again
        kind = next(key for key in update if key != "update_id")
        if hook.allowed and kind not in hook.allowed:
            return True
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        async with hook.slots:
            try:
                async with self.api.client.post(hook.url, json=update, headers=headers) as response:
                    status, answer = response.status, await response.text()
            except (aiohttp.ClientError, TimeoutError):
                status, answer = 0, ""
        self.deliveries.append(Delivery(update["update_id"], status, answer, time.monotonic()))
        if 200 <= status < 300:
            await self._obey(answer)
            return True
        return False

    async def _obey(self, answer: str) -> None:
        """Carry out the method call in a webhook's answer; Telegram tells nobody how it went."""
        try:
            call = json.loads(answer or "{}")
        except ValueError:
            return
        if isinstance(call, dict) and (method := call.pop("method", None)):
            with contextlib.suppress(ApiError):
                await self.run(method, call)

    # -- calls in

    async def run(self, method: str, params: Json) -> Any:
        self.calls.append(Call(method, params, time.monotonic()))
        handler = getattr(self, f"_{method}", None)
        if handler is None or method in self.missing:
            raise ApiError(404, "Not Found")
        return await handler(params)

    def next_fault(self, method: str) -> Any:
        for name in (method, "*"):
            if self._faults[name]:
                return self._faults[name].popleft()
        return None

    async def _getMe(self, params: Json) -> Json:
        return self.as_json | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _getChat(self, params: Json) -> Json:
        group = self._groups.get(int(params["chat_id"]))
        if group is None:
            raise ApiError(400, "Bad Request: chat not found")
        return group.chat

    async def _setWebhook(self, params: Json) -> bool:
        url = params.get("url", "")
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ApiError(
                400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
            )
        waiting = self._take_waiting()
        if url:
            self.webhook = _Webhook(
                url,
                params.get("secret_token", ""),
                params.get("allowed_updates") or [],
                asyncio.Semaphore(int(params.get("max_connections", 40))),
            )
        else:
            self.webhook = None
        for update in [] if params.get("drop_pending_updates") else waiting:
            self._enqueue(update)
        self._news.set()
        return True

    async def _deleteWebhook(self, params: Json) -> bool:
        return await self._setWebhook({"drop_pending_updates": params.get("drop_pending_updates")})

    def _take_waiting(self) -> list[Json]:
        waiting, self._updates = [*self._updates, *self._in_flight.values()], []
        self._in_flight.clear()
        for line in self._lines.values():
            while not line.empty():
                waiting.append(line.get_nowait())
        return sorted(waiting, key=lambda update: update["update_id"])

    async def _getWebhookInfo(self, params: Json) -> Json:
        url = self.webhook.url if self.webhook else ""
        return {"url": url, "has_custom_certificate": False, "pending_update_count": self.pending}

    async def _getUpdates(self, params: Json) -> list[Json]:
        if self.webhook is not None:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        self._polls += 1
        mine = self._polls
        self._news.set()  # an older poll is ended by a newer one
        if (offset := int(params.get("offset") or 0)) > 0:
            self._updates = [update for update in self._updates if update["update_id"] >= offset]
        deadline = time.monotonic() + float(params.get("timeout") or 0)
        while True:
            if self._polls != mine:
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            allowed = params.get("allowed_updates") or []
            found = [u for u in self._updates if not allowed or any(kind in allowed for kind in u)]
            if found or time.monotonic() >= deadline:
                return found[: int(params.get("limit") or 100)]
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                continue

    async def _sendMessage(self, params: Json) -> Json:
        text = self._checked_text(
            params.get("text", ""), params.get("entities"), TEXT_LIMIT, "message"
        )
        chat = self._checked_chat(params)
        keyboard = self._checked_keyboard(params.get("reply_markup"))
        return self._add(
            chat,
            {"text": text}
            | ({"entities": params["entities"]} if params.get("entities") else {})
            | keyboard,
        )

    async def _sendMessageDraft(self, params: Json) -> bool:
        if not int(params.get("draft_id") or 0):
            raise ApiError(400, "Bad Request: draft_id must be non-zero")
        self._checked_text(params.get("text", ""), params.get("entities"), TEXT_LIMIT, "message")
        self._checked_chat(params, counts=False)
        self.drafts.append(params)
        return True

    async def _sendPhoto(self, params: Json) -> Json:
        return self._send_file(params, "photo")

    async def _sendDocument(self, params: Json) -> Json:
        return self._send_file(params, "document")

    async def _sendVoice(self, params: Json) -> Json:
        return self._send_file(params, "voice")

    def _send_file(self, params: Json, kind: str) -> Json:
        upload = params.get(kind)
        if not isinstance(upload, File):
            raise ApiError(400, f"Bad Request: there is no {kind} in the request")
        if len(params.get("caption", "")) > CAPTION_LIMIT:
            raise ApiError(400, "Bad Request: message caption is too long")
        keyboard = self._checked_keyboard(params.get("reply_markup"))
        chat = self._checked_chat(params)
        file_id = self.keep_file(upload.content)
        about: Json = {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_name": upload.name,
            "file_size": len(upload.content),
        }
        if kind == "voice":
            about["duration"] = 1
        content: Any = [about | {"width": 90, "height": 60}] if kind == "photo" else about
        return self._add(
            chat,
            {kind: content}
            | ({"caption": params["caption"]} if params.get("caption") else {})
            | keyboard,
        )

    async def _getFile(self, params: Json) -> Json:
        file_id = params.get("file_id", "")
        if file_id not in self._files:
            raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return {"file_id": file_id, "file_unique_id": file_id, "file_path": f"kept/{file_id}"}

    def file(self, path: str) -> bytes | None:
        return self._files.get(path.removeprefix("kept/"))

    async def _editMessageText(self, params: Json) -> Json:
        text = self._checked_text(
            params.get("text", ""), params.get("entities"), TEXT_LIMIT, "message"
        )
        message = self._find(params)
        keyboard = self._checked_keyboard(params.get("reply_markup"))
        if message.get("text") == text and message.get("reply_markup", {}) == keyboard.get(
            "reply_markup", {}
        ):
            raise ApiError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
            )
        message.pop("reply_markup", None)
        message |= {"text": text, "edit_date": int(time.time())} | keyboard
        return message

    async def _editMessageReplyMarkup(self, params: Json) -> Json:
        message = self._find(params)
        message.pop("reply_markup", None)
        message |= self._checked_keyboard(params.get("reply_markup"))
        return message

    async def _deleteMessage(self, params: Json) -> bool:
        message = self._find(params)
        self._messages[message["chat"]["id"]].remove(message)
        return True

    async def _answerCallbackQuery(self, params: Json) -> bool:
        if params.get("callback_query_id") not in self.open_queries:
            raise ApiError(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        self.open_queries.discard(params["callback_query_id"])
        return True

    async def _sendChatAction(self, params: Json) -> bool:
        self._checked_chat(params, counts=False)
        return True

    async def _setMessageReaction(self, params: Json) -> bool:
        self._checked_chat(params, counts=False)
        given = [one["emoji"] for one in params.get("reaction") or []]
        if any(emoji not in REACTIONS for emoji in given):
            raise ApiError(400, "Bad Request: REACTION_INVALID")
        self.reactions[int(params["chat_id"]), int(params["message_id"])] = "".join(given)
        return True

    async def _setMyCommands(self, params: Json) -> bool:
        for command in params["commands"]:
            if not (1 <= len(command["description"]) <= 256 and command["command"].islower()):
                raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[self._menu(params)] = params["commands"]
        return True

    async def _getMyCommands(self, params: Json) -> list[Json]:
        return self.commands.get(self._menu(params), [])

    def _menu(self, params: Json) -> tuple[str, str | None]:
        return (params.get("scope") or {"type": "default"})["type"], params.get(
            "language_code"
        ) or None

    # -- rules

    def _checked_chat(self, params: Json, *, counts: bool = True) -> Json:
        try:
            chat = int(params.get("chat_id", ""))
        except ValueError:
            raise ApiError(400, "Bad Request: chat_id is empty") from None
        owner = self._users.get(chat) or self._groups.get(chat)
        if owner is None:
            raise ApiError(400, "Bad Request: chat not found")
        if isinstance(owner, User) and owner.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if counts:
            self._check_flood(chat)
        return owner.chat

    def _check_flood(self, chat: int) -> None:
        now = time.monotonic()
        while self._sent_at and self._sent_at[0][0] < now - 1:
            self._sent_at.popleft()
        if self.flood_limit is not None:
            here = sum(1 for _, other in self._sent_at if other == chat)
            if len(self._sent_at) >= self.flood_limit[0] or here >= self.flood_limit[1]:
                self.flooded += 1
                raise ApiError(429, "Too Many Requests: retry after 1", 1)
        self._sent_at.append((now, chat))

    def _checked_text(self, text: str, entities: Any, limit: int, what: str) -> str:
        if not text.strip():
            raise ApiError(400, f"Bad Request: {what} text is empty")
        length = len(text.encode("utf-16-le")) // 2
        if length > limit:
            raise ApiError(400, f"Bad Request: {what} is too long")
        for entity in entities or []:
            if entity.get("type") not in ENTITIES:
                raise ApiError(
                    400,
                    f"Bad Request: can't parse entities: Unsupported type {entity.get('type')} of MessageEntity",
                )
            start, end = entity["offset"], entity["offset"] + entity["length"]
            if not 0 <= start < end <= length:
                raise ApiError(400, "Bad Request: can't parse entities: entity is out of the text")
            if any(_splits_a_pair(text, place) for place in (start, end)):
                raise ApiError(
                    400,
                    "Bad Request: can't parse entities: entity begins or ends in the middle of a UTF-16 surrogate pair",
                )
        return text

    def _checked_keyboard(self, markup: Any) -> Json:
        if not markup or "inline_keyboard" not in markup:
            return {}
        for key in itertools.chain.from_iterable(markup["inline_keyboard"]):
            data, url = key.get("callback_data"), key.get("url")
            if not key.get("text") or (data is None and url is None):
                raise ApiError(
                    400,
                    "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
                )
            if data is not None and not 1 <= len(data.encode()) <= 64:
                raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
            if url is not None and not url.startswith(("http://", "https://", "tg://")):
                raise ApiError(
                    400,
                    f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong port number specified in the URL",
                )
        return {"reply_markup": markup}

    def _add(self, chat: Json, content: Json) -> Json:
        message = {
            "message_id": next(self.ids),
            "date": int(time.time()),
            "chat": chat,
            "from": self.as_json,
            **content,
        }
        self._messages[chat["id"]].append(message)
        return message

    def _find(self, params: Json) -> Json:
        self._checked_chat(params, counts=False)
        for message in self._messages[int(params["chat_id"])]:
            if message["message_id"] == int(params.get("message_id") or 0):
                return message
        raise ApiError(400, "Bad Request: message to edit not found")


def _splits_a_pair(text: str, place: int) -> bool:
    units = text.encode("utf-16-le")
    return 2 * place < len(units) and 0xDC <= units[2 * place + 1] <= 0xDF


# ---------------------------------------------------------------- the server


@dataclass
class FakeBotApi:
    """The server; a context manager. `url` is what NUANYU_TELEGRAM_API_URL would be."""

    port: int = 0
    url: str = ""
    _bots: dict[str, FakeBot] = field(default_factory=dict)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def bot(self, token: str = TOKEN) -> FakeBot:
        """Return the bot of a token; unknown tokens are answered 401."""

        async def make() -> FakeBot:
            return self._bots.setdefault(token, FakeBot(self, token))

        return self.on_loop(make())

    def __enter__(self) -> Self:
        started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._serve, args=(started,), name="botapi", daemon=True
        )
        self._thread.start()
        if not started.wait(10):
            raise RuntimeError("the fake Bot API did not start")
        return self

    def __exit__(self, *exc: object) -> None:
        self.on_loop(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def on_loop(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def spawn(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        started.set()
        self._loop.run_forever()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    async def _start(self) -> None:
        self.client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.close()
        await self._runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        bot = self._bots.get(request.match_info["token"])
        if bot is None:
            return _error(ApiError(401, "Unauthorized"))
        method = request.match_info["method"]
        params = await _params(request)
        fault = bot.next_fault(method)
        if isinstance(fault, Fault | Garbage):
            bot.calls.append(Call(method, params, time.monotonic()))
            return _wrong(fault)
        if isinstance(fault, Cut) and not fault.after:
            return _cut(request)
        try:
            result = await bot.run(method, params)
        except ApiError as error:
            return _error(error)
        if isinstance(fault, Hang):
            await asyncio.sleep(fault.seconds)
        if isinstance(fault, Cut):
            return _cut(request)
        return web.json_response({"ok": True, "result": result})

    async def _file(self, request: web.Request) -> web.Response:
        bot = self._bots.get(request.match_info["token"])
        content = bot.file(request.match_info["path"]) if bot else None
        return web.Response(status=404) if content is None else web.Response(body=content)


def _wrong(fault: Fault | Garbage) -> web.Response:
    if isinstance(fault, Garbage):
        return web.Response(text=fault.body, status=fault.status, content_type="text/html")
    return _error(ApiError(fault.status, fault.description, fault.retry_after))


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _error(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.status, "description": error.description}
    if error.retry_after is not None:
        body["parameters"] = {"retry_after": error.retry_after}
    return web.json_response(body, status=error.status)


async def _params(request: web.Request) -> Json:
    """Read parameters as Telegram does: query, JSON, form or multipart; nested JSON in strings."""
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        return params | json.loads(await request.read() or b"{}")
    form = await request.post()
    files: dict[str, File] = {}
    for name, value in form.items():
        if isinstance(value, web.FileField):
            files[name] = File(value.filename, value.file.read())
        else:
            params[name] = _decoded(name, str(value))
    for name, value in list(params.items()):
        if isinstance(value, str) and value.startswith("attach://"):
            params[name] = files.get(value.removeprefix("attach://"), value)
    return params | {name: file for name, file in files.items() if name not in params}


#: Parameters that are JSON inside a form; everything else stays as it was written.
_NESTED = {
    "entities",
    "caption_entities",
    "reply_markup",
    "link_preview_options",
    "commands",
    "scope",
    "allowed_updates",
    "reaction",
    "reply_parameters",
}
_FLAGS = {"drop_pending_updates", "disable_notification", "protect_content", "show_alert"}


def _decoded(name: str, value: str) -> Any:
    if name in _NESTED:
        return json.loads(value)
    return value.lower() == "true" if name in _FLAGS else value
