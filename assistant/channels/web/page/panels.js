const WIDE = "(min-width: 64rem)"; // where a panel stands beside the conversation, not in its place
const OPENERS = { home: "house", household: "clock", documents: "shelf", settings: "tune" }; // the buttons of the panels, by their ids
const panel = (id) => ({ home, household, documents, settings: preferences })[id];

function beside(id, open) { // one panel at a time
  if (open) for (const other of Object.keys(OPENERS)) if (other !== id && panel(other).open) panel(other).show(false);
  $(OPENERS[id]).setAttribute("aria-expanded", open);
  $(id).hidden = !open;
  document.body.classList.toggle("with-panel", Object.keys(OPENERS).some((one) => panel(one).open));
  if (open) scrollTo(0, matchMedia(WIDE).matches ? scrollY : 0); else keepInView(true);
}

function closePanels() { for (const id of Object.keys(OPENERS)) if (panel(id).open) panel(id).show(false); }

function leavePanel(within) { // by Escape; the focus goes back to where the panel was opened
  const id = within.closest?.("#household, #documents, #settings")?.id;
  if (!id) return false;
  panel(id).show(false);
  $(OPENERS[id]).focus();
  return true;
}

/** Ask the server for JSON. Throws an Error whose message is a sentence. */
async function asked(path, options = {}) {
  let answer, told;
  try {
    answer = await fetch(path, { ...options, headers: bearer(), cache: "no-store" });
    told = await answer.json();
  } catch { throw new Error(NO_SERVER); }
  if (answer.status === 401) connection.ask();
  if (!answer.ok) throw new Error(told.error?.message ?? `The server answered ${answer.status}.`);
  return told;
}
