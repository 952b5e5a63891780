const KINDS = { timer: "Timer", alarm: "Alarm", reminder: "Reminder" };
const BY = { satellite: "Satellite", page: "Page", realtime: "Client", listen: "Microphone" };
const SOON_MS = 6 * 86400e3;  // within which a weekday says which day is meant
const TICK = 250; // ms between two looks at what is left

/* Timers, lists and who listens, as v1/household/events tells them, and the panel that shows them. */
const household = {
  open: false, told: null, at: 0, ticking: 0,

  feed: new Feed("v1/household/events", (told) => household.take(told)), // an alarm can be stopped here whatever is shown

  take(told) {
    this.told = told;
    this.at = performance.now();
    $("ringing").hidden = !told.ringing;
    if (told.ringing) $("clock").dataset.ringing = ""; else delete $("clock").dataset.ringing;
    preferences.offerWaking(told.wake_words);
    this.draw();
  },

  show(open) {
    this.open = open;
    beside("household", open);
    clearInterval(this.ticking);
    if (open) { this.ticking = setInterval(() => this.tick(), TICK); this.draw(); }
  },

  draw() {
    if (!this.open || !this.told) return;
    const { timers, lists, satellites } = this.told;
    keyed($("timers"), timers.map((one) => [one.id, JSON.stringify({ ...one, left_s: 0 }), () => timerRow(one)]));
    $("timers-none").hidden = timers.length > 0;
    keyed($("lists"), Object.keys(lists).map((name) => [name, "", () => listSection(name)]));
    for (const [name, items] of Object.entries(lists)) keyed($("lists").querySelector(`[data-key="${CSS.escape(name)}"] .rows`), items.map((item) => [item, "", () => itemRow(name, item)]));
    keyed($("satellites"), satellites.map((one) => [one.id || `${one.kind} ${one.name}`, JSON.stringify([one, one.id === connection.session]), () => satelliteRow(one)]));
    const places = [...new Set(satellites.filter((one) => one.connected).flatMap(({ name, area }) => [area, name]).filter(Boolean))].sort((a, b) => a.localeCompare(b));
    const chosen = $("whom").value;
    if ([...$("whom").options].slice(1).map(({ value }) => value).join("\n") !== places.join("\n") || !$("whom").options.length) choose($("whom"), [["", "All rooms"], ...places.map((place) => [place, place])], chosen);
    this.tick();
  },

  tick() { // what is left, counted here
    const past = (performance.now() - this.at) / 1000;
    for (const one of this.told?.timers ?? []) {
      const said = $("timers").querySelector(`[data-key="${one.id}"] .said`);
      if (said) setText(said, timerSaid(one, one.state === "waiting" ? Math.max(0, one.left_s - past) : one.left_s));
    }
  },

  /** Ask the server for a change; what it says of it, or why it cannot be. */
  async change(path, options, said) {
    try {
      await asked(path, options);
      this.say(said);
    } catch (error) { this.say(error.message, true); }
  },

  say(text, fault = false) {
    $("household-said").textContent = text;
    $("household-said").classList.toggle("fault", fault);
  },

  setList(name, items, said) {
    return this.change(`v1/skills/lists/${encodeURIComponent(name)}`, { method: "PUT", body: JSON.stringify({ items }) }, said);
  },
};

const timerName = ({ kind, name }) => (name ? name.charAt(0).toUpperCase() + name.slice(1) : KINDS[kind]);
function timerSaid({ kind, name, state, due, repeated }, left) {
  const day = 1000 * left < SOON_MS ? { weekday: "short" } : { day: "numeric", month: "short" };
  const clock = due ? new Date(due).toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" }) : "";
  if (state === "ringing") return "Rings now";
  if (kind === "timer") return [name ? "Timer" : "", state === "paused" ? `paused at ${span(left)}` : `${span(left)} left`].filter(Boolean).join(", ");
  return [name ? KINDS[kind] : "", clock, repeated].filter(Boolean).join(", ");
}
function span(seconds) {
  const whole = Math.ceil(seconds), [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function timerRow(one) {
  const does = one.state === "ringing" ? "Stop" : "Cancel", name = timerName(one);
  const button = cross(`${does}: ${name}`);
  button.addEventListener("click", () => { button.disabled = true; household.change(`v1/skills/timers/${one.id}`, { method: "DELETE" }, `${name}: ${one.state === "ringing" ? "stopped" : "cancelled"}.`); });
  return make("li", { "data-state": one.state }, make("span", { class: "name" }, name), make("span", { class: "said" }), button);
}

function listSection(name) {
  const title = name === "to-do" ? "To do" : `${name.charAt(0).toUpperCase() + name.slice(1)} list`;
  const field = make("input", { type: "text", "aria-label": `Add to: ${title}`, placeholder: "Add something", maxlength: "200" });
  const form = make("form", { class: "fill", autocomplete: "off" }, field, make("button", { class: "small", type: "submit" }, "Add"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const item = field.value.trim().toLowerCase();
    if (!item) return;
    field.value = "";
    household.setList(name, [...household.told.lists[name], item], `${title}: ${item} added.`);
  });
  return make("section", {}, make("h3", {}, title), make("ul", { class: "rows", "aria-label": title }), form);
}

function itemRow(name, item) {
  const button = cross(`Take off: ${item}`);
  button.addEventListener("click", () => { button.disabled = true; household.setList(name, household.told.lists[name].filter((one) => one !== item), `${item} is off the list.`); });
  return make("li", {}, make("span", { class: "name item" }, item), button);
}

function satelliteRow({ name, kind, area, connected, id }) {
  const here = id && id === connection.session;
  const said = [here ? "This page" : BY[kind], area, connected ? "connected" : "not connected"].filter(Boolean).join(", ");
  return make("li", connected ? {} : { "data-away": "" }, make("span", { class: "name" }, name || (here ? "This page" : BY[kind])), make("span", { class: "said" }, said));
}

const SVG = document.querySelector("svg").namespaceURI;
function cross(label) {
  const button = make("button", { class: "plain", type: "button", "aria-label": label, title: label });
  const drawing = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "aria-hidden": "true" })) drawing.setAttribute(key, value);
  path.setAttribute("d", "M7 7l10 10M17 7L7 17");
  drawing.append(path);
  button.append(drawing);
  return button;
}

const setText = (element, text) => { if (element.textContent !== text) element.textContent = text; };

/** Show [key, state, make] in this order; what was shown in the same state stays, with its focus and what is typed. */
function keyed(parent, wanted) {
  const shown = new Map([...parent.children].map((one) => [one.dataset.key, one])), focused = document.activeElement;
  const views = wanted.map(([key, state, build]) => {
    const before = shown.get(String(key));
    if (before?.dataset.made === state) return before;
    const view = build();
    view.dataset.key = key;
    view.dataset.made = state;
    return view;
  });
  if (views.length === parent.children.length && views.every((view, at) => view === parent.children[at])) return;
  parent.replaceChildren(...views);
  if (focused?.isConnected) focused.focus({ preventScroll: true });
}
