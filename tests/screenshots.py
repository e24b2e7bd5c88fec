"""Take the README's screenshots of the real program: `python -m tests.screenshots FOLDER`.

Light, dark and phone; an answer, a refusal and a rewritten follow-up.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 380, "height": 800}
PATIENCE_MS = 120_000  # for a busy machine
ANSWERED = "Who directed the film?"
FIRST, FOLLOW_UP = "Who wrote the novel?", "How did he die?"
REFUSED = "Who composed the music?"
SHOTS = (
    ("answer-light", "light", WIDE, (ANSWERED,)),
    ("follow-up-dark", "dark", WIDE, (FIRST, FOLLOW_UP)),
    ("refusal-light", "light", WIDE, (REFUSED,)),
    ("answer-phone", "dark", PHONE, (ANSWERED,)),
)


@contextmanager
def program() -> Iterator[str]:
    """The address of the program, which runs as long as the block."""
    command = [sys.executable, "-m", "app", "--port", "0"]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().removeprefix("Open ").strip()
        finally:
            process.terminate()


def take(page: Page, questions: tuple[str, ...], file: Path) -> None:
    """Ask the questions, one after the other, and write what the page then looks like."""
    page.wait_for_selector(".status.ready")
    page.wait_for_selector(".idea")
    for number, question in enumerate(questions, 1):
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        page.wait_for_function(f"document.querySelectorAll('.turn:not(.waiting)').length == {number}")
    page.wait_for_timeout(500)  # what fades in
    page.screenshot(path=file)
    with Image.open(file) as image:
        # Of Pillow's ways to 256 colours, the one that keeps those that little of a picture has.
        small = image.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(file, optimize=True)


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("give one folder to write to, as in: python -m tests.screenshots screenshots")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with program() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, scheme, size, questions in SHOTS:
            page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto(address)
            take(page, questions, folder / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
