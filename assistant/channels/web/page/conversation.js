const MOST_TURNS = 200; // shown; older ones leave
const BUDGET_MARK = 2 / 3; // where on a stage's bar its budget is
const STAGES = { endpoint: "Your pause", recognise: "Hearing", understand: "Understanding", retrieve: "Finding", read: "Reading", first_audio: "First sound" };

/* What was said: one turn for each question, found by its item and by its response. */
const conversation = {
  turns: new Map(), responses: new Map(), last: null, active: null, pending: new Set(), stale: new Set(),
  // active: the response under way; pending: items whose response is asked for and not yet begun

  get busy() { return this.active !== null || this.pending.size > 0; },

  turn(item) {
    if (this.turns.has(item)) return this.turns.get(item);
    const view = $("turn-shape").content.firstElementChild.cloneNode(true);
    const turn = { view, item, words: "", asked: false, answered: false, find: (name) => view.querySelector(name) };
    this.last?.find(".choices").replaceChildren();
    if (home.open && !matchMedia(WIDE).matches) home.show(false); // there is room for one of them
    this.turns.set(item, turn);
    this.last = turn;
    if (this.turns.size > MOST_TURNS) this.drop(this.turns.values().next().value);
    $("welcome").hidden = true;
    $("turns").hidden = false;
    $("turns").append(view);
    keepInView(true);
    return turn;
  },

  drop(turn) {
    this.turns.delete(turn.item);
    turn.view.remove();
    if (this.last === turn) this.last = [...this.turns.values()].at(-1) ?? null;
    $("turns").hidden = !this.turns.size;
    $("welcome").hidden = !!this.turns.size;
  },

  words(turn, text, partial) {
    turn.words = text;
    const line = turn.find(".question");
    line.textContent = text || "…";
    line.classList.toggle("partial", partial);
    keepInView();
  },

  begin(response) {
    const item = response.metadata?.item;
    this.pending.delete(item);
    const turn = this.turns.get(item) ?? [...this.turns.values()].findLast((one) => one.asked && !one.answered) ?? this.turn(response.id);
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
    line.hidden = false;
    line.textContent += text;
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
      const line = turn.find(".answer"), all = line.textContent, kept = response.output?.[0]?.content?.[0]?.transcript ?? all;
      if (all.startsWith(kept) && kept !== all) { // what was not heard stays readable, and looks it
        const rest = document.createElement("span");
        rest.className = "unheard";
        rest.textContent = all.slice(kept.length);
        line.replaceChildren(kept, rest);
      }
      tag(turn, "Interrupted");
    }
    if (response.status === "failed") {
      const sentence = response.status_details?.error?.message ?? "The reply failed.";
      tag(turn, sentence);
      announce(sentence);
    }
    evidence(turn, response.metadata ?? {});
    deeds(turn, response.metadata ?? {});
    if (response.status === "completed") announce(turn.find(".answer").textContent);
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
  },
};

const tag = (turn, text) => { const line = turn.find(".tag"); line.hidden = false; line.textContent = text; };
const parsed = (text, otherwise) => { try { return JSON.parse(text) ?? otherwise; } catch { return otherwise; } };

function evidence(turn, metadata) {
  const citations = parsed(metadata.repartee_citations, []).filter((one) => one.text), passage = parsed(metadata.repartee_passage, null);
  turn.find(".answer").classList.toggle("unsure", metadata.repartee_abstained === "true");
  if (citations.length) {
    const [best, ...others] = citations, name = best.document.split(/[\\/]/).at(-1);
    turn.find(".source").hidden = false;
    turn.find(".title").textContent = passage?.title || name;
    turn.find(".file").textContent = passage?.title ? name : "";
    turn.find(".file").title = best.document;
    turn.find(".sure").textContent = `${Math.round(100 * metadata.repartee_confidence)} % sure`;
    const quote = turn.find("blockquote"), around = passage ?? { text: best.text, start: 0, end: best.text.length };
    const letters = [...around.text], marked = document.createElement("mark"); // offsets count characters, not UTF-16 units
    marked.textContent = letters.slice(around.start, around.end).join("");
    quote.replaceChildren(letters.slice(0, around.start).join(""), marked, letters.slice(around.end).join(""));
    const also = [...new Set(others.map((one) => one.document.split(/[\\/]/).at(-1)))];
    turn.find(".also").hidden = !also.length;
    turn.find(".also").textContent = `Also in ${also.join(", ")}`;
  }
  ledger(turn, parsed(metadata.repartee_stages, []), Number(metadata.repartee_total_ms));
}

const FATES = { done: "confirmed", under_way: "on its way", sent: "told; it does not report back", silent: "did not answer", unavailable: "not reachable", not_sent: "nothing was sent", refused: "cannot do that" };

function deeds(turn, metadata) { // what was done, by name, or what may be answered to a question back
  const action = parsed(metadata.repartee_action, {}), line = turn.find(".deeds"), choices = turn.find(".choices");
  line.replaceChildren(...Object.entries(action.results ?? {}).map(([id, fate]) => make("li", { "data-fate": fate }, make("b", {}, home.name(id)), ` ${FATES[fate] ?? fate}`)));
  if (action.more) line.append(make("li", {}, `and ${action.more} more`));
  line.hidden = !line.childElementCount;
  if (turn !== conversation.last) return;
  const which = () => { // those of one name are told apart by their areas
    const names = action.entities.map((id) => home.name(id));
    return names.map((name, at) => { const area = home.devices.get(action.entities[at])?.area; return area && names.indexOf(name) !== names.lastIndexOf(name) ? `${name} in the ${area}` : name; });
  };
  const answers = { yes: () => ["Yes", "No"], which: () => (action.entities?.length <= 6 && !action.more ? which() : []) }[metadata.repartee_asks]?.() ?? [];
  choices.replaceChildren(...answers.map((text) => {
    const button = make("button", { type: "button", class: "small" }, text);
    button.addEventListener("click", ({ detail }) => { if (ask(text) && !detail) $("question").focus(); }); // by keyboard: the button goes
    return button;
  }));
}

function ledger(turn, stages, total) {
  if (!stages.length) return;
  const over = stages.filter(([, , , late]) => late).length, ms = (value) => (value < 9.95 ? value.toFixed(1) : Math.round(value).toString());
  const box = turn.find(".ledger");
  box.querySelector("summary").textContent = `${ms(total)} ms to the answer, ${over ? `${over} of ${stages.length} over budget` : "within budget"}`;
  const scale = $("stage-shape").content.firstElementChild.cloneNode(true);
  scale.className = "stage scale";
  scale.ariaHidden = "true";
  scale.querySelector(".bar i").textContent = "budget";
  box.querySelector("ol").replaceChildren(scale, ...stages.map(([name, budget, spent, late, note]) => {
    const row = $("stage-shape").content.firstElementChild.cloneNode(true), find = (part) => row.querySelector(part);
    row.classList.toggle("over", late);
    row.dataset.stage = name;
    find(".name").textContent = STAGES[name] ?? name.replaceAll("_", " ");
    find(".bar i").style.width = `${Math.min(1, (spent / (budget || 1)) * BUDGET_MARK) * 100}%`;
    find(".spent").textContent = `${ms(spent)} of ${ms(budget)} ms`;
    const remark = (note ?? "").replace(/(^|; )[\d.]+ ms over$/, ""); // which the bar shows
    find(".note").hidden = !remark;
    find(".note").textContent = remark;
    return row;
  }));
  box.hidden = false;
}
