"""What the page sends to Gradio's queue, checked before Gradio reads it."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

MAX_DEPTH = 20
SESSION = r"[A-Za-z0-9]{1,32}"
Session = Annotated[str, StringConstraints(pattern=rf"^{SESSION}$")]


class MessageError(ValueError):
    """The body is not a message of the page's; the text is fit to show."""


class _Message(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    session_hash: Session
    fn_index: int


class Join(_Message):
    """A click or a question. Gradio's further fields (batches, tokens, event ids) are dropped: the page sends none."""

    data: list[Any]
    event_data: dict[str, Any] | None = None
    trigger_id: int | None = None


class Cancel(_Message):
    """A tab no longer waits for its answer."""

    event_id: Session


class Reset(BaseModel):
    """As Cancel; Gradio does nothing with it."""

    model_config = ConfigDict(strict=True, extra="ignore")

    event_id: Session


def cleaned(body: bytes, kind: type[BaseModel], functions: Mapping[int, int]) -> bytes:
    """`body` as JSON of the fields of `kind` alone, fit for every encoder further down. Raises MessageError.

    `functions` has the number of each listener of the page that runs here, and how many values it takes: Gradio fills
    the log with a traceback for each message that fits none. A lone surrogate, which a browser can send and UTF-8
    cannot hold, becomes a question mark: the event stream would break on it.
    """
    try:
        message = kind.model_validate(json.loads(body))
    except (ValueError, RecursionError) as error:  # a ValidationError is a ValueError
        raise MessageError("This is not a message of the page. Please load it again.") from error
    if isinstance(message, _Message):
        takes = functions.get(message.fn_index)
        if takes is None or (isinstance(message, Join) and len(message.data) != takes):
            raise MessageError("The page has changed. Please load it again.")
    fields = message.model_dump()
    if _depth(fields) > MAX_DEPTH:
        raise MessageError(f"This message nests lists and objects deeper than {MAX_DEPTH}; the page's do not.")
    try:
        return json.dumps(fields, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    except ValueError as error:
        raise MessageError("This message holds a number that JSON does not have, NaN or an infinity.") from error


def _depth(value: Any) -> int:
    """How deep lists and objects nest in `value`; without recursion, since that is what a deep value would break."""
    depth, level = 0, [value]
    while level := [
        inner
        for outer in level
        if isinstance(outer, dict | list)
        for inner in (outer.values() if isinstance(outer, dict) else outer)
    ]:
        depth += 1
    return depth
