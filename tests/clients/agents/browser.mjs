// Runs in a page: a call of the official agents SDK, unmodified, over the transport that it takes in a browser by default.
// The page's microphone says a question over and over. `certify()` returns what the client saw, for the test to judge.
import { RealtimeAgent, RealtimeSession } from './openai-realtime-agents.mjs';

const WITHIN_MS = 120_000;

/** A list of server events, and a wait for one that fits, the past ones included from `from` on. */
function record(session) {
  const events = [];
  const waiting = new Set();
  session.on('transport_event', (event) => {
    events.push(event);
    for (const look of waiting) look();
  });
  const until = (fits, from = 0) => new Promise((resolve, reject) => {
    const look = () => {
      const found = events.slice(from).find(fits);
      if (!found) return;
      waiting.delete(look);
      resolve(found);
    };
    waiting.add(look);
    setTimeout(() => reject(new Error(`never came; saw ${events.map((event) => event.type).join(' ')}`)), WITHIN_MS);
    look();
  });
  return { events, until };
}

/** How loud the track was that the page got, as soon as it was: what is told of a reply may come before its sound. */
async function energy(peer) {
  for (const end = performance.now() + WITHIN_MS; performance.now() < end; ) {
    for (const report of (await peer.getStats()).values()) {
      if (report.type === 'inbound-rtp' && report.totalAudioEnergy > 0) return report.totalAudioEnergy;
    }
    await new Promise((settle) => { setTimeout(settle, 50); });
  }
  return 0;
}

const words = (response) => (response.output[0]?.content ?? []).map((part) => part.transcript ?? part.text ?? '').join(' ');

export async function certify() {
  const asked = await fetch('/v1/realtime/client_secrets', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ session: { type: 'realtime', instructions: 'Bound to the key.', audio: { output: { speed: 0.5 } } } }),
  });
  const key = await asked.json();
  const agent = new RealtimeAgent({ name: 'Repartee', instructions: 'Answer from the documents.' });
  const session = new RealtimeSession(agent, { model: 'repartee', tracingDisabled: true });
  const seen = { errors: [] };
  const { events, until } = record(session);
  session.on('error', (error) => seen.errors.push(JSON.stringify(error.error ?? String(error))));
  await session.connect({ apiKey: key.value, url: `${location.origin}/v1/realtime/calls` });
  const peer = session.transport.connectionState.peerConnection;
  seen.callId = session.transport.callId;
  seen.created = (await until((event) => event.type === 'session.created')).session;

  // Spoken, with the end of the question found by the server. The microphone says it again until it is heard right: what
  // a browser on a busy machine plays to the page has gaps.
  const heard = await until((event) => event.type.endsWith('transcription.completed') && event.transcript.includes('lighthouse'));
  const answers = (event) => event.type === 'response.done' && words(event.response).includes('41 metres');
  const answered = await until(answers, events.indexOf(heard));
  await until((event) => event.type === 'output_audio_buffer.started' && event.response_id === answered.response.id);
  session.mute(true);
  seen.spoken = words(answered.response);
  seen.heard = events.filter((event) => event.type.endsWith('transcription.completed')).map((event) => event.transcript);
  seen.metadata = answered.response.metadata;
  // Typed, which ends the reply before it, and cut off by the application while it is played.
  const from = events.length;
  session.sendMessage('When did the railway open?');
  const { response_id: id } = await until((event) => event.type === 'output_audio_buffer.started', from);
  seen.energy = await energy(peer);
  session.interrupt();
  await until((event) => event.type === 'output_audio_buffer.cleared' && event.response_id === id, from);
  const { item } = await until((event) => event.type === 'response.output_item.added' && event.response_id === id, from);
  const of = (type) => (event) => event.type === type && (event.item_id ?? event.item.id) === item.id;
  await until(of('conversation.item.truncated'), from);
  const truncated = events.findIndex(of('conversation.item.truncated'));
  seen.kept = (await until(of('conversation.item.retrieved'), truncated)).item;
  seen.whole = (await until(of('response.output_audio_transcript.done'), from)).transcript;
  seen.history = session.history.filter((item) => item.type === 'message').map((item) => item.role);
  seen.types = [...new Set(events.map((event) => event.type))];
  session.close();
  return seen;
}
