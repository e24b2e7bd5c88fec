"""Records → training examples: a question beside one window of its context, as the retriever will serve it."""

import random
from collections import defaultdict
from dataclasses import replace

import numpy as np

from app.reader.disguise import Disguise
from app.reader.history import with_history
from app.reader.records import Example, Gold, Record
from app.reader.rough import roughen
from index.article import parse
from index.encoder import Encoder
from index.splitter import section_sentences, split

WHOLE_ARTICLE_SOURCES = ("film-written", "film-dialogues", "encyclopedia-written")
SAMPLE = {
    "qamr": 0.12,
    "squadshifts-amazon": 0.1,
    "squadshifts-reddit": 0.1,
    "fairytaleqa": 0.35,
    "film-written": 0.35,
}
"""Share of a source's records drawn in each epoch, where not all; least, of what is furthest from an encyclopedia."""
NEGATIVES = {"squadshifts-new-wiki": 0.35, "squadshifts-amazon": 0.2, "squadshifts-reddit": 0.2, "nq-qed": 0.3}
"""Chance that an answerable record also gives a window of its context from which the answering sentence is gone."""
HARD_NEGATIVES = 6
"""Negatives on whole articles are drawn from this many passages that the encoder puts nearest to the question."""
WINDOW_WORDS = 95
GATHERED_PASSAGES = 3
GATHERED_SHARE = 0.3
"""Chance that an example of a whole article has sentences of several passages, the answer among its rivals."""
WHOLE_SHARE = {"squad2-dev-half": 0.5, "squadshifts-new-wiki": 0.4, "nq-qed": 0.4}
"""Chance that a record gives its whole context: SQuAD 2.0's adversarial questions play on one sentence of it."""
WHOLE_WORDS = 140
"""A longer context is never given whole: it would be cut, and an answer near its end never seen."""
ROUGH_SHARE = 0.4
DISGUISED_SHARE = 0.5
"""Chance that an example of a whole article gets other names and numbers."""
FOLLOW_UP_SHARE = 0.6
"""Chance that a question with a history is asked as it was typed, its history behind it, and not as it stands alone."""
UNTOLD_SHARE = 0.15
"""Chance that an answer of the history is left out, as though the program had refused."""
STRAY_HISTORY_SHARE = 0.08
"""Chance that a question that stands alone gets another question of its article as a history, which says nothing."""


