const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const BUTTONS = { // services that need no value, as they are called on a button
  open: "Open", stop: "Stop", close: "Close", press: "Press", activate: "Start", start: "Start", start_mowing: "Start", pause: "Pause", return_home: "Send home", dock: "Send home",
  arm_home: "Arm, at home", arm_away: "Arm, away", arm_night: "Arm, night", disarm: "Disarm", install: "Update",
};
const RARE_BUTTONS = { unlatch: "Open the door", locate: "Find", clean_spot: "Clean here", arm_vacation: "Arm, on holiday", arm_custom_bypass: "Arm, with exceptions", open_tilt: "Tilt open", close_tilt: "Tilt shut", trigger: "Trigger" };
const ON_OFF = { // what a sensor's two states are, by its class
  door: ["Open", "Closed"], garage_door: ["Open", "Closed"], opening: ["Open", "Closed"], window: ["Open", "Closed"], lock: ["Unlocked", "Locked"],
  motion: ["Motion", "No motion"], moving: ["Moving", "Still"], vibration: ["Vibration", "Still"], sound: ["Sound", "Quiet"], occupancy: ["Occupied", "Empty"], presence: ["At home", "Away"],
  moisture: ["Wet", "Dry"], smoke: ["Smoke", "Clear"], gas: ["Gas", "Clear"], carbon_monoxide: ["Carbon monoxide", "Clear"], heat: ["Hot", "Normal"], cold: ["Cold", "Normal"], light: ["Light", "Dark"],
  battery: ["Low", "Good"], battery_charging: ["Charging", "Not charging"], plug: ["Plugged in", "Unplugged"], connectivity: ["Connected", "Disconnected"],
  problem: ["Problem", "No problem"], safety: ["Unsafe", "Safe"], tamper: ["Tampered with", "Untouched"], running: ["Running", "Not running"], update: ["Update available", "Up to date"],
};
const amount = (value, unit) => `${NUMBER.format(value)}${unit ? ` ${unit}` : ""}`;
const plainly = (text) => { const said = String(text).replaceAll("_", " "); return said.charAt(0).toUpperCase() + said.slice(1); };

/** What a device is doing, in words and with its unit. */
function words({ domain, device_class, state, attributes: has, available, unit }) {
  if (!available) return "Not reachable";
  if (domain === "climate" || domain === "water_heater" || domain === "humidifier") {
    const [now, aim, of] = domain === "humidifier" ? [has.current_humidity, has.humidity, "%"] : [has.current_temperature, has.temperature, unit ?? "°"];
    const range = has.temperature_low !== undefined && has.temperature_high !== undefined ? `${amount(has.temperature_low)} to ${amount(has.temperature_high, of)}` : null;
    const set = aim !== undefined ? amount(aim, of) : range, doing = has.action && has.action !== "off" ? has.action : state;
    return [now !== undefined && amount(now, of), state === "off" ? "off" : doing && plainly(doing).toLowerCase() + (set ? `, set to ${set}` : "")].filter(Boolean).map(plainly).join(" · ") || "Unknown";
  }
  if (state === null) return domain === "button" || domain === "scene" ? "" : "Unknown";
  if (typeof state === "number") return amount(state, unit);
  if (domain === "binary_sensor") return ON_OFF[device_class]?.[["on", "open", "unlocked"].includes(state) ? 0 : 1] ?? plainly(state);
  if (device_class === "timestamp" && !Number.isNaN(Date.parse(state))) return new Date(state).toLocaleString();
  if (domain === "sensor" || domain === "text" || domain === "select") return unit ? `${state} ${unit}` : state;
  const share = { light: has.brightness, fan: has.percentage, cover: has.position, valve: has.position }[domain];
  const partly = share !== undefined && state !== "off" && state !== "closed" && !(state === "open" && share >= 100);
  return partly ? `${plainly(state)}, ${amount(Math.round(share), "%")}` : plainly(state);
}

/* Each control is made for a device and has an element; `update` shows what the device is doing now. */

