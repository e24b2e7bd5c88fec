"""The suites of `python -m tests.reliability`, short: the same promises on fewer inputs, most with fake models."""

import asyncio
import json

import pytest
import suite_browser
import suite_server
import suite_store
import suite_text
from guarded_page import served
from suite import Row
from suite_faults import full_disk

from app.__main__ import load_pipeline
from index.settings import DEFAULT_SOURCE

GOLDEN = (("Who was the director?", "Ada Quill"), ("Who made the music?", "Tomas Reed, Ines Vale"))


def assert_kept(row: Row) -> None:
    assert row.faults == (), row.measured


@pytest.fixture(scope="module")
def page():
    with served(quiet=False) as page:
        yield page


def test_visitors_at_once_are_all_answered_right(page) -> None:
    assert_kept(asyncio.run(suite_server.load(page, GOLDEN, visitors=10, questions=2)))


def test_an_overload_leaves_nobody_hanging() -> None:
    with served("--seconds", "0.1", "--policy", json.dumps({"queue_size": 10})) as page:
        row = asyncio.run(suite_server.overload(page, GOLDEN, visitors=40))
    assert_kept(row)
    assert " 0 told" not in row.measured


def test_bad_input_breaks_nothing(page) -> None:
    strings = suite_server.naughty()
    assert_kept(asyncio.run(suite_server.bad_input(page, GOLDEN, strings[::9] + strings[-15:])))


def test_only_the_allowed_routes_answer(page) -> None:
    assert len(suite_server.every_route()) > 60
    assert_kept(asyncio.run(suite_server.surface(page)))


def test_a_killed_build_leaves_one_index_whole_and_no_files() -> None:
    assert_kept(suite_store.kills(8))


def test_every_damage_is_noticed() -> None:
    assert_kept(suite_store.corruption(24))


def test_a_full_disk_leaves_the_old_index(tmp_path) -> None:
    assert full_disk(tmp_path) == []


def test_no_script_of_a_question_or_an_article_runs() -> None:
    assert_kept(suite_browser.script_injection(suite_browser.vectors()[::4], addresses=2))


def test_planted_instructions_move_no_answer(tmp_path) -> None:
    pipeline = load_pipeline(DEFAULT_SOURCE, tmp_path)
    assert_kept(suite_text.planted_instructions(pipeline, suite_text.injections()[::15]))
