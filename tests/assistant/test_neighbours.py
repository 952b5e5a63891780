"""Processes of one home find each other by name, and one that was killed is not taken for one that is there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from assistant.neighbours import LONGEST, Neighbours


async def test_a_message_reaches_all_others_of_the_same_home(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    first, second, stranger, sender = (Neighbours(place) for place in (home, home, other, home))
    heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    for name, each in (("serve", first), ("listen", second), ("stranger", stranger)):
        each.on("news", lambda text, name=name: heard.put_nowait((name, text)))
    with first.known_as("serve"), second.known_as("listen"), stranger.known_as("serve"):
        assert sender.names() == ["listen", "serve"]
        assert first.others() == ["listen"]
        assert first.tell("news", "for you: ü") == 1
        assert sender.tell("news", "for both") == 2
        assert sender.tell("weather") == 2, "nobody asked for it, and it does no harm"
        assert sender.tell("news", "x" * LONGEST) == 0
        async with asyncio.timeout(60):
            found = [await heard.get() for _ in range(3)]
        assert sorted(found) == [("listen", "for both"), ("listen", "for you: ü"), ("serve", "for both")]
    assert sender.names() == []
    assert sender.tell("news") == 0


async def test_a_name_that_is_taken_gets_a_number_and_one_of_the_dead_does_not(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, sys, pathlib\nfrom assistant.neighbours import Neighbours\n"
        "async def main():\n"
        "    with Neighbours(pathlib.Path(sys.argv[1])).known_as('listen'):\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())"
    )
    dead = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script, tmp_path], check=False)
    assert dead.returncode == -9
    first, second = Neighbours(tmp_path), Neighbours(tmp_path)
    assert first._sockets() != []
    assert first.names() == []
    with first.known_as("listen"), second.known_as("listen"):
        assert (first.name, second.name) == ("listen", "listen 2")
        assert second.free("listen") == "listen 2"
        assert first.names() == ["listen", "listen 2"]


async def test_what_was_set_in_a_process_is_its_own_and_the_rest_is_that_of_the_one_that_serves(tmp_path: Path) -> None:
    serving, listening, alone = Neighbours(tmp_path), Neighbours(tmp_path), Neighbours(tmp_path)
    with listening.known_as("listen"):
        assert [listening.is_mine(asker) for asker in ("listen", "", "sess_1")] == [True, True, True]
        with serving.known_as("serve"):
            assert [listening.is_mine(asker) for asker in ("listen", "", "sess_1")] == [True, False, False]
            assert [serving.is_mine(asker) for asker in ("listen", "", "sess_1")] == [False, True, True]
        assert listening.is_mine("sess_1")
    assert alone.is_mine("listen")
