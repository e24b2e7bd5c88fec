"""Fine-tune all-MiniLM-L6-v2 for span extraction with no-answer training (Devlin et al. 2019, section 4.3)."""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from tqdm import tqdm
from transformers import AutoModelForQuestionAnswering

from app.reader.examples import ExampleMaker
from app.reader.export import shipped_weights
from app.reader.records import Example, Record
from index.encoder import Encoder, model_folder

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class Recipe:
    epochs: float = 4
    seed: int = 0
    peak_learning_rate: float = 1.5e-4
    warmup_share: float = 0.03
    decay_share: float = 0.4
    dropout: float = 0.1
    weight_decay: float = 0.01
    batch_tokens: int = 4096
    max_tokens: int = 208
    checkpoint_every: int = 200


@dataclass(frozen=True)
class Encoded:
    """Word-piece ids of `[CLS] question [SEP] context [SEP]`, and the answer's first and last piece (0, 0 for none)."""

    ids: list[int]
    context_start: int
    start: int
    end: int


def train(records: list[Record], out: Path, recipe: Recipe, start: Path | None = None) -> None:
    """Train on `records` and leave the model in `out`; a stopped run goes on from the checkpoint there.

    It begins with the model that ships in the folder `start`, or with the packaged all-MiniLM-L6-v2. Runs in bfloat16
    where the matrix products allow it, on CUDA when there is a GPU. Attention has no dropout: on a CPU it would cost
    more than the rest.
    """
    out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)
    folder = model_folder()
    model = AutoModelForQuestionAnswering.from_pretrained(
        folder, attn_implementation="eager", hidden_dropout_prob=recipe.dropout, attention_probs_dropout_prob=0.0
    )
    if start is not None:
        model.load_state_dict(shipped_weights(start, model))
    model.to(device)
    # Half of all weights, seldom touched by an update and slow to step on a CPU.
    model.bert.embeddings.word_embeddings.weight.requires_grad = False
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    maker = ExampleMaker(records, Encoder(), recipe.seed)
    epochs = [_batches(_encode(maker.epoch(0), tokenizer, recipe), recipe, 0)]
    steps_per_epoch = len(epochs[0])
    total_steps = round(steps_per_epoch * recipe.epochs)
    optimizer = torch.optim.AdamW(
        [weights for weights in model.parameters() if weights.requires_grad],
        lr=recipe.peak_learning_rate,
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    done = _resume(out / CHECKPOINT, model, optimizer, device)
    model.train()
    losses: list[float] = []
    with tqdm(total=total_steps, initial=done, unit="step", mininterval=10) as progress:
        for batch in _from_step(done, total_steps, steps_per_epoch, maker, tokenizer, recipe):
            for group in optimizer.param_groups:
                group["lr"] = recipe.peak_learning_rate * _schedule(done / total_steps, recipe)
            loss = _loss(model, batch, device)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            done += 1
            losses.append(loss.item())
            progress.update()
            progress.set_postfix(loss=f"{np.mean(losses[-200:]):.3f}")
            if done % recipe.checkpoint_every == 0 and done < total_steps:
                _save(out / CHECKPOINT, model, optimizer, done)
    _save(out / CHECKPOINT, model, optimizer, done)
    model.save_pretrained(out)
    (out / "recipe.json").write_text(json.dumps(asdict(recipe) | {"steps": total_steps}, indent=1) + "\n")


def _from_step(
    done: int, total_steps: int, steps_per_epoch: int, maker: ExampleMaker, tokenizer: Tokenizer, recipe: Recipe
) -> Iterator[list[Encoded]]:
    """The batches from step `done` on. Epochs differ a little in length, so each is cut or repeated to the first's."""
    for step_of_epoch in range(done, total_steps):
        epoch, place = divmod(step_of_epoch, steps_per_epoch)
        if place == 0 or step_of_epoch == done:
            batches = _batches(_encode(maker.epoch(epoch), tokenizer, recipe), recipe, epoch)
        yield batches[place % len(batches)]


def _schedule(share_done: float, recipe: Recipe) -> float:
    """Linear warm-up, a plateau, then linear decay to zero: restarted with fewer epochs, a run ends well sooner."""
    return min(1.0, share_done / recipe.warmup_share, (1 - share_done) / recipe.decay_share)


def _encode(examples: list[Example], tokenizer: Tokenizer, recipe: Recipe) -> list[Encoded]:
    """Examples in word pieces; those whose answer lies beyond `max_tokens` are left out."""
    tokenizer.enable_truncation(recipe.max_tokens, strategy="only_second")
    encodings = tokenizer.encode_batch([(example.question, example.context) for example in examples])
    encoded = []
    for example, encoding in zip(examples, encodings):
        context_start = encoding.sequence_ids.index(1)
        if example.start is None:
            encoded.append(Encoded(encoding.ids, context_start, 0, 0))
            continue
        start = encoding.char_to_token(example.start, 1)
        end = encoding.char_to_token(example.end - 1, 1)
        if start is not None and end is not None:
            encoded.append(Encoded(encoding.ids, context_start, start, end))
    return encoded


def _batches(encoded: list[Encoded], recipe: Recipe, epoch: int) -> list[list[Encoded]]:
    """Batches of like length, `batch_tokens` word pieces each with padding, in random order."""
    rng = random.Random(f"{recipe.seed}/{epoch}/batches")
    # A little noise on the length keeps the same records from meeting in every epoch.
    by_length = sorted(encoded, key=lambda example: len(example.ids) + rng.uniform(0, 4))
    batches: list[list[Encoded]] = [[]]
    longest = 0
    for example in by_length:
        longest = max(longest, _width([example]))
        if (len(batches[-1]) + 1) * longest > recipe.batch_tokens:
            batches.append([])
            longest = _width([example])
        batches[-1].append(example)
    rng.shuffle(batches)
    return batches


def _width(batch: list[Encoded]) -> int:
    """Word pieces of the longest example, rounded up: each new shape costs a CPU the time to compile its products."""
    return -(-max(len(example.ids) for example in batch) // 8) * 8


def _loss(model: torch.nn.Module, batch: list[Encoded], device: torch.device) -> torch.Tensor:
    """Mean of the start's and the end's cross-entropy over [CLS] (no answer) and the context's word pieces."""
    width = _width(batch)
    ids = torch.zeros((len(batch), width), dtype=torch.long)
    attention = torch.zeros((len(batch), width), dtype=torch.long)
    types = torch.zeros((len(batch), width), dtype=torch.long)
    answerable = torch.zeros((len(batch), width), dtype=torch.bool)
    for row, example in enumerate(batch):
        length = len(example.ids)
        ids[row, :length] = torch.tensor(example.ids)
        attention[row, :length] = 1
        types[row, example.context_start : length] = 1
        answerable[row, example.context_start : length - 1] = True
        answerable[row, 0] = True
    with torch.autocast(device.type, dtype=torch.bfloat16):
        output = model(
            input_ids=ids.to(device), attention_mask=attention.to(device), token_type_ids=types.to(device)
        )
    forbidden = ~answerable.to(device)
    losses = []
    for logits, gold in ((output.start_logits, [e.start for e in batch]), (output.end_logits, [e.end for e in batch])):
        logits = logits.float().masked_fill(forbidden, -1e4)
        losses.append(torch.nn.functional.cross_entropy(logits, torch.tensor(gold, device=device)))
    return torch.stack(losses).mean()


def _save(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, done: int) -> None:
    partial = path.with_suffix(".partial")
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "done": done}, partial)
    partial.replace(path)


def _resume(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, device: torch.device) -> int:
    """Load the checkpoint, if there is one; returns the number of steps it has behind it."""
    if not path.exists():
        return 0
    state = torch.load(path, map_location=device, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["done"]