function levelControl(device, { label, low = 0, high = 100, step = 1, unit = "%", value, wish }) {
  const input = make("input", { type: "range", min: low, max: high, step, "aria-label": `${label} of ${device.name}` }), output = make("output", { "aria-hidden": true });
  const show = (number) => { output.textContent = number === null ? "–" : amount(number, unit); input.setAttribute("aria-valuetext", number === null ? "unknown" : amount(number, unit)); };
  const control = { element: make("label", { class: "level" }, make("span", {}, label), input, output), held: false };
  input.addEventListener("input", () => { control.held = true; show(input.valueAsNumber); });
  input.addEventListener("change", () => wish(input.valueAsNumber));
  control.update = (now) => { const told = value(now) ?? null; input.value = told ?? low; show(told); };
  return control;
}

function stepControl(device, { label, low = 5, high = 35, step = 0.5, unit, value, wish }) {
  const output = make("output", { "aria-live": "polite" }), control = { held: false };
  let wanted = null;
  const button = (sign, name, way) => {
    const one = make("button", { type: "button", "aria-label": `${label} of ${device.name}: ${name}` }, sign);
    one.addEventListener("click", () => {
      wanted = Math.min(high, Math.max(low, Math.round(((wanted ?? (low + high) / 2) + way * step) * 100) / 100));
      control.held = true;
      output.textContent = amount(wanted, unit);
      wish(wanted);
    });
    return one;
  };
  control.element = make("div", { class: "stepper", role: "group", "aria-label": `${label} of ${device.name}` }, make("span", {}, label), button("−", "lower", -1), output, button("+", "higher", 1));
  control.update = (now) => { wanted = value(now) ?? null; output.textContent = wanted === null ? "–" : amount(wanted, unit); };
  return control;
}

function chooseControl(device, { label, options, value, wish }) {
  const none = make("option", { value: "" }, "–"), control = { held: false };
  const select = make("select", { "aria-label": `${label} of ${device.name}` }, none, ...options.map((one) => make("option", { value: one }, plainly(one))));
  select.addEventListener("change", () => { if (select.value) { control.held = true; wish(select.value); } });
  control.element = make("label", { class: "choose" }, make("span", {}, label), select);
  control.update = (now) => { const told = value(now); select.value = options.includes(told) ? told : ""; none.hidden = select.value !== ""; };
  return control;
}

function colourControl(device, { wish }) {
  const input = make("input", { type: "color", "aria-label": `Colour of ${device.name}` }), control = { held: false };
  input.addEventListener("input", () => { control.held = true; });
  input.addEventListener("change", () => wish([1, 3, 5].map((at) => Number.parseInt(input.value.slice(at, at + 2), 16))));
  control.element = make("label", { class: "choose" }, make("span", {}, "Colour"), input);
  control.update = ({ attributes: { rgb } }) => { input.value = rgb ? `#${rgb.map((one) => Math.round(one).toString(16).padStart(2, "0")).join("")}` : "#ffffff"; };
  return control;
}

function textControl(device, { wish }) {
  const input = make("input", { type: "text", maxlength: Math.min(255, device.maximum ?? 255), "aria-label": `Text of ${device.name}` }), control = { held: false };
  control.element = make("form", { class: "fill" }, input, make("button", { class: "small" }, "Set"));
  input.addEventListener("input", () => { control.held = true; });
  control.element.addEventListener("submit", (event) => { event.preventDefault(); wish(input.value); });
  control.update = ({ state }) => { input.value = state ?? ""; };
  return control;
}

function buttonControl(device, label, press) {
  const element = make("button", { type: "button", class: "small", "aria-label": `${label}: ${device.name}` }, label);
  element.addEventListener("click", press);
  return { element, held: false, update() {} };
}

