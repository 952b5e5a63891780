"""The words of a question that are worth searching for."""

#: Words that say how a question is asked, or that every text has. They are searched only if nothing else is left.
STOP_WORDS = frozenset(
    """
    a about an and any are as at be been being but by can could did do does for from had has have having he her
    hers him his how i if in into is it its itself just me my of on or our ours she should so some such than
    that the their theirs them then there these they this those to too us was we were what when where which who
    whom whose why will with would you your yours
    s t d ll m re ve
    please tell know say
    """.split()
)