class ExampleMaker:
    """Draws each epoch's examples; the same seed and epoch give the same list."""

    def __init__(self, records: list[Record], encoder: Encoder, seed: int) -> None:
        self._seed = seed
        self._short = [record for record in records if record.source not in WHOLE_ARTICLE_SOURCES]
        self._articles = [record for record in records if record.source in WHOLE_ARTICLE_SOURCES]
        self._sentences: dict[str, list[tuple[int, int]]] = {}
        by_source = defaultdict(set)
        for record in self._short:
            by_source[record.source].add(record.context)
        self._neighbours = {source: sorted(contexts) for source, contexts in by_source.items()}
        self._passages = {
            record.context: split(parse(record.context, record.group)) for record in self._articles
        }
        self._nearest = self._rank(encoder)
        self._disguise = Disguise(self._passages)
        self._asked: dict[str, list[Record]] = defaultdict(list)
        for record in self._articles:
            self._asked[record.context].append(record)

    def epoch(self, number: int) -> list[Example]:
        rng = random.Random(f"{self._seed}/{number}")
        examples = []
        for record in self._short:
            if rng.random() < SAMPLE.get(record.source, 1.0):
                examples += self._from_short(record, rng)
        for position, record in enumerate(self._articles):
            if rng.random() >= SAMPLE.get(record.source, 1.0):
                continue
            for example in self._from_article(record, self._nearest[position], rng):
                examples.append(self._disguise.apply(example, rng) if rng.random() < DISGUISED_SHARE else example)
        rng.shuffle(examples)
        return [
            replace(example, question=roughen(example.question, rng)) if rng.random() < ROUGH_SHARE else example
            for example in examples
        ]

    def _rank(self, encoder: Encoder) -> list[list[int]]:
        """For each whole-article record, its article's passages from the nearest to the question on."""
        contexts = list(self._passages)
        texts = [passage.text for context in contexts for passage in self._passages[context]]
        vectors = encoder.encode(texts, show_progress=True)
        questions = encoder.encode([record.question for record in self._articles], show_progress=True)
        first, offset = {}, 0
        for context in contexts:
            first[context] = offset
            offset += len(self._passages[context])
        nearest = []
        for record, question in zip(self._articles, questions):
            begin = first[record.context]
            scores = vectors[begin : begin + len(self._passages[record.context])] @ question
            nearest.append(np.argsort(-scores).tolist())
        return nearest

    def _from_short(self, record: Record, rng: random.Random) -> list[Example]:
        question = with_history(record.typed, record.history)
        whole = rng.random() < WHOLE_SHARE.get(record.source, 0.0) and len(record.context.split()) <= WHOLE_WORDS
        if not record.golds:
            return [Example(question, record.context if whole else self._any_window(record.context, rng))]
        gold = rng.choice(record.golds)
        context, shift = record.context, 0
        if record.source == "qamr":
            # Its contexts are single sentences: put others around them, since a passage has several.
            before, after = (rng.choice(self._neighbours["qamr"]) for _ in range(2))
            pieces = [before] * rng.randint(0, 1) + [record.context] + [after] * rng.randint(0, 1)
            shift = len(pieces[0]) + 1 if pieces[0] is not record.context else 0
            context = " ".join(pieces)
        gold = Gold(gold.text, gold.start + shift)
        examples = [
            Example(question, context, gold.start, gold.end) if whole else self._positive(question, context, gold, rng)
        ]
        if rng.random() < NEGATIVES.get(record.source, 0.0):
            examples += self._without_answer(question, record, rng)
        return examples

    def _from_article(self, record: Record, nearest: list[int], rng: random.Random) -> list[Example]:
        question = self._question(record, rng)
        passages = self._passages[record.context]
        if not record.golds:
            served = rng.sample(nearest[:HARD_NEGATIVES], k=min(2, len(nearest)))
            examples = [Example(question, passages[number].text) for number in served]
            if rng.random() < GATHERED_SHARE:
                examples[-1] = self._gathered(question, record, nearest, rng)
            return examples
        gold = rng.choice(record.golds)
        holding = [passage for passage in passages if passage.start <= gold.start and gold.end <= passage.end]
        if rng.random() < GATHERED_SHARE:
            examples = [self._gathered(question, record, nearest, rng, gold)]
        elif holding and rng.random() < 0.6:
            passage = rng.choice(holding)
            examples = [Example(question, passage.text, gold.start - passage.start, gold.end - passage.start)]
        else:
            examples = [self._positive(question, record.context, gold, rng)]
        silent = [number for number in nearest if not _mentions(passages[number].text, record)][:HARD_NEGATIVES]
        choice = rng.random()
        if choice < 0.25:
            examples += self._without_answer(question, record, rng)
        elif choice < 0.35:
            stranger = rng.choice(self._articles)
            if stranger.group != record.group:
                examples.append(Example(question, rng.choice(self._passages[stranger.context]).text))
        elif silent and rng.random() < GATHERED_SHARE:
            examples.append(self._gathered(question, record, silent, rng))
        elif silent:
            examples.append(Example(question, passages[rng.choice(silent)].text))
        return examples

    def _gathered(
        self, question: str, record: Record, nearest: list[int], rng: random.Random, gold: Gold | None = None
    ) -> Example:
        """Sentences from some near passages that hold no answer, and that of `gold`, each with the one before it."""
        context, sentences = record.context, self._sentence_spans(record.context)
        chosen = [] if gold is None else [self._in_context(context, gold.start, gold.end)]
        for number in rng.sample(nearest[:HARD_NEGATIVES], k=min(GATHERED_PASSAGES, len(nearest))):
            passage = self._passages[context][number]
            inside = [(s, e) for s, e in sentences if passage.start <= s and e <= passage.end]
            silent = [(s, e) for s, e in inside if not _mentions(context[s:e], record)]
            if silent:
                start, end = rng.choice(silent)
                wider = self._in_context(context, start, end)
                chosen.append((start, end) if _mentions(context[slice(*wider)], record) else wider)
        text, gold_start, done = "", None, 0
        for start, end in sorted(chosen):
            # What overlaps is given once.
            start = max(start, done)
            if start < end:
                text += " " if text and start > done else ""
                if gold is not None and start <= gold.start < end:
                    gold_start = len(text) + gold.start - start
                text += context[start:end]
                done = end
        if gold is None:
            return Example(question, text)
        return Example(question, text, gold_start, gold_start + len(gold.text))

    def _in_context(self, context: str, start: int, end: int) -> tuple[int, int]:
        """Offsets of the sentences that `context[start:end]` reaches into, and of the one before in their paragraph."""
        sentences = self._sentence_spans(context)
        touched = [number for number, (s, e) in enumerate(sentences) if s < end and start < e]
        if not touched:
            return start, end
        first = touched[0]
        if first and "\n" not in context[sentences[first - 1][1] : sentences[first][0]]:
            first -= 1
        return min(start, sentences[first][0]), max(end, sentences[touched[-1]][1])

    def _question(self, record: Record, rng: random.Random) -> str:
        if record.history:
            if rng.random() >= FOLLOW_UP_SHARE:
                return record.question
            told = [(asked, "" if rng.random() < UNTOLD_SHARE else answer) for asked, answer in record.history]
            return with_history(record.typed, told)
        if rng.random() < STRAY_HISTORY_SHARE:
            stray = rng.choice(self._asked[record.context])
            return with_history(record.question, [(stray.question, stray.golds[0].text if stray.golds else "")])
        return record.question

    def _positive(self, question: str, context: str, gold: Gold, rng: random.Random) -> Example:
        start, end = self._window(context, gold.start, gold.end, rng)
        return Example(question, context[start:end], gold.start - start, gold.end - start)

    def _without_answer(self, question: str, record: Record, rng: random.Random) -> list[Example]:
        """The window around a gold answer with the sentences that hold an answer taken out; none if nothing is left."""
        gold = record.golds[0]
        start, end = self._window(record.context, gold.start, gold.end, rng, words=WINDOW_WORDS + 30)
        kept = [
            record.context[s:e]
            for s, e in self._sentence_spans(record.context)
            if start <= s and e <= end and not _mentions(record.context[s:e], record)
        ]
        return [Example(question, " ".join(kept))] if kept else []

    def _any_window(self, context: str, rng: random.Random) -> str:
        start, end = self._window(context, *rng.choice(self._sentence_spans(context)), rng)
        return context[start:end]

    def _window(
        self, context: str, start: int, end: int, rng: random.Random, words: int = WINDOW_WORDS
    ) -> tuple[int, int]:
        """Whole sentences around `context[start:end]`, one to five more, not far beyond `words` words."""
        sentences = self._sentence_spans(context)
        first = max((i for i, (s, _) in enumerate(sentences) if s <= start), default=0)
        last = min((i for i, (_, e) in enumerate(sentences) if e >= end), default=len(sentences) - 1)
        # A gold answer may begin in the space or heading before a sentence.
        window_start, window_end = min(start, sentences[first][0]), max(end, sentences[last][1])
        for _ in range(rng.randint(1, 5)):
            before = first > 0 and rng.random() < 0.5
            if before:
                first -= 1
            elif last + 1 < len(sentences):
                last += 1
            grown_start = min(window_start, sentences[first][0])
            grown_end = max(window_end, sentences[last][1])
            grown = context[grown_start:grown_end]
            if len(grown.split()) > words or "\n==" in grown:
                break
            window_start, window_end = grown_start, grown_end
        return window_start, window_end

    def _sentence_spans(self, context: str) -> list[tuple[int, int]]:
        if context not in self._sentences:
            article = parse(context, "")
            self._sentences[context] = [
                span for section in article.sections for span in section_sentences(article, section)
            ]
        return self._sentences[context]


def _mentions(text: str, record: Record) -> bool:
    folded = text.casefold()
    return any(gold.text.casefold() in folded for gold in record.golds)
