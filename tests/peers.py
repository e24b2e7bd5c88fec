"""Time the program beside Haystack's extractive pipeline: the same weights, passages and questions, in turn.

Haystack wants an environment of its own: `pip install ".[train]" accelerate haystack-ai==2.31.0`, then
`python tests/peers.py FILE` with reading records whose contexts are whole articles.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from haystack import Document, Pipeline
from haystack.components.embedders import SentenceTransformersTextEmbedder
from haystack.components.readers import ExtractiveReader
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

sys.path.insert(0, str(Path(__file__).parent.parent))

from app.evaluation import with_pipelines
from app.pipeline import PASSAGES_READ
from app.pipeline import Pipeline as Program
from app.reader.benchmark import unpack
from app.reader.choice import open_reader
from app.reader.records import read_records
from index.article import parse
from index.encoder import Encoder, model_folder
from index.splitter import split
from index.store import build_index


def haystack_pipeline(reader: ExtractiveReader, article_text: str, encoder: Encoder) -> Pipeline:
    passages = [passage.text for passage in split(parse(article_text, "article.txt"))]
    store = InMemoryDocumentStore()
    vectors = encoder.encode(passages).tolist()
    store.write_documents([Document(content=text, embedding=vector) for text, vector in zip(passages, vectors)])
    pipeline = Pipeline()
    pipeline.add_component("embed", SentenceTransformersTextEmbedder(str(model_folder()), progress_bar=False))
    pipeline.add_component("retrieve", InMemoryEmbeddingRetriever(store, top_k=PASSAGES_READ))
    pipeline.add_component("read", reader)
    pipeline.connect("embed", "retrieve.query_embedding")
    pipeline.connect("retrieve", "read")
    return pipeline


def main(file: Path) -> None:
    records = read_records(file)
    encoder = Encoder()
    first = build_index([parse(records[0].context, "article.txt")], encoder)
    program = Program(first, encoder, *open_reader(""))
    times: dict[str, list[float]] = {"program": [], "haystack": []}
    with tempfile.TemporaryDirectory() as folder:
        unpack(Path(folder))
        context, peer = "", None
        for record, asked in with_pipelines(records, program):
            if record.context != context:
                context = record.context
                peer = haystack_pipeline(ExtractiveReader(folder), context, encoder)
                peer.run({"embed": {"text": record.question}, "read": {"query": record.question}})
                asked.ask(record.question)
            started = time.perf_counter()
            asked.ask(record.question)
            times["program"].append(time.perf_counter() - started)
            started = time.perf_counter()
            peer.run({"embed": {"text": record.question}, "read": {"query": record.question}})
            times["haystack"].append(time.perf_counter() - started)
    median = {name: float(np.median(each)) for name, each in times.items()}
    figures = {f"{name}_median_ms": round(1000 * value, 1) for name, value in median.items()}
    print(json.dumps(figures | {"ratio": round(median["haystack"] / median["program"], 2), "questions": len(records)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
