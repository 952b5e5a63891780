from typing import Any

from assistant.dialogue.sessions import Sessions


class Told:
    """A conversation that notes what is announced in it."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bool]] = []
        self.name = ""

    def known_as(self, asker: str) -> None:
        self.name = asker

    async def announce(self, text: str, *, urgent: bool = False) -> None:
        self.said.append((text, urgent))


async def test_an_announcement_reaches_all_or_those_it_is_for_while_they_are_open() -> None:
    sessions = Sessions(2)
    kitchen: Any = Told()
    hall: Any = Told()
    with sessions.opened(kitchen, name="kitchen") as first:
        with sessions.opened(hall):
            assert sessions.full
            assert kitchen.name == "kitchen"
            assert await sessions.announce("Dinner is ready.") == 2
            assert await sessions.announce("Fire!", to=first.id, urgent=True) == 1
            assert await sessions.announce("The tea is ready.", to="kitchen") == 1
        assert not sessions.full
        assert await sessions.announce("Good night.", to="hall") == 0
    assert [text for text, _ in hall.said] == ["Dinner is ready."]
    assert kitchen.said[1:] == [("Fire!", True), ("The tea is ready.", False)]
    assert await sessions.announce("Anybody?") == 0


async def test_an_area_is_spoken_to_in_every_conversation_there_and_case_is_nothing() -> None:
    sessions = Sessions(3)
    shelf: Any = Told()
    table: Any = Told()
    hall: Any = Told()
    with (
        sessions.opened(shelf, name="shelf", area="Kitchen"),
        sessions.opened(table, name="table", area="Kitchen"),
        sessions.opened(hall, name="hall", area="Hall"),
    ):
        assert await sessions.announce("The tea is ready.", to="kitchen") == 2
        assert await sessions.announce("Dinner.", to="Shelf") == 1
    assert [len(one.said) for one in (shelf, table, hall)] == [2, 1, 0]
