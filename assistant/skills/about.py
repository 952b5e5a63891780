"""Repartee about itself: a greeting, what it can do, which documents it has."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.languages.en.completeness import words_of
from assistant.skills.skill import SkillCall

if TYPE_CHECKING:
    from assistant.parts import Parts

MOST_TITLES = 3  # said of a library; nobody listens to more
MOST_EXAMPLES = 4
NO_DOCUMENTS = "I have no documents yet. Add some with: repartee knowledge add FOLDER."

_ASKED = {
    "greet": "hello; hi; hey; good morning; good afternoon; good evening; hello there; hi there; are you there",
    "part": "goodbye; bye; bye bye; good night; see you; see you later",
    "help": "what can you do; what can you do for me; what can you help me with; what can you help with; what do you do; "
    "what are you able to do; what else can you do; what kind of things can you do; what things can you do; "
    "what can i do with you; what skills do you have; what are your skills; what features do you have; "
    "what commands do you know; what do you understand; list your skills; tell me what you can do; what you can do; "
    "show me what you can do; how do you work; how do i use you; can you help me; i need help; do you have a name; "
    "tell me about yourself; what can i ask; what can i ask you; what can i say; what can i say to you; help; help me; how can you help; "
    "how can you help me; what are your capabilities; what sort of things can you do; what sort of things do you know; "
    "what can you tell me; what can you answer; what could you do for me; what are you good for; who are you; what are you; what is your name; what's your name",
    "documents": "what documents do you have; which documents do you have; what do you know; what do you know about; "
    "what have you read; which documents do you know; what documents do you know; list your documents; "
    "what are your documents; what's in your library; what is in your library; which files do you have; "
    "list my documents; show me my documents; how many documents do you have; what files do you have",
}
#: What an application says to a model before its user has said anything; more may follow ("and offer your help").
_BEGINNINGS = tuple(
    f"{wish.strip()} "
    for wish in (
        "greet the user; greet me; say hello; say hi; introduce yourself; briefly introduce yourself; "
        "start by greeting; start by introducing yourself; welcome the user; warmly greet"
    ).split(";")
)
_INTENTS = {phrase.strip(): intent for intent, phrases in _ASKED.items() for phrase in phrases.split(";")}


class About:
    """Answers what people say first to something that talks."""

    name = "about"
    examples = ("What documents do you have?", "What can you do?")

    def understand(self, words: str) -> SkillCall | None:
        """Understand greetings and questions about Repartee itself, which but for a wish to be greeted are whole."""
        asked = [word for word in words_of(words) if word not in ("please", "repartee", "hey")] or words_of(words)
        said = " ".join(asked)
        intent = _INTENTS.get(said) or ("greet" if f"{said} ".startswith(_BEGINNINGS) else None)
        return SkillCall(skill=self.name, intent=intent) if intent else None

    async def call(self, call: SkillCall, parts: Parts) -> str:
        """Say it."""
        if call.intent == "greet":
            return "Hello. Ask me something."
        if call.intent == "part":
            return "Goodbye."
        titles = await parts.in_library(
            lambda: [document.title for document in parts.library.documents(call.collections)]
        )
        if call.intent == "documents":
            return _documents(titles)
        tries = ", or ".join(f"“{example.rstrip('?.')}”" for example in parts.skills.examples()[:MOST_EXAMPLES])
        about = "I answer questions from your documents" if titles else NO_DOCUMENTS.rstrip(".")
        return f"{about}, and say where I read it. Try {tries}." if titles else f"{about}. Until then, try {tries}."


def _documents(titles: list[str]) -> str:
    if not titles:
        return NO_DOCUMENTS
    if len(titles) == 1:
        return f"I have one document: {titles[0]}."
    if len(titles) <= MOST_TITLES:
        return f"I have {len(titles)} documents: {', '.join(titles[:-1])} and {titles[-1]}."
    *some, last = titles[:MOST_TITLES]
    return f"I have {len(titles)} documents, among them {', '.join(some)} and {last}."
