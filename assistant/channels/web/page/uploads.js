const OUTCOMES = { added: "Added", replaced: "Replaced", unchanged: "Already here" };

/* Files on their way to the server, one after the other, each with a line that says how far it is. */
const uploads = {
  waiting: [], busy: false,

  async take(files) {
    if (!files.length) return;
    if (!documents.known) await documents.load();
    if (!documents.uploads) { notify("The owner does not take documents over the network."); return; }
    documents.show(true);
    if (!$("reading").hidden) reading.close();
    if (!this.busy) $("sending").replaceChildren();
    for (const file of files) {
      const said = make("span", { class: "said" }, "Waiting"), bar = make("progress", { max: 1, value: 0, "aria-label": `Sent of ${file.name}` });
      $("sending").append(make("li", {}, make("span", { class: "name" }, file.name), said, bar));
      this.waiting.push({ file, said, bar });
    }
    if (!this.busy) this.next();
  },

  async next() {
    this.busy = true;
    for (let one, faults = 0, done = 0; ; done++) {
      one = this.waiting.shift();
      if (!one) {
        this.busy = false;
        announce(faults ? `${done - faults} of ${done} documents were taken up.` : `${done === 1 ? "The document was" : `${done} documents were`} taken up.`);
        break;
      }
      const fault = await this.send(one);
      one.bar.remove();
      if (fault) { faults++; one.said.textContent = fault; one.said.classList.add("fault"); }
    }
    await documents.welcome();
  },

  /** Send one file. Resolves to what went wrong, in a sentence, or to nothing. */
  send({ file, said, bar }) {
    if (file.size > documents.most) return Promise.resolve(`It is ${sized(file.size)} large; at most ${sized(documents.most)} are taken.`);
    return new Promise((settle) => {
      const request = new XMLHttpRequest(), form = new FormData();
      form.append("file", file);
      request.upload.onprogress = ({ loaded, total }) => {
        bar.value = loaded / total;
        said.textContent = loaded < total ? `${Math.floor((100 * loaded) / total)} % sent` : "Reading…";
      };
      request.upload.onload = () => { bar.removeAttribute("value"); said.textContent = "Reading…"; };
      request.onload = () => {
        let told = {};
        try { told = JSON.parse(request.responseText); } catch { /* a proxy's own words */ }
        if (request.status === 401) connection.ask();
        if (request.status >= 300) settle(told.error?.message ?? `The server answered ${request.status}.`);
        else { said.textContent = `${OUTCOMES[told.outcome] ?? "Added"}: ${told.title}`; settle(""); }
      };
      request.onerror = () => settle(file.size ? `It could not be sent: ${NO_SERVER.toLowerCase()}` : "It could not be read here.");
      request.open("POST", "v1/knowledge/documents");
      for (const [name, value] of Object.entries(bearer())) request.setRequestHeader(name, value);
      request.send(form);
    });
  },

  dropped({ items, files }) { // a folder looks like a file that cannot be read
    const folders = new Set([...items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry?.isDirectory).map(({ name }) => name));
    this.take([...files].filter(({ name }) => !folders.has(name)));
    if (folders.size) notify(`${[...folders].join(", ")}: drop the files of a folder, not the folder.`);
  },
};
