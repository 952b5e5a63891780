const SAYS = {
  connecting: "Connecting…", ready: "Ready", listening: "Listening", hearing: "Hearing you", thinking: "Thinking",
  speaking: "Speaking", reconnecting: "Reconnecting…", offline: "Offline", token: "Token needed",
};
const $ = (id) => document.getElementById(id);
const now = { socket: "connecting", hearing: false, thinking: false, known: false };

/* Every server event this page acts on. */
const EVENTS = {
  "session.created"({ session }) { connection.session = session.id; preferences.asked = 0; now.socket = "connecting"; settings(); chronicle.recall(); household.draw(); }, // which of all is this page
  "session.updated"({ session }) {
    preferences.inEffect(session);
    if (now.socket === "open") return;
    now.socket = "open";
    if (connection.again) { connection.renew(); return; }
    now.known = true; connection.tries = 0;
    notify("");
    home.feed.watch();
    household.feed.watch();
    documents.welcome();
    show();
  },
  "input_audio_buffer.speech_started"({ item_id }) {
    now.hearing = true;
    conversation.interrupt();
    conversation.words(conversation.turn(item_id), "", true);
    show();
  },
  "input_audio_buffer.speech_stopped"({ item_id }) {
    now.hearing = false;
    conversation.turn(item_id).asked = true;
    think();
  },
  "repartee.wake_word"({ answers }) { if (answers) conversation.interrupt(); },
  "repartee.partial_transcript"({ item_id, transcript }) { conversation.words(conversation.turn(item_id), transcript, true); },
  "conversation.item.input_audio_transcription.completed"({ item_id, transcript }) {
    const turn = conversation.turn(item_id);
    if (transcript.trim()) {
      conversation.words(turn, transcript, false);
      announce(`You: ${transcript}`);
      if (!turn.answered) think(3000); // some words want no reply
    } else if (!turn.answered) {
      conversation.drop(turn);
      now.thinking = false;
      show();
    }
  },
  "conversation.item.input_audio_transcription.failed"({ item_id, error }) {
    const turn = conversation.turn(item_id);
    conversation.words(turn, turn.words, false);
    tag(turn, error?.message ?? "That could not be understood.");
    now.thinking = false;
    show();
  },
  "input_audio_buffer.committed"({ item_id }) { // held to talk, the server does not answer by itself
    if (!preferences.values.hold) return;
    const turn = conversation.turn(item_id);
    turn.asked = true;
    conversation.words(turn, turn.words, true);
    conversation.pending.add(item_id);
    send({ type: "response.create", response: { metadata: { item: item_id } } });
  },
  "response.created"({ response }) { conversation.begin(response); think(); },
  "response.output_audio_transcript.delta"({ response_id, item_id, delta }) { conversation.say(response_id, item_id, delta); },
  "response.output_text.delta"({ response_id, item_id, delta }) { conversation.say(response_id, item_id, delta); },
  "response.output_audio.delta"({ item_id, delta }) { if (!conversation.stale.has(item_id)) player.add(item_id, delta); },
  "response.done"({ response }) { conversation.end(response); show(); },
  error({ error }) {
    if (error.code !== "response_cancel_not_active" && error.code !== "conversation_already_has_active_response") notify(error.message);
    if (!conversation.busy) { now.thinking = false; show(); }
  },
};
const receive = (event) => EVENTS[event.type]?.(event);

let thinking = 0;
function think(most = 0) { // for so many ms, unless a reply is begun; 0 is until there is one
  now.thinking = true;
  clearTimeout(thinking);
  if (most) thinking = setTimeout(() => { if (!conversation.active) { now.thinking = false; show(); } }, most);
  show();
}

function state() {
  if (now.socket !== "open") return now.socket;
  if (now.hearing) return "hearing";
  if (player.playing) return "speaking";
  if (now.thinking) return "thinking";
  return microphone.on && !preferences.values.hold ? "listening" : "ready";
}

function show() {
  const is = state();
  if (document.body.dataset.state !== is) {
    document.body.dataset.state = is;
    $("status").ariaLive = ["hearing", "thinking", "speaking"].includes(is) ? "off" : "polite"; // not into the conversation
    $("status").lastElementChild.textContent = SAYS[is];
  }
  const { hold } = preferences.values, on = hold ? holding.held : microphone.on;
  $("talk").setAttribute("aria-pressed", on);
  $("talk").setAttribute("aria-label", hold ? "Hold to talk" : on ? "Stop listening" : "Talk");
  $("question").placeholder = on ? "Listening; or type" : "Ask a question";
}

function meter(level) { // a whisper is seen too: -50 dB is nothing, -10 dB is full
  const loud = level > 0 ? Math.max(0, Math.min(1, (20 * Math.log10(level) + 50) / 40)) : 0;
  document.documentElement.style.setProperty("--level", loud.toFixed(3));
}

const announce = (text) => { $("live").textContent = text; };
function notify(text) {
  $("notice").firstElementChild.textContent = text;
  $("notice").hidden = !text;
}
function keepInView(always = false) { // of the last turn: all of it, else its beginning; unless an older one is being read
  const view = conversation.last?.view, [head, foot] = ["header", "footer"].map((name) => document.querySelector(name));
  const room = innerHeight - foot.offsetHeight - (getComputedStyle(head).position === "sticky" ? head.offsetHeight : 0);
  if (!view?.offsetParent || (!always && view.getBoundingClientRect().top > innerHeight)) return;
  if (view.offsetHeight > room) view.scrollIntoView({ block: "start" });
  else document.scrollingElement.scrollTop = document.scrollingElement.scrollHeight;
}

