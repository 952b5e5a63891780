const MOST_KEPT = 50; // turns that outlive a reload
const MOST_RECALLED = 5; // exchanges that the server is told again, so that a follow-up is understood
const TURNS = "repartee-turns", DRAFT = "repartee-draft";

/* The conversation as this tab keeps it: shown again after a reload, and told to a server that does not know it. */
const chronicle = {
  keep() {
    const all = [...conversation.turns.values()].filter(({ words }) => words).slice(-MOST_KEPT)
      .map((turn) => ({ item: turn.item, words: turn.words, said: turn.said, unheard: turn.unheard, tag: turn.find(".tag").textContent, metadata: turn.metadata ?? {} }));
    while (!remembered.write("sessionStorage", TURNS, all) && all.length) all.shift();
  },

  show() {
    for (const { item, words, said, unheard: rest, tag: label, metadata } of remembered.read("sessionStorage", TURNS, [])) {
      const turn = conversation.turn(item);
      turn.asked = turn.answered = true;
      turn.said = said;
      turn.metadata = metadata;
      conversation.words(turn, words, false);
      turn.find(".answer").hidden = turn.find(".copy").hidden = !said;
      unheard(turn, rest);
      if (label || !said) tag(turn, label || "Not answered");
      evidence(turn, metadata);
      deeds(turn, metadata);
      turn.find(".choices").replaceChildren(); // the server waits for no answer any more
    }
    $("question").value = remembered.read("sessionStorage", DRAFT, "");
  },

  recall() { // to a session that has just begun
    const told = [...conversation.turns.values()].filter(({ metadata }) => metadata?.repartee_outcome === "answered").slice(-MOST_RECALLED);
    for (const { words, said } of told)
      for (const [role, type, text] of [["user", "input_text", words], ["assistant", "output_text", said]])
        send({ type: "conversation.item.create", item: { type: "message", role, content: [{ type, text }] } });
  },
};

async function copy(text) {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else { // a page that came over plain HTTP
      const field = make("textarea", { class: "heard-only", "aria-hidden": "true" }, text), before = document.activeElement;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      before?.focus();
    }
    announce("Copied.");
  } catch { notify("The browser does not let this page copy; mark the text and copy it yourself."); }
}
