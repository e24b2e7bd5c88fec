"""What answered: the hashes and the version that transcripts and feedback carry."""

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

_WEIGHTS = Path(__file__).parent / "reader" / "weights"


def program_version() -> str:
    """The installed program's version."""
    return importlib.metadata.version("ask-the-film")


@cache
def model_sha256() -> str:
    """SHA-256 over the names and the bytes of the reader's model, tokenizer and calibration, in the order of names."""
    digest = hashlib.sha256()
    for file in sorted(_WEIGHTS.iterdir()):
        if file.suffix in (".bin", ".json", ".xml"):
            digest.update(file.name.encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
