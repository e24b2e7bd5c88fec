import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import app.feedback
from app.answer import Answer, Citation
from app.feedback import EARLIER_NAME, FILE_NAME, read, store, summarise

CITATION = Citation("a.txt", "Crew", 0, 3, "Ada", "Ada did.", 0, 8)
ANSWER = Answer(True, "Ada", 0.93, "Who did it?", (CITATION,))
REFUSAL = Answer(False, "", 0.2, "Why?", (CITATION,))
HASHES = {"a.txt": "00ff"}


def vote(folder: Path, key: str, vote: str, answer: Answer = ANSWER) -> None:
    store(folder, key, vote, "Who did it?\n“Ada”?", answer, HASHES, "00ab")


def test_a_vote_is_one_line_with_question_answer_scores_and_versions(tmp_path: Path) -> None:
    vote(tmp_path / "new", "k1", "up")
    (line,) = (tmp_path / "new" / FILE_NAME).read_text().splitlines()
    fields = json.loads(line)
    assert fields["question"] == "Who did it?\n“Ada”?"
    assert (fields["text"], fields["probability"], fields["citations"][0]["quote"]) == ("Ada", 0.93, "Ada did.")
    assert fields["articles"] == HASHES
    assert fields["model_sha256"] == "00ab" and fields["version"]


def test_the_last_vote_on_an_answer_counts(tmp_path: Path) -> None:
    for key, thumb in (("k1", "up"), ("k2", "down"), ("k1", "down"), ("k2", "")):
        vote(tmp_path, key, thumb)
    assert [(fields["key"], fields["vote"]) for fields in read(tmp_path)] == [("k1", "down")]


def test_votes_at_the_same_time_are_all_whole(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: vote(tmp_path, f"k{number}", "up"), range(40)))
    assert {fields["key"] for fields in read(tmp_path)} == {f"k{number}" for number in range(40)}


def test_a_vote_that_the_disk_has_no_room_for_leaves_the_others_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote(tmp_path, "k0", "up")
    write = os.write
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:20]))
        vote(tmp_path, "k1", "up")
    vote(tmp_path, "k2", "up")
    assert [fields["key"] for fields in read(tmp_path)] == ["k0", "k2"]


def test_the_files_stay_small_and_the_newest_votes_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.feedback, "MAX_FILE_BYTES", 2000)
    for number in range(30):
        vote(tmp_path, f"k{number}", "up")
    assert (tmp_path / FILE_NAME).stat().st_size <= 2000
    assert (tmp_path / EARLIER_NAME).stat().st_size <= 2000
    assert read(tmp_path)[-1]["key"] == "k29"


def test_lines_that_are_no_vote_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b'{"key": "k0"}\n\xff\n[1]\n{"ke')
    vote(tmp_path, "k1", "up")
    vote(tmp_path, "k2", "up")
    assert [fields["key"] for fields in read(tmp_path)] == ["k2"]


def test_the_summary_counts_by_what_was_said_and_how_sure(tmp_path: Path) -> None:
    vote(tmp_path, "k1", "up")
    vote(tmp_path, "k2", "down", replace(ANSWER, text="Eve", probability=0.5))
    vote(tmp_path, "k3", "down", REFUSAL)
    summary = summarise(read(tmp_path))
    assert summary["all"] == {"up": 1, "down": 2}
    assert summary["refusals"] == {"up": 0, "down": 1}
    assert summary["answers_by_probability"] == {"0.5": {"up": 0, "down": 1}, "0.9": {"up": 1, "down": 0}}
    assert [fields["text"] for fields in summary["disliked"]] == ["", "Eve"]
    assert list(summary["by_model"].values()) == [{"up": 1, "down": 2}]


def test_the_command_prints_the_summary(tmp_path: Path) -> None:
    vote(tmp_path / "ask-the-film", "k1", "down")
    command = [sys.executable, "-m", "app", "feedback"]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    summary = json.loads(run.stdout)
    assert summary["all"] == {"up": 0, "down": 1}
    assert str(tmp_path) in summary["folder"]
