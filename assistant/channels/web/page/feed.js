const LEAST_WAIT = 500, MOST_WAIT = 8000; // ms before what broke off is asked for again

/* What the server tells as it happens. `ended` is told the status, or undefined, and says whether to ask again. */
class Feed {
  constructor(address, take, ended = () => true) { Object.assign(this, { address, take, ended, stream: null, tries: 0, timer: 0 }); }

  async watch() { // while the page is looked at: a browser has few connections for each server
    clearTimeout(this.timer);
    if (this.stream || document.hidden || !connection.open) return;
    const stream = this.stream = new AbortController();
    let status;
    try {
      const answer = await fetch(this.address, { headers: bearer(), cache: "no-store", signal: stream.signal });
      status = answer.status;
      if (status === 200) await readEvents(answer.body, (told) => { this.tries = 0; this.take(told); });
    } catch { /* the server went away, or the page did */ }
    if (this.stream !== stream) return;
    this.stream = null;
    if (this.ended(status)) this.timer = setTimeout(() => this.watch(), Math.min(MOST_WAIT, LEAST_WAIT * 2 ** this.tries++));
  }

  leave() {
    clearTimeout(this.timer);
    const stream = this.stream;
    this.stream = null;
    stream?.abort();
  }
}

/** Hand out the JSON of each server-sent event until the stream ends. */
async function readEvents(body, take) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "", got; !(got = await reader.read()).done;) {
    const events = (rest + got.value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const line = event.split("\n").find((one) => one.startsWith("data: "));
      if (line) take(JSON.parse(line.slice(6)));
    }
  }
}