/** The controls of a device: those at hand, and those under "More". `wish(service, values)` has it done. */
function controlsOf(device, wish) {
  const at = [], more = [], can = (service) => device.services.includes(service), has = (feature) => device.features.includes(feature);
  const set = (service, key) => (value) => wish(service, { [key]: value }), attribute = (key) => (now) => now.attributes[key];
  const level = (place, label, service, key, options = {}) => place.push(levelControl(device, { label, value: attribute(key), wish: set(service, key), ...options }));
  const bounds = { low: device.minimum ?? undefined, high: device.maximum ?? undefined, step: device.step || undefined };
  if (device.domain === "light" && can("turn_on")) {
    if (has("brightness")) level(at, "Brightness", "turn_on", "brightness", { value: ({ state, attributes }) => (state === "off" ? 0 : attributes.brightness) });
    if (has("color_temp")) level(more, "Whiteness", "turn_on", "kelvin", { low: bounds.low ?? 2000, high: bounds.high ?? 6500, step: 50, unit: "K" });
    if (has("rgb")) more.push(colourControl(device, { wish: set("turn_on", "rgb") }));
  }
  if (can("set_percentage")) level(at, "Speed", "set_percentage", "percentage", { value: ({ state, attributes }) => (state === "off" ? 0 : attributes.percentage) });
  if (can("set_position")) level(at, "Position", "set_position", "position");
  if (can("set_tilt")) level(more, "Tilt", "set_tilt", "tilt");
  if (can("set_humidity")) level(at, "Humidity", "set_humidity", "humidity", bounds);
  if (can("set_value") && device.domain === "number") level(at, "Value", "set_value", "value", { ...bounds, unit: device.unit ?? "", value: ({ state }) => state });
  if (can("set_value") && device.domain === "text") at.push(textControl(device, { wish: set("set_value", "value") }));
  const degrees = { ...bounds, unit: device.unit ?? "°" };
  if (has("temperature")) at.push(stepControl(device, { label: "Set to", ...degrees, value: attribute("temperature"), wish: set("set_temperature", "temperature") }));
  if (has("temperature_range")) {
    const [low, high] = ["temperature_low", "temperature_high"], place = has("temperature") ? more : at;
    const both = (key) => (value) => { const now = home.devices.get(device.id).attributes; wish("set_temperature", { [low]: now[low] ?? value, [high]: now[high] ?? value, [key]: value }); };
    for (const [key, label] of [[low, "At least"], [high, "At most"]]) place.push(stepControl(device, { label, ...degrees, value: attribute(key), wish: both(key) }));
  }
  for (const [place, options, label, service, key] of [
    [at, device.options, "Choice", "select", "option"], [at, device.modes, "Mode", "set_mode", "mode"],
    [more, device.presets, "Preset", can("set_preset") ? "set_preset" : "turn_on", "preset"], [more, device.effects, "Effect", "turn_on", "effect"],
    [more, device.fan_modes, "Fan", "set_fan_mode", "fan_mode"], [more, device.swing_modes, "Swing", "set_swing_mode", "swing_mode"],
  ]) if (options.length && can(service)) place.push(chooseControl(device, { label, options, value: (now) => (key === "option" || key === "mode" ? now.state : now.attributes[key]), wish: set(service, key) }));
  if (can("lock") || can("unlock")) { // one button, so that the focus stays
    const other = buttonControl(device, "Lock", () => wish(other.service));
    other.update = ({ state }) => {
      other.service = can("unlock") && (state === "locked" || !can("lock")) ? "unlock" : "lock";
      other.element.textContent = plainly(other.service);
      other.element.setAttribute("aria-label", `${plainly(other.service)}: ${device.name}`);
    };
    at.push(other);
  }
  for (const [place, names] of [[at, BUTTONS], [more, RARE_BUTTONS]])
    for (const [service, label] of Object.entries(names)) if (can(service)) place.push(buttonControl(device, label, () => wish(service)));
  return { at, more };
}

