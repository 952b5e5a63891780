// Drives the server with the official agents SDK, unmodified: certify.mjs PACKAGE URL QUESTION.pcm OTHER.pcm
// Audio is int16 at 24 kHz. All scenarios run at the same time, each in a session of its own.
// Prints what the client saw in each, one JSON object, for the tests to judge.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [name, url, ...clips] = process.argv.slice(2);
const { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } = await import(name);
const BYTES_PER_MS = 48;
const PIECE = 20 * BYTES_PER_MS;

/** A session and everything that happened in it; `until(name)` waits for a raw server event of that type. */
async function open(url, config) {
  const transport = new OpenAIRealtimeWebSocket({ url: `${url.replace('http', 'ws')}/v1/realtime?model=repartee` });
  const agent = new RealtimeAgent({ name: 'Repartee', instructions: 'Answer from the documents.' });
  const session = new RealtimeSession(agent, { transport, model: 'repartee', config, tracingDisabled: true });
  const seen = { types: [], errors: [], audioMs: 0, interrupted: 0, said: {} };
  const waiting = [];
  session.on('transport_event', (event) => {
    seen.types.push(event.type);
    if (event.type === 'response.done') seen.response = event.response;
    if (event.type === 'response.output_audio_transcript.delta') seen.said[event.item_id] = (seen.said[event.item_id] ?? '') + event.delta;
    for (const waiter of waiting.filter((waiter) => waiter.type === event.type)) {
      waiting.splice(waiting.indexOf(waiter), 1);
      waiter.resolve(event);
    }
  });
  session.on('audio', (event) => { seen.audioMs += event.data.byteLength / BYTES_PER_MS; });
  session.on('audio_interrupted', () => { seen.interrupted += 1; });
  session.on('error', (error) => { seen.errors.push(error.error?.error ?? String(error.error ?? error)); });
  const until = (type) => Promise.race([
    new Promise((resolve) => { waiting.push({ type, resolve }); }),
    sleep(30_000).then(() => { throw new Error(`no ${type}; saw ${seen.types.join(' ')}`); }),
  ]);
  const configured = until('session.updated');
  await session.connect({ apiKey: 'none' });
  await configured;
  return { session, transport, seen, until };
}

/** Sends audio as a microphone would, and silence after it until `stop.now`. */
async function speak(session, pcm, stop) {
  const began = performance.now();
  for (let sent = 0; !stop.now; sent += PIECE) {
    const piece = sent < pcm.length ? pcm.subarray(sent, sent + PIECE) : Buffer.alloc(PIECE);
    session.sendAudio(piece.buffer.slice(piece.byteOffset, piece.byteOffset + piece.length));
    await sleep(Math.max(0, began + (sent + PIECE) / BYTES_PER_MS - performance.now()));
  }
}

/** What the application's history holds at the end, as the SDK keeps it. */
function summary({ session, seen }) {
  const history = session.history.filter((item) => item.type === 'message').map((item) => ({
    role: item.role,
    status: item.status,
    text: item.content.map((part) => part.text ?? part.transcript ?? '').join(' '),
  }));
  return { ...seen, history };
}

const turnDetection = { type: 'server_vad', createResponse: true, interruptResponse: true };
const audio = { input: { transcription: { model: 'gpt-4o-mini-transcribe' }, turnDetection } };

const scenarios = {
  async text(url) {
    const line = await open(url, { outputModalities: ['text'] });
    const done = line.until('response.done');
    line.session.addImage('data:image/png;base64,iVBORw0KGgo=', { triggerResponse: false });
    line.session.sendMessage('How tall is the lighthouse at Marlow Point?');
    await done;
    return line;
  },

  async spoken(url, [clip]) {
    const line = await open(url, { outputModalities: ['audio'], audio });
    const stop = { now: false };
    const done = line.until('response.done');
    const retrieved = line.until('conversation.item.retrieved');
    const speaking = speak(line.session, clip, stop);
    await Promise.all([done, retrieved]);
    stop.now = true;
    await speaking;
    return line;
  },

  async push_to_talk(url, [clip]) {
    const line = await open(url, { outputModalities: ['audio'], audio: { input: { ...audio.input, turnDetection: null } } });
    const done = line.until('response.done');
    const retrieved = line.until('conversation.item.retrieved');
    line.session.sendAudio(clip.buffer.slice(clip.byteOffset, clip.byteOffset + clip.length), { commit: true });
    line.transport.requestResponse();
    await Promise.all([done, retrieved]);
    return line;
  },

  async barge_in(url, [, clip]) {
    const line = await open(url, { outputModalities: ['audio'], audio });
    const stop = { now: false };
    const first = line.until('response.output_audio.delta');
    const truncated = line.until('conversation.item.truncated');
    line.session.sendMessage('How tall is the lighthouse at Marlow Point?');
    const { item_id: itemId } = await first;
    const speaking = speak(line.session, clip, stop);
    line.seen.truncatedMs = (await truncated).audio_end_ms;
    // The SDK asks for the item again by itself after a truncation.
    const answered = line.until('response.done');
    line.seen.kept = (await line.until('conversation.item.retrieved')).item;
    await answered;
    stop.now = true;
    await speaking;
    line.seen.truncatedItem = itemId === line.seen.kept.id;
    line.seen.whole = line.seen.said[itemId];
    return line;
  },

  async error(url) {
    const line = await open(url, { outputModalities: ['text'], audio: { input: { turnDetection: null } } });
    const refused = line.until('error');
    line.transport.sendEvent({ type: 'conversation.item.truncate', item_id: 'no_such_item', content_index: 0, audio_end_ms: 5, event_id: 'mine' });
    await refused;
    const done = line.until('response.done');
    line.session.sendMessage('When did the railway open?');
    await done;
    return line;
  },
};

const pcm = clips.map((clip) => readFileSync(clip));
const seen = await Promise.all(Object.entries(scenarios).map(async ([name, run]) => {
  try {
    const line = await run(url, pcm);
    await sleep(50); // the SDK updates its history after the event
    line.session.close();
    return [name, summary(line)];
  } catch (error) {
    return [name, { failed: String(error.stack ?? error) }];
  }
}));
console.log(JSON.stringify(Object.fromEntries(seen)));
process.exit(0);
