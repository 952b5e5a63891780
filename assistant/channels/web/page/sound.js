const RATE = 24000; // Hz, of all audio on the wire: int16 mono
const CHUNK = 480; // samples of microphone in one message, 20 ms: an interruption is heard no sooner than it is sent
const BACKLOG = 512 * 1024; // bytes waiting to be sent, above which the microphone's audio is too old to matter

/* The microphone, resampled to 24 kHz by a windowed sinc in the audio thread, in chunks of 20 ms. */
const CAPTURE = `registerProcessor("capture", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / ${RATE};
    this.wide = Math.max(1, this.step);
    this.reach = Math.ceil(12 * this.wide);
    this.past = new Float32Array(2 * this.reach);
    this.at = this.reach;
    this.kernels = new Map();
    this.pcm = new Int16Array(${CHUNK});
    this.filled = this.energy = 0;
  }
  kernel(fraction) {
    const phase = Math.round(fraction * 128), known = this.kernels.get(phase);
    if (known) return known;
    const taps = new Float32Array(2 * this.reach + 1);
    let sum = 0;
    for (let i = -this.reach; i <= this.reach; i++) {
      const x = (i - phase / 128) / this.wide, edge = (i - phase / 128) / (this.reach + 1);
      sum += taps[i + this.reach] = (x ? Math.sin(Math.PI * .94 * x) / (Math.PI * x) : .94) * Math.cos(Math.PI / 2 * edge) ** 2;
    }
    this.kernels.set(phase, taps.map((tap) => tap / sum));
    return this.kernels.get(phase);
  }
  process([[input]]) {
    if (!input) return true;
    const heard = new Float32Array(this.past.length + input.length);
    heard.set(this.past); heard.set(input, this.past.length);
    for (; this.at + this.reach + 1 < heard.length; this.at += this.step) {
      const base = Math.floor(this.at), taps = this.kernel(this.at - base);
      let value = 0;
      for (let i = 0, j = base - this.reach; i < taps.length; i++, j++) value += taps[i] * heard[j];
      value = Math.max(-1, Math.min(1, value));
      this.energy += value * value;
      this.pcm[this.filled++] = Math.round(value * 32767);
      if (this.filled === ${CHUNK}) {
        this.port.postMessage({ pcm: this.pcm.buffer, level: Math.sqrt(this.energy / ${CHUNK}) }, [this.pcm.buffer]);
        this.pcm = new Int16Array(${CHUNK}); this.filled = this.energy = 0;
      }
    }
    const gone = Math.floor(this.at) - this.reach;
    this.past = heard.slice(gone); this.at -= gone;
    return true;
  }
});`;

const microphone = {
  stream: null, context: null, opening: false,
  get on() { return this.stream !== null; },

  async open() {
    if (this.on || this.opening) return;
    this.opening = true;
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "SecurityError");
      // No automatic gain: it clips the first words, and the recognizer levels what it hears by itself.
      const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: false, channelCount: 1 };
      const ask = (deviceId) => navigator.mediaDevices.getUserMedia({ audio: { ...wanted, ...(deviceId ? { deviceId } : {}) } });
      const chosen = await preferences.device("microphone");
      let stream = await ask(chosen);
      const found = await preferences.device("microphone"); // some browsers name none before one is open
      if (found !== chosen) { stream.getTracks().forEach((track) => track.stop()); stream = await ask(found); }
      this.context = new AudioContext({ latencyHint: "interactive" });
      const code = URL.createObjectURL(new Blob([CAPTURE], { type: "text/javascript" }));
      await this.context.audioWorklet.addModule(code);
      URL.revokeObjectURL(code);
      const node = new AudioWorkletNode(this.context, "capture", { numberOfOutputs: 1 });
      node.port.onmessage = ({ data }) => this.heard(data);
      this.context.createMediaStreamSource(stream).connect(node).connect(this.context.destination); // its output is silent
      stream.getAudioTracks()[0].addEventListener("ended", () => { this.close(); notify("The microphone went away. Plug it in, then press Talk."); });
      this.stream = stream;
      notify("");
    } catch (error) {
      this.context?.close();
      this.context = null;
      notify({
        NotAllowedError: "The microphone is blocked. Allow it in the browser’s settings for this site, then press Talk; you can type meanwhile.",
        NotFoundError: "No microphone was found. Plug one in, then press Talk; you can type meanwhile.",
        NotReadableError: "The microphone is used by another program. Close that, then press Talk.",
        SecurityError: "Browsers give the microphone only to pages of this computer or over HTTPS; you can type meanwhile.",
      }[error.name] ?? `The microphone could not be opened (${error.name}); you can type meanwhile.`);
    } finally {
      this.opening = false;
      show();
    }
  },

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    this.stream = this.context = null;
    if (now.hearing) { send({ type: "input_audio_buffer.clear" }); now.hearing = false; }
    meter(0);
    show();
  },

  heard({ pcm, level }) {
    if (!this.on) return;
    if (!player.playing) meter(level);
    if (connection.open && holding.takes() && connection.socket.bufferedAmount < BACKLOG)
      send({ type: "input_audio_buffer.append", audio: btoa(String.fromCharCode(...new Uint8Array(pcm))) });
  },
};

