"""A visitor without a browser, who speaks to the page's queue as Gradio's script does."""

import asyncio
import html
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Listener:
    """How to trigger one of the page's listeners. `chat` is the place of the conversation among its outputs."""

    fn_index: int
    trigger_id: int
    chat: int


@dataclass(frozen=True)
class Reply:
    """What became of a question. `status` is that of joining the queue; `html` the conversation, where it was shown."""

    status: int
    html: str = ""
    message: str = ""
    ended: bool = False

    @property
    def words(self) -> str:
        """The last answer's words, or the last notice."""
        found = re.findall(r'<p class="(?:words(?: refusal| chat)?|notice)">(.*?)</p>', self.html, re.DOTALL)
        return html.unescape(re.sub(r"<[^>]*>", "", found[-1])) if found else ""


def asking(page: str) -> Listener:
    """The listener that a question triggers, from the configuration in the page's HTML."""
    config = json.JSONDecoder().raw_decode(page.partition("window.gradio_config = ")[2])[0]
    [chat] = [each["id"] for each in config["components"] if each["props"].get("elem_id") == "chat"]
    for dependency in config["dependencies"]:
        if [chat, "ask"] in dependency["targets"]:
            return Listener(dependency["id"], chat, dependency["outputs"].index(chat))
    raise AssertionError("nothing listens to questions")


def opened(url: str, seconds: float = 60) -> str:
    """`url`, once the page is there or refused; until then the server shows another in its place."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        reply = httpx.get(url)
        if reply.status_code != 200 or "window.gradio_config" in reply.text:
            return url
        time.sleep(0.5)
    raise AssertionError(f"the page did not open within {seconds} s")


class Visitor:
    """One tab, at an address of its own: the server trusts this machine to say for whom it asks."""

    def __init__(self, client: httpx.AsyncClient, address: str, listener: Listener | None = None) -> None:
        self._client = client
        self._headers = {"x-forwarded-for": address}
        self._listener = listener
        self.session = secrets.token_hex(6)

    async def ask(self, question: Any, seconds: float = 60, **body: Any) -> Reply:
        """Ask, and wait for the answer; `body` overwrites what is sent. Raises TimeoutError."""
        if self._listener is None:
            self._listener = asking((await self._client.get("/", headers=self._headers)).text)
        listener = self._listener
        message = {"data": [], "event_data": {"question": question}, "session_hash": self.session}
        message |= {"fn_index": listener.fn_index, "trigger_id": listener.trigger_id} | body
        # As a browser does: a lone surrogate goes out escaped.
        return await self.send(json.dumps(message).encode(), seconds)

    async def send(self, body: bytes, seconds: float = 60) -> Reply:
        """Join the queue with `body`, and wait for what comes of it in the session that it names."""
        joined = await self._client.post(
            "/gradio_api/queue/join", content=body, headers=self._headers | {"content-type": "application/json"}
        )
        if joined.status_code != 200:
            return Reply(joined.status_code, message=joined.json().get("detail", ""))
        async with asyncio.timeout(seconds):
            return await self._listen(json.loads(body)["session_hash"])

    async def _listen(self, session: str) -> Reply:
        shown, message, ended = "", "", False
        outputs: list[Any] = []
        async with self._client.stream(
            "GET",
            "/gradio_api/queue/data",
            params={"session_hash": session},
            headers=self._headers,
        ) as stream:
            async for line in stream.aiter_lines():
                if not line.startswith("data: "):
                    continue
                event = json.loads(line.removeprefix("data: "))
                if event["msg"] in ("process_generating", "process_completed"):
                    output = event["output"]
                    if not event["success"]:
                        message = str(output.get("error"))
                    elif output.get("data"):
                        outputs = _updated(outputs, output["data"])
                        chat = outputs[self._listener.chat] if len(outputs) > self._listener.chat else None
                        shown = chat if isinstance(chat, str) else shown
                elif event["msg"] == "unexpected_error":
                    message = event["message"]
                ended = ended or event["msg"] == "process_completed"
        return Reply(200, shown, message, ended)


def _updated(outputs: list[Any], data: list[Any]) -> list[Any]:
    """`outputs` after an event: whole values at first, then edits of them."""
    if not outputs:
        return data
    return [_edited(old, new) for old, new in zip(outputs, data, strict=True)]


def _edited(old: Any, new: Any) -> Any:
    """Gradio sends a further value of a generator as a list of edits: ["replace", path, value] and its like."""
    if not (isinstance(new, list) and all(isinstance(edit, list) and len(edit) == 3 for edit in new)):
        return new
    for kind, path, value in new:
        assert not path, f"an edit inside a value: {path}"
        old = old + value if kind == "append" else value
    return old
