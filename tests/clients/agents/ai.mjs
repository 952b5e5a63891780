// Drives the server with Vercel's AI SDK, unmodified: ai.mjs URL QUESTION.pcm
// Audio is int16 at 24 kHz. Prints what came of each scenario, one JSON object, for the tests to judge.
import { readFileSync } from 'node:fs';
import { createOpenAI } from '@ai-sdk/openai';
import { generateSpeech, generateText, jsonSchema, Output, streamText, transcribe } from 'ai';

const QUESTION = 'How tall is the lighthouse at Marlow Point?';
const objectOf = (properties) => Output.object({
  schema: jsonSchema({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false }),
});

/** The words of a stream, joined. */
async function joined(stream) {
  let text = '';
  for await (const delta of stream) text += delta;
  return text;
}

/** The same with a model over Responses, the SDK's default, and over chat. */
async function text(model) {
  const first = await generateText({ model, system: 'Answer from the documents.', prompt: QUESTION });
  const messages = [{ role: 'user', content: QUESTION }, ...first.response.messages, { role: 'user', content: 'How tall is it?' }];
  return {
    text: first.text,
    finish: first.finishReason,
    tokens: first.usage.totalTokens,
    followed: (await generateText({ model, messages })).text,
    streamed: await joined(streamText({ model, prompt: QUESTION }).textStream),
    object: (await generateText({ model, prompt: QUESTION, output: objectOf({ answer: { type: 'string' } }) })).output,
    refused: await generateText({ model, prompt: QUESTION, output: objectOf({ metres: { type: 'number' } }), maxRetries: 0 })
      .then(() => '', (error) => error.message),
  };
}

/** A recording as a WAV file of int16 at 24 kHz. */
function wav(pcm) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + pcm.length, 4);
  head.write('WAVEfmt ', 8);
  [16, 1 | (1 << 16), 24_000, 48_000, 2 | (16 << 16)].forEach((field, n) => head.writeUInt32LE(field, 16 + 4 * n));
  head.write('data', 36);
  head.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([head, pcm]);
}

const scenarios = {
  responses: (openai) => text(openai('repartee')),
  chat: (openai) => text(openai.chat('repartee')),
  async speech(openai, clip) {
    const heard = await transcribe({ model: openai.transcription('whisper-1'), audio: wav(clip) });
    const said = await generateSpeech({ model: openai.speech('tts-1'), text: 'Yes, it is.', voice: 'alloy', outputFormat: 'wav' });
    return { transcript: heard.text, seconds: heard.durationInSeconds, segments: heard.segments, audioMs: (said.audio.uint8Array.length - 44) / 48 };
  },
};

const [url, clip] = process.argv.slice(2);
const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' });
const seen = await Promise.all(Object.entries(scenarios).map(async ([name, run]) => {
  try {
    return [name, await run(openai, readFileSync(clip))];
  } catch (error) {
    return [name, { failed: String(error.stack ?? error) }];
  }
}));
console.log(JSON.stringify(Object.fromEntries(seen)));
