// The gate's screen: joins what is heard from the gate with what is seen, said and put in.
import { at } from "./box.js";
import { Duty } from "./duty.js";
import { Household } from "./household.js";
import { ask, listen, newForm, put } from "./link.js";
import { Manual } from "./manual.js";
import { Pair } from "./pair.js";
import { Register } from "./register.js";
import { Rests } from "./rests.js";
import { Settings } from "./settings.js";
import { Sound } from "./sound.js";
import { degrees, isNight, lasting, picture, prompted } from "./state.js";
import { has, speak, spoken, t } from "./text.js";

const BLINK_MILLISECONDS = 10000;
const AWAY_SECONDS = 60;
const NOTICE_SECONDS = 4;
/** Prompts that are said only when the state lasts: most people need none of them. */
const PATIENT_MILLISECONDS = { hold_still: 1500, waiting_for_code: 800 };
const SPOKEN_STATES = [
  "pass", "recheck", "stop", "none", "too_cold", "too_hot", "hold_still", "waiting_for_code",
  "no_thermometer", "silent_thermometer", "stuck_thermometer", "outbox_full", "disconnected",
];
const now = () => performance.now() / 1000;

let board = null;
let connected = null;
let verdictAt = -Infinity;
let stageAt = -Infinity;
let awaySince = null;
let noticeUntil = -Infinity;
let shownKey = "";
let sayLater = 0;

const sound = new Sound();
const say = (word) => sound.say(word);
const manual = new Manual();
const duty = new Duty(say);
const rests = new Rests(manual, say);
const household = new Household();
const pair = new Pair();
const register = new Register(() => {
  noticeUntil = now() + NOTICE_SECONDS;
  say("registered");
  draw();
});
const settings = new Settings(sound, changeLanguage);

function take(next) {
  if (board && board.software !== next.software) {
    location.reload(); // the agent was renewed, and its page with it
    return;
  }
  const sameLife = board?.epoch === next.epoch;
  if (next.screening) verdictAt = now() - next.screening.age;
  if (!sameLife || board.stage !== next.stage) stageAt = now();
  if (sameLife && next.identify !== board.identify) blink(next.gate);
  announce(board, next);
  connected = true;
  board = next;
  pair.box.close();
  duty.take(next);
  rests.take(next);
  household.take(next);
  draw();
}

/** What is told once, when it begins. */
function announce(before, next) {
  if (next.unattended && !before?.unattended) say("unattended");
  if (next.message && next.message.number !== before?.message?.number) say("message");
  for (const word of ["no_camera", "silent_camera", "no_gun", "silent_gun"]) {
    if (next.troubles.includes(word) && !before?.troubles.includes(word)) say(word);
  }
  if (next.online) awaySince = null;
  else if (awaySince === null) awaySince = now();
}

function cut(word) {
  if (word === "pair_first") {
    pair.open();
    return;
  }
  if (connected === false) return;
  connected = false;
  draw();
}

function draw() {
  const seen = picture(board, now() - verdictAt, now() - stageAt, connected, now() < noticeUntil ? "registered" : null);
  document.body.dataset.face = seen.face;
  document.body.dataset.word = seen.word;
  document.body.dataset.night = String(isNight(new Date().getHours(), sound.settings.from, sound.settings.to));
  fit("word", t(seen.word), seen.celsius === null ? 2 : 1);
  fit("value", seen.celsius === null ? "" : `${degrees(seen.celsius)} °C`, 1);
  const reasons = [...(seen.surface ? [t("surface")] : []), ...seen.reasons.map(because), ...ofCode(seen.code)];
  fit("reason", reasons.join(spoken() === "zh" ? "，" : ", "), 2);
  fit("next", toDo(seen.next), 2);
  write("live", document.querySelector("dialog[open]") ? t(seen.word) : "");
  if (board) drawRest();
  at("sound-blocked").hidden = !sound.blocked;
  at("muted").hidden = sound.blocked || (sound.settings.on.length === 3 && sound.volume() > 0);
  const key = `${seen.word} ${seen.id}`;
  if (key !== shownKey) {
    shownKey = key;
    prompt(seen.word);
  }
}

/** A reason in few words where there are such; `next` says what to do. */
const because = (reason) => (has(`reason.${reason}`) ? t(`reason.${reason}`) : t(reason, {}, "reason."));

