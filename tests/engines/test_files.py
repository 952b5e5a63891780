import os
from pathlib import Path

import pytest

from engines.files import private_folder, whole_file, write_whole


def test_a_file_appears_when_all_of_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    flushed = []
    monkeypatch.setattr(os, "fsync", lambda _handle: flushed.append(path.exists()))
    with whole_file(path) as file:
        file.write(b"one")
        assert not path.exists()
    assert flushed == [False]
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode & 0o777 == 0o666 & ~current_umask()


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, b"one")

    def fail() -> None:
        with whole_file(path) as file:
            file.write(b"two")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == b"one"
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_links_are_followed_and_devices_are_written_to(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    write_whole(link, b"one")
    assert link.is_symlink()
    assert target.read_bytes() == b"one"
    write_whole(Path("/dev/null"), b"one")
    assert Path("/dev/null").is_char_device()


def test_a_long_name_may_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_whole(path, b"one")
    assert path.read_bytes() == b"one"


def test_a_private_folder_is_its_owners_with_all_that_had_to_be_made_for_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    private_folder(tmp_path / "home" / "cache" / "cost")
    modes = [path.stat().st_mode & 0o777 for path in sorted(tmp_path.rglob("*"))]
    assert modes == [0o700, 0o700, 0o700]
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    private_folder(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755
