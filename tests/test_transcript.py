import json
import re

from app.answer import Answer, Citation
from app.web.history import Turn, article_sha256
from app.web.transcript import as_json, as_markdown
from index.article import parse

ARTICLE = parse("The *Lantern* keeper.\n\n== Crew ==\nAda [Quill] directed it.\n", "Lantern.txt")
QUOTE = "Ada [Quill] directed it."
START = ARTICLE.text.index(QUOTE)
CITATION = Citation("Lantern.txt", "Crew", START, START + 11, "Ada [Quill]", QUOTE, START, START + len(QUOTE))
TURNS = [
    Turn("And who\n# did it?", Answer(True, "Ada [Quill]", 0.959, "Who directed <it>?", (CITATION,)), vote="up"),
    Turn("Why?", Answer(False, "", 0.1, "Why?", (CITATION,))),
    Turn("Hello", Answer(False, "Hello!", 0.0, "Hello", (), "chat")),
    Turn("What?", notice="Something went wrong."),
]


def test_json_holds_quotes_offsets_and_the_hashes_of_article_and_model() -> None:
    transcript = json.loads(as_json(TURNS, [ARTICLE], "00ab"))
    assert transcript["articles"] == [{"name": "Lantern.txt", "title": "Lantern", "sha256": article_sha256(ARTICLE)}]
    assert transcript["model_sha256"] == "00ab"
    citation = transcript["turns"][0]["citations"][0]
    assert ARTICLE.text[citation["start"] : citation["end"]] == citation["text"] == "Ada [Quill]"
    assert ARTICLE.text[citation["quote_start"] : citation["quote_end"]] == citation["quote"]
    assert [turn["question"] for turn in transcript["turns"]] == [turn.question for turn in TURNS]
    assert [turn.get("answered") for turn in transcript["turns"]] == [True, False, False, None]
    assert transcript["turns"][0]["vote"] == "up"


def test_markdown_reads_as_a_conversation_and_means_nothing_by_the_texts_own_marks() -> None:
    text = as_markdown(TURNS, [ARTICLE], "00ab")
    assert re.findall("^## (.*)$", text, re.MULTILINE) == [r"1. And who \# did it?", "2. Why?", "3. Hello", "4. What?"]
    assert r"Read as: *Who directed \<it\>?*" in text
    assert r"**Ada \[Quill\]** (very sure, 95 %)" in text
    assert r"> Ada \[Quill\] directed it." in text
    assert f"Lantern.txt, Crew, characters {START}–{START + 11}" in text
    assert "The article does not say. The nearest passage:" in text
    assert f"`{article_sha256(ARTICLE)}`" in text and "`00ab`" in text
    assert "Something went wrong." in text and "Hello!" in text
