const PORTION = 40_000; // characters of a long document that are shown at a time
const CHANGED = "The document has changed since this was answered, so its place is not marked.";

/* A document as it was read: its plain text, at the place where a citation stands. */
const reading = {
  text: "", from: 0, to: 0, asked: 0,

  async cited({ passage_id, start, end, text, document: name }) {
    documents.show(true);
    try {
      const { data: [found] } = await asked(`v1/knowledge/documents?passage=${passage_id}`);
      if (found) await this.show(found.id, { start, end, text });
      else notify(`“${nameOf(name)}” is not here any more, or has changed since this was answered.`);
    } catch (error) { notify(error.message); }
  },

  async show(id, place = null) {
    const number = ++this.asked;
    let found;
    try { found = await asked(`v1/knowledge/documents/${id}`); } catch (error) { notify(error.message); return; }
    if (number !== this.asked) return;
    this.text = found.text;
    const start = place && unit(found.text, place.start), end = place && unit(found.text, place.end), there = place && found.text.slice(start, end) === place.text;
    $("reading-title").textContent = found.title;
    $("reading-file").textContent = nameOf(found.document);
    $("reading-said").textContent = place && !there ? CHANGED : "";
    this.from = there ? Math.max(0, start - PORTION / 2) : 0;
    this.to = Math.min(this.text.length, this.from + PORTION);
    this.draw(there ? [start, end] : null);
    $("shelves").hidden = true;
    $("reading").hidden = false;
    $("reading-title").focus({ preventScroll: true });
    if (there) $("reading-text").querySelector("mark").scrollIntoView({ block: "center" });
    else $("reading-title").scrollIntoView({ block: "end" });
  },

  draw(marked) { // [start, end] of what is marked, or nothing
    const [start, end] = marked ?? [this.to, this.to], piece = (from, to) => this.text.slice(from, to);
    $("reading-text").replaceChildren(piece(this.from, start), ...(marked ? [make("mark", {}, piece(start, end))] : []), piece(end, this.to));
    $("earlier").hidden = !this.from;
    $("later").hidden = this.to === this.text.length;
  },

  more(earlier) {
    const piece = earlier ? this.text.slice(Math.max(0, this.from - PORTION), this.from) : this.text.slice(this.to, this.to + PORTION);
    $("reading-text")[earlier ? "prepend" : "append"](piece);
    if (earlier) this.from -= piece.length; else this.to += piece.length;
    $("earlier").hidden = !this.from;
    $("later").hidden = this.to === this.text.length;
  },

  close() {
    this.asked++;
    $("reading").hidden = true;
    $("shelves").hidden = false;
    $("documents-title").focus();
  },
};

function unit(text, at) { // where the character of a number stands: the server counts characters, a browser UTF-16 units
  let units = 0;
  for (let count = 0; count < at && units < text.length; count++) units += text.codePointAt(units) > 0xffff ? 2 : 1;
  return units;
}
