"""python -m app.reader train | export | calibrate | evaluate | report | benchmark."""

import json
import random
from pathlib import Path
from typing import Annotated

import typer

from app.dialogues import facts, read_dialogues
from app.reader.metrics import Prediction, best_f1, summarise
from app.reader.model import WEIGHTS
from app.reader.records import Record, read_records
from app.settings import ReaderName

HELD_OUT_ARTICLES = 16
"""Articles of film.jsonl.gz that are never trained on: the calibration and the threshold come from them."""
HELD_OUT = Path(__file__).parent / "held_out.jsonl.gz"
"""And from these: more articles of the same kind, and passages of Wikipedia."""
ARTICLES = Path(__file__).parent / "articles.jsonl.gz"
"""More articles on films that do not exist, with their questions, written for this project to train on."""
ENCYCLOPEDIA = Path(__file__).parent / "encyclopedia.jsonl.gz"
"""Real passages of Wikipedia with questions written for this project, to train on."""
CONVERSATIONS = Path(__file__).parent / "conversations.jsonl.gz"
"""Conversations about texts of both, written for this project to train on."""

cli = typer.Typer(help="Train, export, calibrate and measure the reader.", add_completion=False)

Data = Annotated[Path, typer.Option(help="Folder with train.jsonl.gz and film.jsonl.gz.")]
Weights = Annotated[Path, typer.Option(help="Folder of the reader's weights.")]
Records = Annotated[Path, typer.Argument(help="Reading records, .jsonl or .jsonl.gz.")]


def divide(records: list[Record]) -> tuple[list[Record], list[Record]]:
    """Whole-article records → those to train on, and those of the held-out articles."""
    groups = sorted({record.group for record in records})
    held_out = set(random.Random(0).sample(groups, HELD_OUT_ARTICLES))
    return [r for r in records if r.group not in held_out], [r for r in records if r.group in held_out]


@cli.command()
def train(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder for the checkpoint and the trained model.")],
    epochs: Annotated[float, typer.Option(min=0.1)] = 4,
    seed: int = 0,
    start: Annotated[
        Path | None, typer.Option(help="Begin with the int8 weights in this folder, not with all-MiniLM-L6-v2.")
    ] = None,
    learning_rate: Annotated[float, typer.Option(help="At its peak.")] = 1.5e-4,
) -> None:
    """Fine-tune the packaged all-MiniLM-L6-v2; a stopped run goes on from its last checkpoint."""
    from app.reader.training import Recipe
    from app.reader.training import train as run

    to_train, _ = divide(read_records(data / "film.jsonl.gz"))
    records = read_records(data / "train.jsonl.gz") + to_train + read_records(ARTICLES) + read_records(ENCYCLOPEDIA)
    for dialogue in read_dialogues(data / "dialogues.jsonl.gz") + read_dialogues(CONVERSATIONS):
        records += facts(dialogue)
    run(records, out, Recipe(epochs=epochs, seed=seed, peak_learning_rate=learning_rate), start)


@cli.command()
def export(
    trained: Annotated[list[Path], typer.Argument(help="What `train` left in its --out; the mean of several.")],
    weights: Weights = WEIGHTS,
) -> None:
    """Write the form that ships."""
    from app.reader.export import export as write

    write(trained, weights)


@cli.command()
def calibrate(data: Data, reader: ReaderName = "") -> None:
    """Fit the probability and choose the refusal threshold on the articles held out of training."""
    from app.calibrating import calibrate as run
    from app.reader.choice import calibration_folder, open_reader

    held_out = divide(read_records(data / "film.jsonl.gz"))[1] + read_records(HELD_OUT)
    print(json.dumps(run(held_out, open_reader(reader)[0], calibration_folder(reader))))


@cli.command()
def evaluate(
    file: Records,
    reader: ReaderName = "",
    by_source: Annotated[bool, typer.Option("--by-source", help="Add the figures of each source.")] = False,
) -> None:
    """Read each record's whole context and print SQuAD 2.0's figures in percent, at the shipped threshold."""
    from tqdm import tqdm

    from app.reader.calibration import features
    from app.reader.choice import open_reader

    model, calibration = open_reader(reader)
    predictions: dict[str, list[Prediction]] = {}
    for record in tqdm(read_records(file), unit="question"):
        golds = tuple(gold.text for gold in record.golds)
        spans = model.read(record.question, [record.context])
        if not spans:
            prediction = Prediction("", 0.0, golds)
        else:
            best = spans[0]
            # As in the pipeline: the same words in an overlapping window are no rival.
            rival = next((span for span in spans if span.end <= best.start or best.end <= span.start), None)
            probability = float(calibration.probability(features(best, rival)))
            prediction = Prediction(record.context[best.start : best.end], probability, golds)
        predictions.setdefault(record.source, []).append(prediction)
    everything = [prediction for group in predictions.values() for prediction in group]
    figures = summarise(everything, calibration.threshold) | {"threshold": calibration.threshold}
    figures["best_f1"], figures["best_f1_threshold"] = best_f1(everything)
    if by_source:
        figures["by_source"] = {name: summarise(group, calibration.threshold) for name, group in predictions.items()}
    print(json.dumps(figures))


@cli.command()
def report(
    file: Annotated[Path, typer.Argument(help="Reading records whose contexts are whole articles.")],
    out: Annotated[Path, typer.Option(help="Folder for reliability.png, risk_coverage.png and report.json.")],
    reader: ReaderName = "",
) -> None:
    """Ask every question of a file through retrieval; write how sure the answers were, and how often right."""
    from app.calibrating import judge
    from app.reader.choice import open_reader
    from app.reader.report import write_report

    model, calibration = open_reader(reader)
    inputs, right = judge(read_records(file), model)
    print(json.dumps(write_report(calibration.probability(inputs), right, calibration.threshold, out)))


@cli.command()
def benchmark(file: Records) -> None:
    """Time the shipped int8 reader beside the same weights in float32 torch, and count the answers that agree."""
    from app.reader.benchmark import benchmark as run

    print(json.dumps(run(read_records(file))))


def main() -> None:
    """Run the command line; what goes wrong with a file or a model becomes a message."""
    try:
        cli(prog_name="python -m app.reader")
    except (OSError, ValueError, RuntimeError) as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