/** What to do next, with the rest as long as the policy has it; "…_now" where nobody rests. */
function toDo(key) {
  const seconds = board?.rest_seconds ?? 0;
  const now = `${key}_now`;
  if (seconds === 0 && has(now)) return t(now);
  const { key: unit, count } = lasting(seconds);
  return has(key) ? t(key, { rest: t(unit, { count }) }) : "";
}

/** What a code is worth, and its colour: which is shown, and proves nothing. */
function ofCode(code) {
  if (!code) return [];
  const colour = code.colour ? t(`colour.${code.colour}`) : "";
  return [t("code", { colour, status: t(code.status, {}, "code.status.") }).trim()];
}

/** Only what changed is written, so that nothing is drawn or read out again. */
function write(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

function drawRest() {
  write("gate", board.gate);
  write("duty", board.operator ? t("on_duty", { operator: board.operator }) : "");
  write("office", office());
  at("office").dataset.away = String(!board.online);
  at("unattended").hidden = !board.unattended;
  at("note").hidden = !board.message;
  if (board.message) write("note-text", board.message.text);
  const rest = board.troubles.filter((word) => word !== document.body.dataset.word);
  at("troubles").hidden = rest.length === 0;
  write("troubles", rest.map((word) => t(word)).join(" · "));
  const lists = Object.entries(board.old_lists);
  at("lists").hidden = lists.length === 0;
  write("lists", lists.map(([name, days]) => t(`list.${name}`, { days })).join(" · "));
}

function office() {
  if (board.online) return t("online");
  const { waiting, hours_left: hours } = board;
  if (hours === null) return t("away", { waiting });
  return t(hours >= 99 ? "away_days" : "away_hours", { waiting, hours });
}

/** As big as the place allows: the text's width in characters, of which a Latin one is about half, on so many lines. */
function fit(id, text, lines) {
  const line = at(id);
  if (line.textContent === text) return;
  line.textContent = text;
  const width = [...text].reduce((sum, one) => sum + (one.codePointAt(0) > 0x2000 ? 1 : 0.58), 0);
  const broken = lines > 1 && width > (id === "word" ? 6 : 11);
  line.style.setProperty("--em", String(Math.max(2, broken ? (width / lines) * 1.14 : width)));
  line.dataset.lines = String(broken ? lines : 1);
}

function prompt(word) {
  clearTimeout(sayLater);
  if (!SPOKEN_STATES.includes(word) || !(board || word === "disconnected")) return;
  const wait = PATIENT_MILLISECONDS[word] ?? 0;
  if (wait === 0) say(prompted(word, board?.rest_seconds ?? 180));
  else sayLater = setTimeout(() => say(word), wait);
}

function blink(gate) {
  at("here").firstElementChild.textContent = t("here", { gate });
  at("here").hidden = false;
  setTimeout(() => { at("here").hidden = true; }, BLINK_MILLISECONDS);
}

async function changeLanguage(language) {
  await speak(language);
  try {
    localStorage.setItem("kadian-language", language);
  } catch {
    // kept until the page is closed
  }
  shownLanguage();
}

function shownLanguage() {
  for (const id of ["word", "value", "reason", "next"]) at(id).textContent = "";
  household.draw();
  draw();
}

function remembered() {
  try {
    return localStorage.getItem("kadian-language");
  } catch {
    return null;
  }
}

async function start() {
  for (;;) {
    try {
      await speak("zh"); // also for what the office is told
      await speak(remembered() ?? "zh");
      break;
    } catch {
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
  const session = await ask("session");
  if (session?.sounds) sound.take(session);
  for (const word of [...SPOKEN_STATES, "rested", "unattended"]) sound.file(word);
  at("open-manual").addEventListener("click", () => manual.open());
  at("open-register").addEventListener("click", () => register.open());
  at("open-duty").addEventListener("click", () => duty.open());
  at("open-settings").addEventListener("click", () => settings.open());
  at("note-away").addEventListener("click", () => put("act/put_away", { form: newForm(), number: board.message.number }));
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, () => sound.unlock().then(draw, () => {}), { capture: true });
  }
  draw();
  setInterval(() => {
    rests.draw();
    draw();
    if (awaySince !== null && now() - awaySince > AWAY_SECONDS) {
      awaySince = Infinity; // said once
      say("office_away");
    }
  }, 250);
  listen(take, cut);
}

globalThis.kiosk = { sound, language: spoken }; // for whoever looks on from the browser's own tools
start();
