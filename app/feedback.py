"""Thumbs up and down, kept on this machine as JSON Lines, so that an owner can learn from them."""

import errno
import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock
from platformdirs import user_data_path

from app.answer import Answer
from app.versions import program_version

MAX_FILE_BYTES = 5_000_000
"""A file that has grown past this becomes the earlier one, and what was the earlier one goes."""
MAX_LISTED = 20
LOCK_SECONDS = 10
FILE_NAME = "feedback.jsonl"
EARLIER_NAME = "feedback.earlier.jsonl"


def feedback_folder() -> Path:
    """Where this user's feedback is kept."""
    return user_data_path("ask-the-film", appauthor=False)


def store(
    folder: Path, key: str, vote: str, question: str, answer: Answer, articles: dict[str, str], model_sha256: str
) -> None:
    """Append one vote as a line. `key` names the answer, whose last vote counts; `vote` is "up", "down" or "" (taken
    back); `articles` gives each article's SHA-256 by its name. Raises OSError.
    """
    fields = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "key": key,
        "vote": vote,
        "question": question,
        **asdict(answer),
        "articles": articles,
        "model_sha256": model_sha256,
        "version": program_version(),
    }
    line = (json.dumps(fields) + "\n").encode("ascii")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE_NAME
    with FileLock(folder / ".feedback.lock", timeout=LOCK_SECONDS):
        if file.exists() and file.stat().st_size + len(line) > MAX_FILE_BYTES:
            os.replace(file, folder / EARLIER_NAME)
        # One write to a file opened for appending: a line is there whole, or not at all.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.fstat(descriptor).st_size
            if os.write(descriptor, line) < len(line):
                os.ftruncate(descriptor, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        finally:
            os.close(descriptor)


def read(folder: Path) -> list[dict[str, Any]]:
    """The last vote on each answer, oldest first; lines that are not a vote are passed over. Raises OSError."""
    votes: dict[str, dict[str, Any]] = {}
    for name in (EARLIER_NAME, FILE_NAME):
        if (folder / name).exists():
            for fields in _lines((folder / name).read_bytes().splitlines()):
                votes.pop(fields["key"], None)
                votes[fields["key"]] = fields
    return [fields for fields in votes.values() if fields["vote"]]


def _lines(lines: Iterable[bytes]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        if isinstance(fields, dict) and {"key", "vote", "question", "answered", "text", "probability"} <= fields.keys():
            yield fields


def summarise(votes: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts of thumbs up and down in all, among answers and refusals, by sureness and by model, and what was disliked.

    A band of probability is a tenth, named by its lower edge. The newest disliked answers come first.
    """
    sure = [fields for fields in votes if fields["answered"] and fields.get("kind") == "fact"]
    return {
        "all": _count(votes),
        "answers": _count([fields for fields in votes if fields["answered"]]),
        "refusals": _count([fields for fields in votes if not fields["answered"]]),
        "answers_by_probability": {
            f"{band / 10:.1f}": _count([fields for fields in sure if _band(fields) == band])
            for band in sorted({_band(fields) for fields in sure})
        },
        "by_model": {
            model: _count([fields for fields in votes if fields.get("model_sha256") == model])
            for model in dict.fromkeys(fields.get("model_sha256") for fields in votes)
        },
        "disliked": [
            {name: fields[name] for name in ("question", "answered", "text", "probability")}
            for fields in reversed(votes)
            if fields["vote"] == "down"
        ][:MAX_LISTED],
    }


def _band(fields: dict[str, Any]) -> int:
    return min(int(fields["probability"] * 10), 9)


def _count(votes: list[dict[str, Any]]) -> dict[str, int]:
    counted = Counter(fields["vote"] for fields in votes)
    return {"up": counted["up"], "down": counted["down"]}