function ask(text) {
  if (!text) return false;
  if (!connection.open) { notify("There is no connection; your question stays here until there is."); return false; }
  player.wake();
  if (conversation.busy) send({ type: "response.cancel" });
  conversation.interrupt();
  const item = `item_${crypto.getRandomValues(new Uint32Array(3)).join("")}`;
  conversation.turn(item).asked = true;
  conversation.words(conversation.turn(item), text, false);
  send({ type: "conversation.item.create", item: { id: item, type: "message", role: "user", content: [{ type: "input_text", text }] } });
  send({ type: "response.create", response: { metadata: { item } } });
  conversation.pending.add(item);
  chronicle.keep();
  think();
  return true;
}

function stop() { // first what is being said, then the microphone
  const busy = conversation.busy;
  if (busy) send({ type: "response.cancel" });
  if (!conversation.interrupt() && !busy && microphone.on) microphone.close();
}

$("talk").addEventListener("click", ({ detail }) => {
  if (preferences.values.hold) { // a screen reader's click holds, and the next one lets go
    if (!detail) { if (holding.held) holding.release(); else holding.press(); }
    return;
  }
  player.wake();
  if (microphone.on) microphone.close(); else microphone.open();
});
$("talk").addEventListener("pointerdown", (event) => {
  if (!preferences.values.hold) return;
  $("talk").setPointerCapture(event.pointerId);
  holding.press();
});
for (const end of ["pointerup", "pointercancel", "blur"]) $("talk").addEventListener(end, () => holding.release());
$("talk").addEventListener("contextmenu", (event) => { if (preferences.values.hold) event.preventDefault(); }); // a long press
$("composer").addEventListener("submit", (event) => { event.preventDefault(); if (ask($("question").value.trim())) { $("question").value = ""; remembered.write("sessionStorage", DRAFT, ""); } });
$("voice").addEventListener("click", () => {
  preferences.set("spoken", !preferences.values.spoken);
  conversation.interrupt();
  settings();
});
$("notice").lastElementChild.addEventListener("click", () => { notify(""); $("question").focus(); });
$("house").addEventListener("click", () => home.turn());
$("clock").addEventListener("click", () => household.show(!household.open));
$("ringing").lastElementChild.addEventListener("click", () => household.change("v1/skills/stop", { method: "POST" }, "The alarm is off."));
$("announcing").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("announcement").value.trim(), to = $("whom").value;
  if (!text) return;
  $("announcement").value = "";
  household.change("v1/household/announcements", { method: "POST", body: JSON.stringify({ text, to }) }, `Announced ${to ? `in ${to}` : "everywhere"}: ${text}`);
});
$("shelf").addEventListener("click", () => documents.show(!documents.open));
$("tune").addEventListener("click", () => preferences.show(!preferences.open));
$("find-document").addEventListener("input", () => documents.load());
$("choose").addEventListener("click", () => $("files").click());
$("files").addEventListener("change", () => { uploads.take([...$("files").files]); $("files").value = ""; });
$("fill").addEventListener("click", () => { documents.show(true); $("choose").focus(); });
$("back").addEventListener("click", () => reading.close());
$("earlier").addEventListener("click", () => reading.more(true));
$("later").addEventListener("click", () => reading.more(false));
$("afresh").addEventListener("click", () => conversation.afresh());
$("question").addEventListener("input", () => remembered.write("sessionStorage", DRAFT, $("question").value));
for (const kind of ["dragover", "dragleave", "drop"]) addEventListener(kind, (event) => { // anywhere: else the browser would leave the page for the file
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  document.body.classList.toggle("over", kind === "dragover");
  if (kind === "drop") uploads.dropped(event.dataTransfer);
});
$("find").addEventListener("input", () => { home.laid = false; home.draw(); });
document.addEventListener("visibilitychange", () => { for (const { feed } of [home, household]) if (document.hidden) feed.leave(); else feed.watch(); });
$("gate").addEventListener("cancel", (event) => event.preventDefault());
$("gate").addEventListener("close", () => {
  const field = $("gate").querySelector("input");
  sessionStorage.setItem("repartee-token", field.value.trim());
  field.value = "";
  connection.connect();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !$("gate").open) { if (!leavePanel(event.target)) stop(); return; }
  if (event.key !== " " && !(event.key === "Enter" && event.target === $("talk"))) return;
  const writes = event.target.closest?.("input, select, button, summary, a, dialog");
  if (writes && !(writes === $("talk") && preferences.values.hold)) return;
  event.preventDefault();
  if (event.repeat) return;
  if (preferences.values.hold) holding.press(); else $("talk").click();
});
addEventListener("keyup", (event) => { if (holding.held && (event.key === " " || event.key === "Enter")) { event.preventDefault(); holding.release(); } });
addEventListener("online", () => { connection.tries = 0; connection.connect(); });
addEventListener("offline", () => { if (now.socket !== "open") { now.socket = "offline"; show(); } });
addEventListener("hashchange", token);

function token() { // #token=… in the address, so that it reaches neither the server's log nor the history
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return;
  sessionStorage.setItem("repartee-token", given);
  history.replaceState(null, "", location.pathname + location.search);
  if ($("gate").open) { $("gate").querySelector("input").value = given; $("gate").close(); } else if (!connection.open) connection.connect();
}

const trusted = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: () => "service-worker.js" });
navigator.serviceWorker?.register(trusted ? trusted.createScriptURL("") : "service-worker.js").catch(() => { /* then the page needs its server to open */ });

token();
preferences.begin();
chronicle.show();
connection.connect();
