// Calls every endpoint with the vendor's SDK and prints what came of it, a line
// of JSON for each: {"call": ..., "outcome": ...} or {"call": ..., "error": ...}.
//
// usage: node calls.js directory-of-the-installation base-url
"use strict";

const { createHash } = require("node:crypto");
const { createRequire } = require("node:module");
const [directory, baseUrl] = process.argv.slice(2);
const { ElevenLabsClient } = createRequire(directory + "/")("@elevenlabs/elevenlabs-js");

const clientWith = (apiKey) => new ElevenLabsClient({ apiKey, baseUrl, environment: baseUrl });
const client = clientWith("emulator-key");
const options = { maxRetries: 0 };

const voice = "EXAVITQu4vr4xnSDxMaL";
const text = "Hello there.";
const lines = { inputs: [{ text: "Hello.", voiceId: voice }, { text: "Hi there.", voiceId: voice }] };
const rule = { type: "alias", stringToReplace: "UN", alias: "United Nations", caseSensitive: true, wordBoundaries: true };
const phoneme = { type: "phoneme", stringToReplace: "tomato", phoneme: "təˈmɑːtoʊ", alphabet: "ipa" };
const pls = `<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>UN</grapheme><alias>United Nations</alias></lexeme>
</lexicon>`;

async function bytes(stream) {
  const parts = [];
  for await (const part of await stream) parts.push(part);
  return Buffer.concat(parts);
}

const digest = (data) => createHash("sha256").update(data).digest("hex");
const audio = async (stream) => digest(await bytes(stream));
const speak = () => bytes(client.textToSpeech.convert(voice, { text }, options));
const upload = async () => ({ data: await speak(), filename: "speech.mp3", contentType: "audio/mpeg" });

async function chunks(stream) {
  const all = { audio: [], characters: [], segments: 0 };
  for await (const chunk of await stream) {
    all.audio.push(Buffer.from(chunk.audioBase64, "base64"));
    all.characters.push(...(chunk.alignment ? chunk.alignment.characters : []));
    all.segments += chunk.voiceSegments ? chunk.voiceSegments.length : 0;
  }
  return { audio: digest(Buffer.concat(all.audio)), text: all.characters.join(""), segments: all.segments > 0 };
}

const timed = (a) => ({
  audio: digest(Buffer.from(a.audioBase64, "base64")),
  text: a.alignment.characters.join(""),
  end: a.alignment.characterEndTimesSeconds.at(-1),
  segments: a.voiceSegments ? a.voiceSegments.map((s) => s.endTimeSeconds) : null,
});

const transcribe = async (more) =>
  client.speechToText.convert({ modelId: "scribe_v2", file: await upload(), ...more }, options);
const heard = (t) => ({ text: t.text, words: t.words.filter((w) => w.type === "word").map((w) => [w.text, w.start, w.end]) });

async function item() {
  await speak();
  return (await client.history.list({ pageSize: 1 }, options)).history[0].historyItemId;
}

const clone = async () =>
  (await client.voices.ivc.create({ name: "Own", files: [await upload()], labels: { accent: "british" } }, options)).voiceId;
const dictionary = () => client.pronunciationDictionaries.createFromRules({ name: "words", rules: [rule, phoneme] }, options);
const version = (v) => ({ rules: v.versionRulesNum, named: v.versionId.length > 0 });
const refused = (promise) =>
  Promise.resolve(promise).then(
    () => "nothing was refused",
    (err) => ({ status: err.statusCode }),
  );

const usage = { startUnix: 1790640000000, endUnix: 1790812800000 };