/** A device's card: {view, update(device, connected)}. */
function cardOf(device) {
  const name = make("span", { class: "name" }, device.name), said = make("span", { class: "said" });
  const toggles = device.services.includes("turn_on") && device.services.includes("turn_off") && !["climate", "water_heater"].includes(device.domain);
  const head = toggles ? make("button", { type: "button", class: "head", role: "switch", "aria-label": device.name }, name, said, make("i", { class: "toggle", "aria-hidden": true })) : make("div", { class: "head" }, name, said);
  const sentence = make("span"), yes = make("button", { type: "button", class: "small firm" }), no = make("button", { type: "button", class: "small" }, "Cancel");
  const sure = make("div", { class: "confirm", role: "group", "aria-label": `Confirm for ${device.name}`, hidden: "" }, sentence, yes, no);
  const fault = make("p", { class: "fault", hidden: "" }), code = make("input", { type: "password", inputmode: "numeric", autocomplete: "off", placeholder: "Code", maxlength: 64, "aria-label": `Code of ${device.name}` });
  const view = make("li", { class: "device", "data-id": device.id, "data-domain": device.domain });
  let busy = false, next = null, asked = null, from = null, state = device;
  const controls = controlsOf(device, (service, values = {}) => wish(service, values)), all = [...controls.at, ...controls.more];

  function wish(service, values) {
    if (device.features.includes("code") && code.value) values = { ...values, code: code.value };
    if (device.confirm.includes(service)) ask(service, values); else send(service, values, false);
  }

  function ask(service, values) {
    asked = [service, values, true];
    from = document.activeElement;
    const verb = { turn_on: "Turn on", set_position: "Move" }[service] ?? plainly(service);
    sentence.textContent = `${verb} ${device.name}?`;
    yes.textContent = `Yes, ${verb.toLowerCase()}`;
    sure.hidden = false;
    no.focus(); // so that a second press of the same key agrees to nothing
  }

  function answer(agreed) {
    const wanted = asked;
    asked = null;
    sure.hidden = true;
    if (from?.isConnected) from.focus();
    if (agreed && wanted) send(...wanted); else settle();
  }

  async function send(...wanted) { // one at a time; of those that come meanwhile the last
    if (busy) { next = wanted; return; }
    busy = true;
    fail("");
    view.setAttribute("aria-busy", "true");
    for (let told; wanted; wanted = next, next = null) {
      told = await home.command(device.id, ...wanted);
      if (next) continue;
      if (told.device) home.learn(told.device, told.at);
      if (told.asks) ask(wanted[0], wanted[1]);
      else if (told.fault || told.outcome === "failed") fail(told.fault ?? told.spoken);
      else if (told.spoken) announce(told.spoken);
    }
    busy = false;
    view.removeAttribute("aria-busy");
    settle();
  }

  function settle() { // the controls show again what the device says
    if (!busy && !asked) for (const control of all) control.held = false;
    update(home.devices.get(device.id), home.connected);
  }

  function fail(text) {
    fault.textContent = text;
    fault.hidden = !text;
    if (text) announce(text);
  }

  function update(now, connected) {
    if (!now) return;
    if (!fault.hidden && !busy && now.state !== state.state) fail(""); // it answered after all
    state = now;
    const there = now.available && connected;
    const on = there && (["on", "open", "opening", "unlocked", "unlocking", "cleaning", "triggered"].includes(now.state) || (now.attributes.action ?? "idle") === "heating");
    view.dataset.state = now.state ?? "unknown";
    view.toggleAttribute("data-on", on);
    view.toggleAttribute("data-away", !there);
    said.textContent = there ? words(now) : words({ ...now, available: false });
    if (toggles) { head.setAttribute("aria-checked", there && now.state === "on"); head.setAttribute("aria-description", said.textContent); }
    for (const part of view.querySelectorAll("button, input, select")) if (!sure.contains(part)) part.disabled = !there;
    for (const control of all) if (!control.held) control.update(now);
  }

  if (toggles) head.addEventListener("click", () => wish(state.state === "on" ? "turn_off" : "turn_on", {}));
  yes.addEventListener("click", () => answer(true));
  no.addEventListener("click", () => answer(false));
  sure.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); answer(false); } });
  view.append(head);
  if (device.features.includes("code")) {
    const form = make("form", {}, make("label", { class: "choose" }, make("span", {}, "Code"), code)); // which browsers want around a secret
    form.addEventListener("submit", (event) => event.preventDefault());
    view.append(form);
  }
  const levels = controls.at.filter(({ element }) => element.tagName !== "BUTTON"), buttons = controls.at.filter(({ element }) => element.tagName === "BUTTON");
  view.append(...levels.map(({ element }) => element));
  if (buttons.length) view.append(make("div", { class: "row" }, ...buttons.map(({ element }) => element)));
  if (controls.more.length) view.append(make("details", {}, make("summary", { "aria-label": `More of ${device.name}` }, "More"), ...controls.more.map(({ element }) => element)));
  view.append(sure, fault);
  return { view, update };
}
