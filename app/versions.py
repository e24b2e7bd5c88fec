"""What answered: the version that transcripts and feedback carry."""

import importlib.metadata


def program_version() -> str:
    """The installed program's version."""
    return importlib.metadata.version("ask-the-film")