const calls = {
  "POST /v1/audio-isolation": async () => audio(client.audioIsolation.convert({ audio: await upload() }, options)),
  "POST /v1/audio-isolation/stream": async () => audio(client.audioIsolation.stream({ audio: await upload() }, options)),
  "POST /v1/forced-alignment": async () => {
    const a = await client.forcedAlignment.create({ file: await upload(), text }, options);
    return { words: a.words.map((w) => w.text), characters: a.characters.length, loss: a.loss };
  },
  "GET /v1/history": async () => {
    await speak();
    const page = await client.history.list({ pageSize: 1, source: "TTS", search: "hello" }, options);
    return page.history.map((i) => ({ text: i.text, voice: i.voiceName, state: i.state, format: i.outputFormat }));
  },
  "POST /v1/history/download": async () => audio(client.history.download({ historyItemIds: [await item()] }, options)),
  "GET /v1/history/{history_item_id}": async () => {
    const i = await client.history.get(await item(), options);
    return { text: i.text, cost: i.characterCountChangeTo - i.characterCountChangeFrom, type: i.contentType };
  },
  "DELETE /v1/history/{history_item_id}": async () => {
    const id = await item();
    await client.history.delete(id, options);
    return refused(client.history.get(id, options));
  },
  "GET /v1/history/{history_item_id}/audio": async () => audio(client.history.getAudio(await item(), options)),
  "GET /v1/models": async () => (await client.models.list(options)).map((m) => [m.modelId, m.concurrencyGroup, m.languages.length]),
  "GET /v1/pronunciation-dictionaries": async () => {
    await dictionary();
    const page = await client.pronunciationDictionaries.list({ pageSize: 1 }, options);
    return page.pronunciationDictionaries.map((d) => ({ name: d.name, rules: d.latestVersionRulesNum }));
  },
  "POST /v1/pronunciation-dictionaries/add-from-file": async () =>
    version(await client.pronunciationDictionaries.createFromFile(
      { name: "words", file: { data: Buffer.from(pls), filename: "words.pls" }, description: "Ours." }, options)),
  "POST /v1/pronunciation-dictionaries/add-from-rules": async () => version(await dictionary()),
  "GET /v1/pronunciation-dictionaries/{dictionary_id}/{version_id}/download": async () => {
    const d = await dictionary();
    return (await bytes(client.pronunciationDictionaries.download(d.id, d.versionId, options))).includes("United Nations");
  },
  "PATCH /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}": async () => {
    const d = await client.pronunciationDictionaries.update((await dictionary()).id, { name: "more", archived: true }, options);
    return { name: d.name, archived: d.archivedTimeUnix > 0 };
  },
  "GET /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}": async () => {
    const d = await client.pronunciationDictionaries.get((await dictionary()).id, options);
    return d.rules.map((r) => [r.type, r.stringToReplace, r.alias || r.phoneme]);
  },
  "POST /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}/add-rules": async () =>
    version(await client.pronunciationDictionaries.rules.add((await dictionary()).id, { rules: [{ ...rule, stringToReplace: "EU" }] }, options)),
  "POST /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}/remove-rules": async () =>
    version(await client.pronunciationDictionaries.rules.remove((await dictionary()).id, { ruleStrings: ["UN"] }, options)),
  "POST /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}/set-rules": async () =>
    version(await client.pronunciationDictionaries.rules.set((await dictionary()).id, { rules: [rule] }, options)),
  "GET /v1/shared-voices": async () => {
    const page = await client.voices.getShared({ pageSize: 5, gender: "female", sort: "cloned_by_count", page: 0 }, options);
    return page.voices.map((v) => [v.voiceId, v.name, v.useCase]);
  },
  "POST /v1/single-use-token/{token_type}": async () =>
    (await client.tokens.singleUse.create("realtime_scribe", options)).token.startsWith("sutkn_"),
  "POST /v1/sound-generation": async () =>
    audio(client.textToSoundEffects.convert({ text: "rain", durationSeconds: 1.5, promptInfluence: 0.7, loop: true }, options)),
  "POST /v1/speech-to-speech/{voice_id}": async () =>
    audio(client.speechToSpeech.convert(voice,
      { audio: await upload(), voiceSettings: JSON.stringify({ stability: 0.4 }), removeBackgroundNoise: true }, options)),
  "POST /v1/speech-to-speech/{voice_id}/stream": async () =>
    audio(client.speechToSpeech.stream(voice, { audio: await upload() }, options)),
  "POST /v1/speech-to-text": async () =>
    heard(await transcribe({
      keyterms: ["hello", "over there"], entityDetection: ["pii", "name"], diarize: true, numSpeakers: 2,
      timestampsGranularity: "character", additionalFormats: [{ format: "srt", maxCharactersPerLine: 30 }, { format: "txt" }],
    })),
  "GET /v1/speech-to-text/transcripts/{transcription_id}": async () =>
    heard(await client.speechToText.transcripts.get((await transcribe()).transcriptionId, options)),
  "DELETE /v1/speech-to-text/transcripts/{transcription_id}": async () => {
    const { transcriptionId } = await transcribe();
    await client.speechToText.transcripts.delete(transcriptionId, options);
    return refused(client.speechToText.transcripts.get(transcriptionId, options));
  },
  "POST /v1/text-to-dialogue": () => audio(client.textToDialogue.convert(lines, options)),
  "POST /v1/text-to-dialogue/stream": () => audio(client.textToDialogue.stream(lines, options)),
  "POST /v1/text-to-dialogue/stream/with-timestamps": () => chunks(client.textToDialogue.streamWithTimestamps(lines, options)),
  "POST /v1/text-to-dialogue/with-timestamps": async () => timed(await client.textToDialogue.convertWithTimestamps(lines, options)),
  "POST /v1/text-to-speech/{voice_id}": () =>
    audio(client.textToSpeech.convert(voice, {
      text, modelId: "eleven_multilingual_v2", outputFormat: "pcm_16000", seed: 7, previousText: "Before.",
      voiceSettings: { stability: 0.4, similarityBoost: 0.6, style: 0.1, useSpeakerBoost: true, speed: 1.1 },
    }, options)),
  "POST /v1/text-to-speech/{voice_id}/stream": () => audio(client.textToSpeech.stream(voice, { text }, options)),
  "POST /v1/text-to-speech/{voice_id}/stream/with-timestamps": () =>
    chunks(client.textToSpeech.streamWithTimestamps(voice, { text }, options)),
  "POST /v1/text-to-speech/{voice_id}/with-timestamps": async () =>
    timed(await client.textToSpeech.convertWithTimestamps(voice, { text }, options)),
  "GET /v1/usage/character-stats": async () => {
    const u = await client.usage.get({ ...usage, breakdownType: "voice", aggregationInterval: "day" }, options);
    return { times: u.time, series: Object.keys(u.usage).length };
  },
  "GET /v1/user": async () => {
    const u = await client.user.get(options);
    return { id: u.userId, seat: u.seatType, tier: u.subscription.tier };
  },
  "GET /v1/user/subscription": async () => {
    const s = await client.user.subscription.get(options);
    return { tier: s.tier, status: s.status, limit: s.characterLimit, overage: s.currentOverage.amount };
  },
  "GET /v1/voices": async () => (await client.voices.getAll({ showLegacy: false }, options)).voices.map((v) => v.name),
  "POST /v1/voices/add": async () => (await client.voices.get(await clone(), {}, options)).labels,
  "POST /v1/voices/add/{public_user_id}/{voice_id}": async () => {
    const v = (await client.voices.getShared({ search: "bea" }, options)).voices[0];
    const added = await client.voices.share(v.publicOwnerId, v.voiceId, { newName: "Shared", bookmarked: true }, options);
    return (await client.voices.get(added.voiceId, {}, options)).name;
  },
  "GET /v1/voices/settings/default": () => client.voices.settings.getDefault(options),
  "GET /v1/voices/{voice_id}": async () => {
    const v = await client.voices.get(voice, {}, options);
    return { name: v.name, category: v.category, labels: v.labels, settings: v.settings };
  },
  "DELETE /v1/voices/{voice_id}": async () => {
    const id = await clone();
    await client.voices.delete(id, options);
    return refused(client.voices.get(id, {}, options));
  },
  "POST /v1/voices/{voice_id}/edit": async () => {
    const id = await clone();
    await client.voices.update(id, { name: "New", description: "Mine.", labels: { age: "old" } }, options);
    const v = await client.voices.get(id, {}, options);
    return { name: v.name, description: v.description };
  },
  "GET /v1/voices/{voice_id}/settings": () => client.voices.settings.get(voice, options),
  "POST /v1/voices/{voice_id}/settings/edit": async () => {
    const id = await clone();
    await client.voices.settings.update(id, { stability: 0.3, speed: 1.1 }, options);
    const s = await client.voices.settings.get(id, options);
    return [s.stability, s.speed];
  },
  "GET /v2/voices": async () => {
    const page = await client.voices.search({ pageSize: 3, sort: "name", sortDirection: "asc", voiceType: "default" }, options);
    return page.voices.map((v) => v.name);
  },
  "refusal of a key": () => refused(clientWith("invalid-key").user.get(options)),
  "refusal of a voice": () => refused(client.textToSpeech.convert("nobody", { text }, options)),
  "refusal of a model": () => refused(client.textToSpeech.convert(voice, { text, modelId: "nothing" }, options)),
};

(async () => {
  for (const call of Object.keys(calls).sort()) {
    let line;
    try {
      line = { call, outcome: (await calls[call]()) ?? null };
    } catch (err) {
      line = { call, error: String(err), body: err.body };
    }
    console.log(JSON.stringify(line));
  }
})();
