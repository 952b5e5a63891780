const MOST_LISTED = 300; // documents; the others are found by their names
const SEVERAL = 12; // documents, from which on there is a field to find one
const sized = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

/* What is answered from, as v1/knowledge/documents tells it, and the panel that shows it. */
const documents = {
  open: false, known: false, list: [], total: 0, whole: 0, uploads: false, most: Infinity, asked: 0, shown: "",

  show(open) {
    if (open && !this.open) { // what was left in it is over
      for (const left of $("documents-list").querySelectorAll(".confirm")) left.hidden = true;
      for (const left of $("documents-list").querySelectorAll(".fault")) left.remove();
    }
    this.open = open;
    beside("documents", open);
    if (open) this.load();
  },

  async load() { // of two that overlap the later one counts
    const number = ++this.asked, find = $("find-document").value.trim();
    try {
      const { data, total, uploads, max_bytes } = await asked(`v1/knowledge/documents?limit=${MOST_LISTED}&find=${encodeURIComponent(find)}`);
      if (number !== this.asked) return;
      Object.assign(this, { known: true, list: data.reverse(), total, uploads, most: max_bytes });
      if (!find) this.whole = total;
      this.draw();
    } catch (error) { if (number === this.asked) this.say(error.message, true); }
  },

  /** What the welcome says: that there is nothing yet, or what may be asked. */
  async welcome() {
    await this.load();
    if (!this.known) return; // the server is gone again: nothing is said of what it has
    $("welcome").classList.toggle("empty", !this.whole);
    $("welcome-full").hidden = !this.whole;
    $("welcome-empty").hidden = this.whole > 0;
    $("fill").hidden = !this.uploads;
    if (!this.whole) { $("examples").replaceChildren(); return; }
    const { data } = await asked("v1/knowledge/examples").catch(() => ({ data: [] }));
    $("examples").replaceChildren(...data.map((text) => {
      const button = make("button", { type: "button", class: "small" }, text);
      button.addEventListener("click", ({ detail }) => { if (ask(text) && !detail) $("question").focus(); });
      return make("li", {}, button);
    }));
  },

  say(text, fault = false) {
    $("documents-said").textContent = text;
    $("documents-said").classList.toggle("fault", fault);
  },

  draw() {
    const found = $("find-document").value.trim() !== "";
    $("drop").hidden = !this.uploads;
    $("find-document").hidden = this.whole <= SEVERAL && !found;
    $("documents-more").hidden = this.list.length === this.total;
    $("documents-more").textContent = `${this.total - this.list.length} more: find them by their names.`;
    if (found) this.say(this.total ? `${this.total} of ${this.whole} documents` : "No document goes by that name.");
    else this.say(this.whole ? `Answers come from ${this.whole === 1 ? "one document" : `${this.whole} documents`}.` : "There is no document yet, so no question can be answered.");
    const shown = JSON.stringify([this.uploads, this.list]);
    if (shown === this.shown) return; // what was opened in it, and where the focus is, stays
    this.shown = shown;
    $("documents-list").replaceChildren(...this.list.map((one) => this.row(one)));
  },

  row(one) {
    const name = nameOf(one.document), open = make("button", { type: "button", class: "open" }, make("span", { class: "name" }, one.title), make("span", { class: "said" }, `${name} · ${sized(one.bytes)}`));
    const view = make("li", { "data-document": one.id }, open);
    open.addEventListener("click", () => reading.show(one.id));
    if (!this.uploads) return view;
    const remove = make("button", { type: "button", class: "plain", "aria-label": `Remove ${one.title}`, title: "Remove" });
    remove.append($("bin-shape").content.cloneNode(true));
    const yes = make("button", { type: "button", class: "small firm" }, "Yes, remove"), no = make("button", { type: "button", class: "small" }, "Cancel");
    const sure = make("div", { class: "confirm", role: "group", "aria-label": `Confirm for ${one.title}`, hidden: "" }, make("span", {}, `Remove “${one.title}”? Nothing is answered from it any more.`), yes, no);
    remove.addEventListener("click", () => { sure.hidden = false; no.focus(); });
    no.addEventListener("click", () => { sure.hidden = true; remove.focus(); });
    sure.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); no.click(); } });
    yes.addEventListener("click", () => this.remove(one, view));
    view.append(remove, sure);
    return view;
  },

  async remove(one, view) {
    const next = (view.nextElementSibling ?? view.previousElementSibling)?.dataset.document;
    try {
      await asked(`v1/knowledge/documents/${one.id}`, { method: "DELETE" });
    } catch (error) { view.append(make("p", { class: "fault", role: "alert" }, error.message)); return; }
    await this.welcome();
    announce(`${one.title} was removed.`);
    ($("documents-list").querySelector(`[data-document="${next}"] .open`) ?? $("documents-title")).focus();
  },
};
