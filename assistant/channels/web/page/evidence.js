const BUDGET_MARK = 2 / 3; // where on a stage's bar its budget is
const STAGES = { endpoint: "Your pause", recognise: "Hearing", understand: "Understanding", retrieve: "Finding", read: "Reading", first_audio: "First sound" };
const nameOf = (document) => document.split(/[\\/]/).at(-1);

/* What an answer rests on: where it stands, what was done, and what it took. */

function evidence(turn, metadata) {
  const citations = parsed(metadata.repartee_citations, []).filter((one) => one.text), passage = parsed(metadata.repartee_passage, null);
  turn.find(".answer").classList.toggle("unsure", metadata.repartee_abstained === "true");
  if (citations.length) {
    const [best, ...others] = citations, name = nameOf(best.document);
    turn.citation = best;
    turn.find(".source").hidden = false;
    turn.find(".title").textContent = passage?.title ?? "";
    turn.find(".file").textContent = name;
    turn.find(".file").title = `Open ${best.document}`;
    turn.find(".sure").textContent = `${Math.round(100 * metadata.repartee_confidence)} % sure`;
    const quote = turn.find("blockquote"), around = passage ?? { text: best.text, start: 0, end: best.text.length };
    const letters = [...around.text], marked = document.createElement("mark"); // offsets count characters, not UTF-16 units
    marked.textContent = letters.slice(around.start, around.end).join("");
    quote.replaceChildren(letters.slice(0, around.start).join(""), marked, letters.slice(around.end).join(""));
    const also = [...new Set(others.map((one) => nameOf(one.document)))];
    turn.find(".also").hidden = !also.length;
    turn.find(".also").textContent = `Also in ${also.join(", ")}`;
  }
  ledger(turn, parsed(metadata.repartee_stages, []), Number(metadata.repartee_total_ms));
}

const FATES = { done: "confirmed", already: "as it was; it said nothing", under_way: "on its way", sent: "told; it does not report back", silent: "did not answer", unavailable: "not reachable", not_sent: "nothing was sent", refused: "cannot do that" };

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
  const took = (value) => (value < 999.5 ? `${ms(value)} ms` : `${(value / 1000).toFixed(1)} s`); // one line on a phone, too
  const box = turn.find(".ledger");
  box.querySelector("summary").textContent = `${took(total)} to the answer, ${over ? `${over} of ${stages.length} over budget` : "within budget"}`;
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
