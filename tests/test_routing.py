"""Routes by the nearest phrasing, measured on phrasings that did not build it."""

from collections import Counter
from pathlib import Path

import pytest

from app.routing import FACT, PHRASINGS, REPLIES, Router
from index.encoder import Encoder

HELD_OUT = Path(__file__).parent / "phrasings.tsv"
KIND = {route: "chat" for route in REPLIES} | {"about": "overview", "plot": "overview", "ending": "overview"}
MIN_ACCURACY = {"chat": 0.8, "overview": 0.65, "cast": 0.8, "awards": 0.6, "more": 0.6, FACT: 0.97}


def phrasings(path: Path) -> list[tuple[str, str]]:
    return [tuple(line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(Encoder())


def test_no_held_out_phrasing_built_the_routes():
    built = {text.lower().strip(" ?!.") for _, text in phrasings(PHRASINGS)}
    assert not built & {text.lower().strip(" ?!.") for _, text in phrasings(HELD_OUT)}


@pytest.mark.parametrize("kind", MIN_ACCURACY)
def test_held_out_phrasings_find_their_kind(router, kind):
    asked = [(route, text) for route, text in phrasings(HELD_OUT) if KIND.get(route, route) == kind]
    found = Counter(KIND.get(router.route(text), router.route(text)) == kind for _, text in asked)
    assert found[True] / len(asked) >= MIN_ACCURACY[kind], found


@pytest.mark.parametrize("question", ["what is The Copper Orchard about", "the copper orchard: what's it about?"])
def test_the_title_stands_for_the_film(router, question):
    assert router.route(question, "The Copper Orchard") == "about"


@pytest.mark.parametrize("question", ["Who plays Hello Nurse?", "why does he thank her", "What happens to Bye Bob?"])
def test_a_fact_that_names_a_greeting_stays_a_fact(router, question):
    assert router.route(question) == FACT


def test_every_route_of_the_phrasings_is_known():
    assert {route for route, _ in phrasings(PHRASINGS)} == {*KIND, "cast", "awards", "more", FACT}
