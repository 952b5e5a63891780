const SETTINGS = "repartee-settings";
const FEWEST_ROWS = 30; // lines of text in the window, below which head and foot do not stay in view
const LEAST_WIDTH = 18; // of the page, in heights of its text, for a name, what it sets and its value in one line
const LEAST_HELD = 10; // pieces of 20 ms that were sent while the button was held: less is a slip of the finger
const PAUSES = { quick: { type: "semantic_vad", eagerness: "high" }, usual: { type: "semantic_vad", eagerness: "auto" }, patient: { type: "semantic_vad", eagerness: "low" } };

const DEVICES = { microphone: "audioinput", loudspeaker: "audiooutput" };
const there = async () => await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];

/* What a person prefers, kept by this browser. */
const preferences = {
  open: false,
  asked: 0, // changes that the server has not answered yet
  words: [], // wake words that the server listens for
  values: { spoken: true, voice: "", speed: 1, microphone: "", loudspeaker: "", named: {}, pause: "usual", hold: false, size: 100, place: "", room: "", wake: false, ...remembered.read("localStorage", SETTINGS, {}) },

  show(open) {
    this.open = open;
    beside("settings", open);
    if (open) { this.voices(); this.devices(); }
  },

  set(name, value) {
    this.values[name] = value;
    remembered.write("localStorage", SETTINGS, this.values);
    this.draw();
  },

  draw() {
    const { spoken, speed, pause, hold, size, place, room, wake } = this.values;
    $("voice").setAttribute("aria-pressed", spoken);
    for (const [id, value] of Object.entries({ speed, pause, size })) $(id).value = value;
    $("hold").checked = hold;
    $("wake").checked = wake;
    for (const [id, value] of Object.entries({ place, room })) if (document.activeElement !== $(id)) $(id).value = value;
    $("speed-said").textContent = `${NUMBER.format(speed)} ×`;
    $("keys-talk").textContent = hold ? "held to talk" : "to talk";
    $("pause").disabled = hold;
    document.documentElement.style.fontSize = `${size}%`;
    this.fit();
    show();
  },

  fit() { // where there is little height, head and foot leave the room to what is read (WCAG 2.2, 1.4.10 and 2.4.11)
    const root = document.documentElement, row = Number.parseFloat(getComputedStyle(root).fontSize);
    root.classList.toggle("low", innerHeight < FEWEST_ROWS * row);
    root.classList.toggle("narrow", innerWidth < LEAST_WIDTH * row); // what stands side by side stands below each other then
  },

  /** The turn detection of a session, in the protocol's words. */
  get detection() { return this.values.hold ? null : PAUSES[this.values.pause] ?? PAUSES.usual; },
  get sound() { return { speed: this.values.speed, ...(this.values.voice ? { voice: this.values.voice } : {}) }; },

  inEffect({ audio: { output } }) { // what the server does not do is not shown as chosen, once it has heard the last of it
    if (this.asked) this.asked--;
    if (this.asked) return;
    const { speed, voice } = this.values;
    if (!output || (output.speed === speed && (!voice || output.voice === voice))) return;
    Object.assign(this.values, { speed: output.speed, voice: "" });
    this.set("voice", "");
    if (this.open) this.voices();
    notify("The server keeps to its own voice and speed.");
  },

  async voices() {
    const { voices } = await asked("v1/audio/voices").catch(() => ({ voices: [] }));
    $("voices").hidden = voices.length < 2;
    choose($("who"), voices.map(({ id, name }) => [id, name]), this.values.voice || voices[0]?.id);
  },

  /** The id that a chosen device goes by now: some browsers make up new ones for every visit, so its name counts, too. */
  async device(id, all) {
    const { [id]: chosen, named } = this.values, found = (all ?? (chosen ? await there() : [])).filter(({ kind }) => kind === DEVICES[id]);
    if (!chosen || found.some(({ deviceId }) => deviceId === chosen)) return chosen;
    return found.find(({ label }) => label && label === named[id])?.deviceId ?? chosen;
  },

  async devices() { // browsers name them once the microphone was allowed
    const all = await there();
    for (const [id, kind] of Object.entries(DEVICES)) {
      const named = all.filter((one) => one.kind === kind && one.deviceId && one.deviceId !== "default" && one.label);
      $(id).parentElement.hidden = !all.some((one) => one.kind === kind) || (id === "loudspeaker" && !("setSinkId" in AudioContext.prototype));
      choose($(id), [["", "Default"], ...named.map(({ deviceId, label }) => [deviceId, label])], await this.device(id, all));
    }
    $("nameless").hidden = all.every(({ label }) => label) && all.length > 0;
  },

  offerWaking(words) {
    $("waking").hidden = !words.length;
    $("waking").lastElementChild.textContent = `Wait for “${words.map((word) => word.replaceAll("_", " ")).join("” or “")}”`;
    if (this.words.join() === words.join()) return;
    this.words = words;
    if (this.values.wake) connection.renew();
  },

  begin() {
    for (const [id, value] of [["place", () => $("place").value.trim()], ["room", () => $("room").value.trim()], ["wake", () => $("wake").checked]])
      $(id).addEventListener("change", () => { this.set(id, value()); connection.renew(); });
    $("room").addEventListener("focus", () => $("rooms").replaceChildren(...[...new Set([...home.devices.values()].map(({ area }) => area))].filter(Boolean).sort().map((value) => make("option", { value }))));
    for (const [id, name, value] of [["speed", "speed", () => $("speed").valueAsNumber], ["who", "voice", () => $("who").value], ["pause", "pause", () => $("pause").value], ["hold", "hold", () => $("hold").checked]])
      $(id).addEventListener("change", () => { if (name === "hold") microphone.close(); this.set(name, value()); settings(); });
    $("speed").addEventListener("input", () => { $("speed-said").textContent = `${NUMBER.format($("speed").valueAsNumber)} ×`; });
    $("size").addEventListener("change", () => this.set("size", Number($("size").value)));
    for (const [id, use] of [["microphone", () => { if (microphone.on) { microphone.close(); microphone.open(); } }], ["loudspeaker", () => player.route()]])
      $(id).addEventListener("change", ({ target }) => { this.values.named = { ...this.values.named, [id]: target.selectedOptions[0].text }; this.set(id, target.value); use(); });
    navigator.mediaDevices?.addEventListener("devicechange", () => { if (this.open) this.devices(); });
    addEventListener("resize", () => this.fit());
    this.draw();
  },
};

function choose(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
  select.value = options.some(([value]) => value === chosen) ? chosen : options[0]?.[0] ?? "";
}

/* Holding the button, or Space, while one speaks: what is sent in between is the question. */
const holding = {
  held: false, sent: 0,

  press() {
    if (this.held || !connection.open) return;
    this.held = true;
    this.sent = 0;
    player.wake();
    if (conversation.busy) send({ type: "response.cancel" });
    conversation.interrupt();
    microphone.open();
    now.hearing = true;
    show();
  },

  release() {
    if (!this.held) return;
    this.held = now.hearing = false;
    if (this.sent >= LEAST_HELD) { send({ type: "input_audio_buffer.commit" }); think(); } else {
      if (this.sent) send({ type: "input_audio_buffer.clear" });
      if (microphone.on) notify("Hold the button, or Space, while you speak.");
    }
    show();
  },

  /** Whether a piece of the microphone's sound is to be sent. */
  takes() {
    if (!preferences.values.hold) return true;
    if (this.held && this.sent++ === 0) notify("");
    return this.held;
  },
};
