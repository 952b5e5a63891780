"""What is told of a citation: its words, completed by what stands around them in the document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from assistant.turn.cells import with_cells_said
from assistant.turn.completing import (
    may_be_of_a_list,
    may_be_of_a_table,
    with_its_list,
    with_its_qualifier,
    with_its_row,
    with_its_sentence,
    with_what_follows,
)
from assistant.turn.conditions import with_its_condition
from assistant.turn.denying import with_its_correction, with_its_denial, with_its_refusal, with_the_denial_above
from assistant.turn.events import Citation
from assistant.turn.fitting import with_the_cell_that_fits
from assistant.turn.ingredients import asks_for_ingredients, with_amounts
from assistant.turn.pricing import with_what_it_buys
from assistant.turn.rows import may_ask_for_rows, with_all_rows
from assistant.turn.steps import with_its_steps
from assistant.turn.times import with_all_times, with_its_end

#: Completes a citation by the text of its document.
Completing = Callable[[Citation, str], Citation]
#: Runs one where that text is.
Beside = Callable[[Completing, Citation], Awaitable[Citation]]


async def told(question: str, cited: Citation, beside: Beside, *, is_yesno: bool) -> Citation:
    """Return what is told of a citation that answers `question`; `is_yesno`: whether that asks for yes or no."""
    if is_yesno:
        return await _agreeing(question, cited, beside)
    if may_be_of_a_table(cited):
        cited = await beside(partial(with_the_cell_that_fits, question), cited)
    whole = await _whole(question, cited, beside)
    if whole.said:
        return whole
    if whole is cited:
        whole = with_all_times(question, with_its_steps(question, cited))
    if "\n" not in whole.text:
        whole = with_what_it_buys(with_its_correction(whole))
        whole = with_its_denial(question, with_its_condition(question, with_its_qualifier(whole)))
        whole = with_its_end(question, whole)
    return await _said(question, cited, whole, beside)


async def _agreeing(question: str, cited: Citation, beside: Beside) -> Citation:
    """What says yes or no: a whole sentence, item or row, with what it hangs on."""
    whole = await beside(with_its_row, cited) if may_be_of_a_table(cited) else cited
    whole = with_its_condition(question, with_what_follows(with_its_sentence(whole)))
    return await _said(question, cited, with_its_refusal(whole), beside)


async def _whole(question: str, cited: Citation, beside: Beside) -> Citation:
    """All of the list or of the table's rows of which a part is cited, where that was asked for."""
    if may_be_of_a_list(cited):
        complete = with_amounts if asks_for_ingredients(question) else with_its_list
        return await beside(partial(complete, question), cited)
    if may_be_of_a_table(cited) and may_ask_for_rows(question):
        return await beside(partial(with_all_rows, question), cited)
    return cited


async def _said(question: str, cited: Citation, whole: Citation, beside: Beside) -> Citation:
    """Return what is `whole` under the denial above its list, if any, and its cells as they are said."""
    if may_be_of_a_list(cited):
        whole = await beside(partial(with_the_denial_above, question), whole)
    if not whole.said and may_be_of_a_table(whole):
        whole = await beside(partial(with_cells_said, question), whole)
    return whole
