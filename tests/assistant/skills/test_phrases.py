from types import SimpleNamespace

from assistant.skills.clock import Clock
from assistant.skills.phrases import SkillPhrases
from assistant.skills.skill import Skills


class Tennis:
    name = "tennis"
    examples = ("Book a court at Roehampton.", "Who plays Okonkwo?")


def test_a_recognizer_expects_what_other_packages_skills_listen_for_and_not_plain_english() -> None:
    assert SkillPhrases(Skills([Clock(), Tennis()])).phrases() == list(Tennis.examples)
    assert SkillPhrases(Skills([Clock()])).phrases() == []
    assert SkillPhrases(Skills([SimpleNamespace(name="bare", examples=())])).phrases() == []