/* The reply's sound: chunks follow each other without a gap on the output's own clock. */
const player = {
  context: null, gain: null, meter: null, chunks: [], end: 0,
  get playing() { return this.chunks.some((chunk) => !chunk.over); },

  wake() { // in a person's gesture, or browsers keep it silent
    if (!this.context) {
      this.context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
      this.meter = new AnalyserNode(this.context, { fftSize: 1024 });
      this.meter.connect(this.context.destination);
      this.route();
    }
    this.context.resume();
  },

  async route() { // to the loudspeaker that was chosen, where the browser lets a page choose
    const chosen = await preferences.device("loudspeaker");
    if (!this.context?.setSinkId || this.context.sinkId === chosen) return;
    try { await this.context.setSinkId(chosen); } catch { notify("That loudspeaker cannot be used; answers are heard where they were."); }
  },

  add(item, base64) {
    this.wake();
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const pcm = new Int16Array(bytes.buffer, 0, bytes.length >> 1);
    if (!pcm.length) return;
    const buffer = this.context.createBuffer(1, pcm.length, RATE);
    buffer.getChannelData(0).set(Float32Array.from(pcm, (sample) => sample / 32768));
    if (!this.playing) {
      this.gain = new GainNode(this.context);
      this.gain.connect(this.meter);
      this.chunks = this.chunks.filter((chunk) => chunk.item === item);
      requestAnimationFrame(() => this.measure());
      this.watch();
    }
    const start = Math.max(this.end, this.context.currentTime + 0.01);
    const source = new AudioBufferSourceNode(this.context, { buffer });
    const chunk = { item, source, start, over: false };
    source.onended = () => { chunk.over = true; if (!this.playing) { meter(0); show(); } };
    source.connect(this.gain);
    source.start(start);
    this.end = start + buffer.duration;
    this.chunks.push(chunk);
    show();
  },

  played(item) { // ms of the item that have left the loudspeaker
    const time = this.context.currentTime - (this.context.outputLatency || 0);
    return Math.floor(1000 * this.chunks.filter((chunk) => chunk.item === item)
      .reduce((sum, { start, source }) => sum + Math.min(Math.max(time - start, 0), source.buffer.duration), 0));
  },

  stop() { // fall silent now; returns what was cut and how much of it was heard, or null
    if (!this.playing) return null;
    const { item } = this.chunks.find((chunk) => !chunk.over);
    const cut = { item, ms: this.played(item) };
    this.gain.gain.setTargetAtTime(0, this.context.currentTime, 0.002); // no click
    for (const chunk of this.chunks) { chunk.over = true; chunk.source.onended = null; chunk.source.stop(this.context.currentTime + 0.03); }
    this.chunks = [];
    this.end = 0;
    meter(0);
    return cut;
  },

  watch() { // a clock that stands still: no loudspeaker, or none that the browser lets this page use
    const time = this.context.currentTime;
    setTimeout(() => {
      if (!this.playing) return;
      if (this.context.currentTime > time) { this.watch(); return; }
      this.stop();
      notify("Sound cannot be played here; answers are shown.");
      show();
    }, 1500);
  },

  measure() {
    if (!this.playing) return;
    const wave = new Float32Array(this.meter.fftSize);
    this.meter.getFloatTimeDomainData(wave);
    meter(Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length));
    requestAnimationFrame(() => this.measure());
  },
};
