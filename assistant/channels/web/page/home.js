const MOST_CARDS = 1000; // shown; the others are found by their names
const MANY = 24; // devices, from which on there is a field to find one
const COMMAND_WITHIN = 10000; // ms; the server itself waits a second for a device
const NO_SERVER = "The server could not be reached.";
const PANEL = "repartee-panel"; // where it is kept whether the panel was left open

/* The devices, as v1/home/events tells them, and the panel that shows them. */
const home = {
  devices: new Map(), connected: false, problem: "", stale: null,
  cards: new Map(), open: false, due: false, laid: false, offered: false,

  feed: new Feed("v1/home/events", (told) => home.take(told), (status) => { if (status === 204) home.offer(false); else home.lost(); return status !== 204; }),

  lost() { // the server is away
    this.feed.leave();
    this.connected = false;
    this.problem = NO_SERVER;
    this.draw();
  },

  take({ whole, more, at, connected, problem, devices, removed }) {
    this.offer(true);
    if (whole) this.stale = new Set(this.devices.keys());
    this.connected = connected;
    this.problem = problem;
    for (const device of devices) { this.stale?.delete(device.id); this.learn(device, at); }
    for (const id of [...removed, ...(more ? [] : this.stale ?? [])]) { this.devices.delete(id); this.cards.delete(id); this.laid = false; }
    if (!more) this.stale = null;
    this.draw();
  },

  learn(device, at) { // all of it, or only what changed
    const before = this.devices.get(device.id);
    if (before ? at < before.at : !device.services) return; // an answer may come after a newer event, or a removal
    this.devices.set(device.id, { ...before, ...device, at });
    if (device.services && !alike(before, device)) { this.cards.delete(device.id); this.laid = false; }
  },

  name(id) {
    const known = this.devices.get(id)?.name, bare = id.split(".").at(-1).replaceAll("_", " ");
    return known ?? bare.charAt(0).toUpperCase() + bare.slice(1);
  },

  /** Have a device do something. Resolves to {outcome, spoken, device}, {asks: sentence} or {fault: sentence}. */
  async command(id, service, values, confirmed) {
    let answer, told;
    try {
      answer = await fetch(`v1/home/devices/${encodeURIComponent(id)}`, {
        method: "POST", headers: { ...bearer(), "Content-Type": "application/json" },
        body: JSON.stringify({ service, values, confirmed }), signal: AbortSignal.timeout(COMMAND_WITHIN),
      });
      told = await answer.json();
    } catch { return { fault: NO_SERVER }; }
    if (answer.ok) return told;
    if (answer.status === 401) connection.ask();
    return answer.status === 409 ? { asks: true } : { fault: told.error?.message ?? `The server answered ${answer.status}.` };
  },

  offer(there) {
    $("house").hidden = $("welcome-home").hidden = !there;
    if (there && !this.offered && remembered.read("localStorage", PANEL, "shut") === "open") this.show(true); // as it was left
    this.offered ||= there;
    if (!there && this.open) this.show(false);
  },

  turn() { // by hand: so it stands when the page is opened again
    this.show(!this.open);
    remembered.write("localStorage", PANEL, this.open ? "open" : "shut");
  },

  show(open) {
    this.open = open;
    beside("home", open);
    if (open) this.draw();
  },

  draw() { // once for all that came since the last frame
    if (this.due || !this.open) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      if (!this.laid) this.lay();
      for (const [id, card] of this.cards) card.update(this.devices.get(id), this.connected);
      const shown = [...this.devices.values()].filter(isShown), count = (...states) => shown.filter((one) => one.available && states.includes(one.state)).length;
      const on = count("on"), ajar = count("open", "opening");
      $("home").dataset.connected = this.connected;
      $("home-said").textContent = !this.connected ? `The devices cannot be reached${this.problem ? `: ${this.problem.replace(/\.$/, "")}` : ""}.`
        : !shown.length ? "No device has announced itself yet."
        : [`${shown.length} ${shown.length === 1 ? "device" : "devices"}`, on && `${on} on`, ajar && `${ajar} open`].filter(Boolean).join(" · ");
    });
  },

  lay() { // the cards in their areas; what has the focus keeps it
    this.laid = true;
    const focused = document.activeElement, sought = $("find").value.trim().toLowerCase();
    const all = [...this.devices.values()].filter(isShown);
    $("find").hidden = all.length <= MANY;
    const found = all.filter((one) => !sought || `${one.name} ${one.area ?? ""} ${one.domain}`.toLowerCase().includes(sought));
    const areas = new Map();
    for (const device of found.sort(inOrder).slice(0, MOST_CARDS)) {
      if (!areas.has(device.area)) areas.set(device.area, []);
      areas.get(device.area).push(device);
    }
    this.cards = new Map([...areas.values()].flat().map((device) => [device.id, this.cards.get(device.id) ?? cardOf(device)]));
    $("areas").replaceChildren(...[...areas].map(([area, devices], number) => {
      const list = make("ul", { class: "devices", "aria-labelledby": `area-${number}` }, ...devices.map(({ id }) => this.cards.get(id).view));
      return make("section", {}, make("h3", { id: `area-${number}` }, area ?? (areas.size > 1 ? "Elsewhere" : "Devices")), list);
    }));
    $("home-more").hidden = found.length <= MOST_CARDS && (found.length > 0 || !sought);
    $("home-more").textContent = found.length ? `${found.length - MOST_CARDS} more: find them by their names.` : "No device goes by that name.";
    if (focused?.isConnected) focused.focus({ preventScroll: true });
  },
};

/* What a device is called and can do; what it is doing may change without a new card. */
const LASTING = ["name", "area", "domain", "device_class", "unit", "minimum", "maximum", "step", "category", "features", "services", "confirm", "options", "modes", "presets", "effects", "fan_modes", "swing_modes"];
const alike = (one, other) => !!one && LASTING.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));
const isShown = (device) => !device.category && device.domain !== "notify"; // not what is about the device itself
const RANKS = ["light", "switch", "fan", "cover", "valve", "lock", "climate", "water_heater", "humidifier", "vacuum", "lawn_mower", "alarm_control_panel", "siren", "scene", "button", "select", "number", "text"];
const rank = ({ domain }) => (RANKS.indexOf(domain) + RANKS.length + 1) % (RANKS.length + 1); // what is only read comes last
const inOrder = (a, b) => (a.area === null) - (b.area === null) || (a.area ?? "").localeCompare(b.area ?? "") || rank(a) - rank(b) || a.name.localeCompare(b.name);

function make(tag, attributes = {}, ...children) { // texts are texts, whatever stands in them
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
