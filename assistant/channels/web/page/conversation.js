const MOST_TURNS = 200; // shown; older ones leave
/* What was said: one turn for each question, found by its item and by its response. */
const conversation = {
  turns: new Map(), responses: new Map(), last: null, active: null, pending: new Set(), stale: new Set(),
  // active: the response under way; pending: items whose response is asked for and not yet begun

  get busy() { return this.active !== null || this.pending.size > 0; },

  turn(item, unasked = false) {
    if (this.turns.has(item)) return this.turns.get(item);
    const view = $("turn-shape").content.firstElementChild.cloneNode(true);
    const turn = { view, item, words: "", said: "", unheard: "", asked: false, answered: false, find: (name) => view.querySelector(name) };
    this.last?.find(".choices").replaceChildren();
    if (!unasked && !matchMedia(WIDE).matches) closePanels(); // there is room for one of them
    turn.find(".copy").addEventListener("click", () => copy(turn.said));
    turn.find(".again").addEventListener("click", ({ detail }) => { if (ask(turn.words) && !detail) $("question").focus(); });
    turn.find(".file").addEventListener("click", () => reading.cited(turn.citation));
    this.turns.set(item, turn);
    this.last = turn;
    if (this.turns.size > MOST_TURNS) this.drop(this.turns.values().next().value);
    this.stands();
    $("turns").append(view);
    keepInView(true);
    return turn;
  },

  stands() { // a conversation, or the welcome
    $("welcome").hidden = this.turns.size > 0;
    $("turns").hidden = $("afresh").hidden = !this.turns.size;
  },

  drop(turn) {
    this.turns.delete(turn.item);
    turn.view.remove();
    if (this.last === turn) this.last = [...this.turns.values()].at(-1) ?? null;
    this.stands();
  },

  words(turn, text, partial) {
    turn.words = text;
    const line = turn.find(".question");
    line.textContent = text || "…";
    line.classList.toggle("partial", partial);
    turn.find(".again").hidden = partial || !text;
    keepInView();
  },

  begin(response) {
    const item = response.metadata?.item;
    this.pending.delete(item);
    const turn = this.turns.get(item) ?? [...this.turns.values()].findLast((one) => one.asked && !one.answered) ?? this.turn(response.id, true);
    turn.answered = true;
    this.responses.set(response.id, turn);
    this.active = response.id;
    turn.find(".waiting").hidden = false;
    keepInView();
  },

  say(response, item, text) {
    const turn = this.responses.get(response);
    if (!turn || this.stale.has(item)) return;
    turn.reply = item;
    turn.find(".waiting").hidden = true;
    const line = turn.find(".answer");
    line.hidden = turn.find(".copy").hidden = false;
    line.textContent = turn.said += text;
    keepInView();
  },

  interrupt() { // the person speaks, types or presses Esc: silence at once, and the server learns what was heard
    const cut = player.stop();
    if (cut) {
      send({ type: "conversation.item.truncate", item_id: cut.item, content_index: 0, audio_end_ms: cut.ms });
      this.stale.add(cut.item);
      for (const turn of this.turns.values()) if (turn.reply === cut.item) tag(turn, "Interrupted");
    }
    show();
    return cut !== null;
  },

  end(response) {
    const turn = this.responses.get(response.id);
    this.responses.delete(response.id);
    if (this.active === response.id) { this.active = null; now.thinking = false; }
    if (!turn) return;
    turn.find(".waiting").hidden = true;
    if (response.status === "cancelled") {
      const kept = response.output?.[0]?.content?.[0]?.transcript ?? turn.said;
      if (turn.said.startsWith(kept)) unheard(turn, turn.said.slice(kept.length));
      tag(turn, "Interrupted");
    }
    if (response.status === "failed") {
      const sentence = response.status_details?.error?.message ?? "The reply failed.";
      tag(turn, sentence);
      announce(sentence);
    }
    turn.metadata = response.metadata ?? {};
    evidence(turn, turn.metadata);
    deeds(turn, turn.metadata);
    if (response.status === "completed") announce(turn.said);
    chronicle.keep();
    keepInView();
  },

  lost() {
    for (const turn of this.responses.values()) { turn.find(".waiting").hidden = true; tag(turn, "The connection was lost"); }
    if (this.last && !this.last.answered) {
      if (this.last.words) { this.words(this.last, this.last.words, false); tag(this.last, "The connection was lost"); } else this.drop(this.last);
    }
    this.responses.clear();
    this.pending.clear();
    this.active = null;
    chronicle.keep();
  },

  afresh() { // the server begins anew, too: what was said before is in no answer
    stop();
    for (const turn of [...this.turns.values()]) this.drop(turn);
    chronicle.keep();
    connection.renew();
    $("question").focus();
  },
};

const tag = (turn, text) => { const line = turn.find(".tag"); line.hidden = false; line.textContent = text; };
const unheard = (turn, text) => { // stays readable, and looks it
  turn.unheard = text;
  turn.find(".answer").replaceChildren(turn.said.slice(0, turn.said.length - text.length), ...(text ? [make("span", { class: "unheard" }, text)] : []));
};
const parsed = (text, otherwise) => { try { return JSON.parse(text) ?? otherwise; } catch { return otherwise; } };
