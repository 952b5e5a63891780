"""The main verbs of English that questions are asked with, and which question a statement's verb makes."""

from __future__ import annotations

#: In the form that follows do, did or does.
VERBS = frozenset(
    (
        "add allow appear arrive ask become begin believe belong boil borrow break brew bring build burn buy call "
        "care carry catch cause change charge choose clean close come consist contain control cook cost count cover "
        "create cross cut date deal die differ discover do drink drive drop earn eat end enter exist fall feed feel "
        "fight find finish fit fix fly follow form freeze get give go grow happen hatch have hear heat help hide hold "
        "hunt increase invent involve keep kill know land last lay lead learn leave let lie like live look lose love "
        "make marry mean measure meet melt migrate move need occur open orbit order own pay place plant play "
        "pollinate press produce protect prove provide publish pull put reach read receive refer release remain "
        "remove replace represent require rest ripen rise run say see sell send serve set share shine show shut sing "
        "sink sit sleep sound speak spend spread stand start stay stop store study suffer swim take taste teach tell "
        "think travel try turn use visit wait walk want wash water wear weigh win work write"
    ).split()
)
#: Of those whose past is no regular one.
_PAST = dict(
    pair.split("-")
    for pair in (
        "became-become began-begin brought-bring built-build bought-buy caught-catch chose-choose came-come did-do "
        "drank-drink drove-drive ate-eat fell-fall fed-feed felt-feel fought-fight found-find flew-fly froze-freeze "
        "gave-give went-go grew-grow had-have heard-hear held-hold kept-keep knew-know laid-lay led-lead left-leave "
        "lost-lose made-make meant-mean met-meet paid-pay rose-rise ran-run saw-see sold-sell sent-send shone-shine "
        "sang-sing sank-sink sat-sit slept-sleep spoke-speak spent-spend stood-stand swam-swim took-take taught-teach "
        "told-tell thought-think wore-wear won-win wrote-write"
    ).split()
)


def is_verb(word: str) -> bool:
    """Know a verb also with an ending that a recognizer may have heard into it: "does a worker lives"."""
    return bool({word, word.removesuffix("s"), word.removesuffix("ed"), word.removesuffix("d")} & VERBS)


def asked_with(word: str) -> tuple[str, str] | None:
    """Return what asks for a statement's verb, and its form then; None for what is no verb that is known.

    "reached" is asked for with ("did", "reach"), "looks" with ("does", "look").
    """
    if word in VERBS:
        return "do", word
    if word in _PAST:
        return "did", _PAST[word]
    for ending, auxiliary in (("ed", "did"), ("d", "did"), ("es", "does"), ("s", "does")):
        base = word.removesuffix(ending)
        if base != word and base in VERBS:
            return auxiliary, base
    return None
