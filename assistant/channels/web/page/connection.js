/* The server: OpenAI's Realtime protocol with its GA event names, at v1/realtime beside this page. */
const connection = {
  socket: null, session: "", again: false, tries: 0, timer: 0,
  get open() { return this.socket?.readyState === WebSocket.OPEN && now.socket === "open"; },

  connect() {
    clearTimeout(this.timer);
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    if (!now.known || now.socket === "token") now.socket = "connecting";
    show();
    const url = new URL("v1/realtime?model=repartee&by=page", location.href), { place, room, wake } = preferences.values;
    for (const [key, value] of Object.entries({ name: place, area: room, wake: wake ? preferences.words.join(",") : "" })) if (value) url.searchParams.set(key, value);
    url.protocol = url.protocol.replace("http", "ws");
    url.hash = "";
    const token = sessionStorage.getItem("repartee-token");
    let socket;
    try {
      socket = new WebSocket(url, token ? ["realtime", `openai-insecure-api-key.${token}`] : ["realtime"]);
    } catch { // a token with characters that a browser cannot send
      return this.ask();
    }
    this.socket = socket;
    let opened = false;
    socket.onopen = () => { opened = true; };
    socket.onmessage = ({ data }) => receive(JSON.parse(data));
    socket.onclose = () => { if (this.socket === socket) this.lost(opened); };
  },

  renew() { // another session, which knows nothing of this one
    const old = this.socket;
    this.again = !this.open; // then as soon as it is
    if (this.again) return;
    now.socket = "connecting";
    old.onmessage = null;
    old.onclose = () => { if (this.socket === old) this.connect(); };
    old.close();
    show();
  },

  async lost(opened) {
    conversation.lost();
    home.lost();
    household.feed.leave();
    now.hearing = now.thinking = false;
    const reason = opened ? "gone" : await this.reason();
    if (reason === "token") return this.ask();
    now.socket = navigator.onLine ? "reconnecting" : "offline";
    if (!now.known && reason === "gone") now.socket = this.tries > 1 ? "reconnecting" : "connecting";
    if (reason === "full") notify("The server takes no more conversations at the moment; trying again.");
    const wait = Math.min(8000, 400 * 2 ** this.tries++) * (0.8 + Math.random() * 0.4);
    this.timer = setTimeout(() => this.connect(), wait);
    show();
  },

  async reason() { // a browser does not say why a WebSocket was refused; plain HTTP does
    try {
      const { status } = await fetch("v1/models", { cache: "no-store", headers: bearer() });
      return status === 401 ? "token" : status === 200 || status === 429 ? "full" : "gone";
    } catch { return "gone"; }
  },

  ask() {
    now.socket = "token";
    $("refused").hidden = !sessionStorage.getItem("repartee-token");
    sessionStorage.removeItem("repartee-token");
    if (!$("gate").open) $("gate").showModal();
    show();
  },
};

function bearer() {
  const token = sessionStorage.getItem("repartee-token");
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function send(event) {
  if (connection.socket?.readyState === WebSocket.OPEN) connection.socket.send(JSON.stringify(event));
}

function settings() {
  const { spoken } = preferences.values;
  preferences.asked++;
  send({ type: "session.update", session: {
    type: "realtime", output_modalities: [spoken ? "audio" : "text"], include: ["repartee.partial_transcript", "repartee.wake_word"],
    audio: { input: { format: { type: "audio/pcm", rate: RATE }, transcription: { model: "repartee" }, turn_detection: preferences.detection }, output: { format: { type: "audio/pcm", rate: RATE }, ...preferences.sound } },
  } });
}
