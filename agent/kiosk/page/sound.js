// Tones and spoken prompts, in three classes with a switch each. Files of the gate alone: no network, no service.
import { isNight } from "./state.js";

export const CLASSES = ["pass", "attention", "stop"];
/** Tones in Hz, a tenth of a second and a bit each: rising, level, falling. */
const TONES = { pass: [784, 1047], attention: [659, 659], stop: [440, 349, 262] };
const CLASS_OF = {
  pass: "pass", measured: "pass", registered: "pass", signed_on: "pass",
  stop: "stop", outbox_full: "stop", disconnected: "stop",
};
const STORE = "kadian-sound";

export class Sound {
  constructor() {
    this.settings = { on: [...CLASSES], from: 22, to: 6, volume: 0.3 };
    this.said = []; // for whoever looks on: the last twenty prompts, and whether each was heard
    this.files = new Map();
    this.playing = [];
    this.context = new AudioContext();
  }

  /** What the gate's configuration says, unless this screen was set otherwise. */
  take(session) {
    const own = read();
    this.settings = { on: session.sounds, ...session.night, ...own };
  }

  set(changes) {
    Object.assign(this.settings, changes);
    try {
      localStorage.setItem(STORE, JSON.stringify(this.settings));
    } catch {
      // A browser that keeps nothing keeps it until the page is closed.
    }
  }

  /** Whether the browser lets no sound out until somebody taps the screen. */
  get blocked() {
    return this.context.state !== "running";
  }

  async unlock() {
    if (this.blocked) await this.context.resume();
  }

  volume(hour = new Date().getHours()) {
    const { from, to, volume } = this.settings;
    return isNight(hour, from, to) ? volume : 1;
  }

  /** Plays the tone of the word's class, then the word; what was being said before stops. */
  async say(word) {
    const kind = CLASS_OF[word] ?? "attention";
    const heard = this.settings.on.includes(kind) && !this.blocked && this.volume() > 0;
    this.said = [...this.said.slice(-19), { word, kind, heard, volume: this.volume() }];
    if (!heard) return;
    for (const one of this.playing.splice(0)) one.stop();
    const gain = this.context.createGain();
    gain.gain.value = this.volume();
    gain.connect(this.context.destination);
    const now = this.context.currentTime;
    const tones = TONES[kind];
    tones.forEach((hertz, at) => this.tone(hertz, now + at * 0.14, gain));
    const file = await this.file(word);
    if (!file || this.said.at(-1).word !== word) return;
    const voice = this.context.createBufferSource();
    voice.buffer = file;
    voice.connect(gain);
    voice.start(Math.max(this.context.currentTime, now + tones.length * 0.14 + 0.06));
    this.playing.push(voice);
  }

  tone(hertz, at, gain) {
    const tone = this.context.createOscillator();
    const edge = this.context.createGain();
    edge.gain.setValueAtTime(0, at);
    edge.gain.linearRampToValueAtTime(0.5, at + 0.01);
    edge.gain.linearRampToValueAtTime(0, at + 0.13);
    tone.frequency.value = hertz;
    tone.connect(edge).connect(gain);
    tone.start(at);
    tone.stop(at + 0.14);
    this.playing.push(tone);
  }

  file(word) {
    if (!this.files.has(word)) this.files.set(word, this.load(word));
    return this.files.get(word);
  }

  async load(word) {
    try {
      const answer = await fetch(`voice/${word}.mp3`);
      return answer.ok ? await this.context.decodeAudioData(await answer.arrayBuffer()) : null;
    } catch {
      this.files.delete(word); // the gate was away; next time
      return null;
    }
  }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "{}");
  } catch {
    return {};
  }
}
