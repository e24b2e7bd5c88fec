from pathlib import Path

import pytest
from fakes import FakeEncoder

import index.__main__ as command
from index.encoder import EncoderError
from index.store import index_folder

TEXT = "The lead.\n== Music ==\nTomas Reed played the music, and everybody who heard it was silent for a long time " + (
    "and listened " * 10
)


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(command, "Encoder", FakeEncoder)
    (tmp_path / "film.txt").write_text(TEXT)
    return ["--source", str(tmp_path / "film.txt"), "--index-dir", str(tmp_path / "index")]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    with pytest.raises(SystemExit) as exit:
        command.main(list(arguments))
    return exit.value.code, *capsys.readouterr()


def test_build_says_how_much_is_indexed(capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    assert run(capsys, "build", *options) == (0, "2 passages of 1 article(s) are indexed\n", "")


def test_info_shows_the_articles_and_where_the_index_is(capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    code, output, _ = run(capsys, "info", *options)
    folder = index_folder(Path(options[1]), Path(options[3]))
    assert code == 0 and str(folder) in output and FakeEncoder.name in output
    assert f"film.txt: “film”, {len(TEXT)} characters, 2 passages" in output
    assert (folder / "manifest.json").is_file()


def test_search_shows_score_article_section_offsets_and_beginning(
    capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    code, output, _ = run(capsys, "search", "who", "played", "music", *options)
    first, beginning, second, _ = output.splitlines()
    start = TEXT.index("Tomas")
    assert code == 0
    assert first.split() == ["0.0328", "film.txt", "Music", f"{start}–{len(TEXT.rstrip())}"]
    assert beginning.strip().startswith("Tomas Reed played the music") and beginning.endswith("…")
    assert second.split()[2] == "(lead)"


def test_search_takes_words_that_are_not_utf8(capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    code, output, _ = run(capsys, "search", "music \udcff", *options)
    assert code == 0 and "Tomas Reed" in output


def test_search_shows_as_many_as_asked(capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    assert len(run(capsys, "search", "music", "--count", "1", *options)[1].splitlines()) == 2


@pytest.mark.parametrize("name", ["build", "info", "search"])
def test_the_source_and_the_index_folder_can_come_from_the_environment(
    capsys: pytest.CaptureFixture[str], options: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("ASK_THE_FILM_SOURCE", options[1])
    monkeypatch.setenv("ASK_THE_FILM_INDEX_DIR", options[3])
    assert run(capsys, name, *["music"] * (name == "search"))[0] == 0
    assert index_folder(Path(options[1]), Path(options[3])).is_dir()


@pytest.mark.parametrize("name", ["build", "info", "search"])
def test_a_source_that_is_not_there_is_one_line_of_error(
    capsys: pytest.CaptureFixture[str], options: list[str], name: str
) -> None:
    options[1] += "x.txt"
    code, output, error = run(capsys, name, *["music"] * (name == "search"), *options)
    assert (code, output) == (2, "")
    assert error == f"error: {options[1]} does not exist; give a .txt file, or a folder of them\n"


def test_an_article_without_sentences_is_one_line_of_error(
    capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    Path(options[1]).write_text("== Cast ==")
    code, _, error = run(capsys, "build", *options)
    assert code == 2 and error.startswith("error: there is no sentence to search in film.txt")
    assert error.count("\n") == 1


def test_a_missing_model_is_one_line_of_error(
    capsys: pytest.CaptureFixture[str], options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise EncoderError("the model is missing")

    monkeypatch.setattr(FakeEncoder, "encode", missing)
    assert run(capsys, "build", *options) == (2, "", "error: the model is missing\n")
