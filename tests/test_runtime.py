import subprocess
import sys
from pathlib import Path

WATCH = """
import sys, time
asked = []
network = ("socket.getaddrinfo", "socket.connect")
sys.addaudithook(lambda event, given: asked.append(given) if event in network else None)
from app.reader.model import Reader
assert Reader().read("Who directed it?", ["Ada Quill directed it."])
time.sleep(1)
sys.exit(f"the network was asked: {asked}" if asked else 0)
"""


def test_the_runtime_asks_no_network():
    root = Path(__file__).parent.parent
    ended = subprocess.run([sys.executable, "-c", WATCH], cwd=root, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
