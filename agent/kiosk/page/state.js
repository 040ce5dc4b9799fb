// What the whole screen says, decided from the board alone. Pure: no clock, no document.

/** Seconds for which a verdict is the answer to the person who stands there. */
export const LIVE_SECONDS = { pass: 6, recheck: 12, stop: 20, none: 10 };
/** A verdict stays for this long even if the next person comes at once. */
const LEAST_SECONDS = 2;
/** Without these a gate measures nothing, so the whole screen says so. */
const BLOCKING = ["outbox_full", "no_thermometer", "silent_thermometer", "stuck_thermometer"];
const NO_RESULT = ["too_cold", "too_hot", "moving", "stale"];

/**
 * @param board the board, or null before the first one
 * @param verdictAge seconds since the verdict, as the gate counts them
 * @param stageAge seconds since the stage began
 * @param connected whether the gate has spoken within three seconds
 * @param notice a word that stands for a moment where nothing is being answered, or null
 * @returns {face, word, celsius, surface, reasons, code, next, id}: `face` is one of pass, recheck, stop, none, wait; `word`
 *   and `next` are keys of the catalogue; `surface`: the value is the skin's, lower than a body's
 */
export function picture(board, verdictAge, stageAge, connected, notice = null) {
  if (!board) return still("none", connected === false ? "disconnected" : "connecting");
  if (!connected) return still("none", "disconnected");
  const verdict = board.screening;
  if (verdict && isLive(board, verdict, verdictAge, stageAge)) return ofVerdict(verdict);
  if (notice) return still("wait", notice);
  const trouble = BLOCKING.find((word) => board.troubles.includes(word));
  if (trouble) return still("none", trouble);
  return still("wait", board.stage);
}

function isLive(board, verdict, verdictAge, stageAge) {
  if (verdictAge > (LIVE_SECONDS[verdict.verdict] ?? 0)) return false;
  const somebodyNew = board.stage === "hold_still" && stageAge < verdictAge;
  return !(somebodyNew && verdictAge > LEAST_SECONDS);
}

function still(face, word) {
  return { face, word, celsius: null, surface: false, reasons: [], code: null, next: `${word}.next`, id: null };
}

function ofVerdict(verdict) {
  const { id, reasons } = verdict;
  const face = verdict.verdict in LIVE_SECONDS ? verdict.verdict : "none";
  const cause = face === "none" ? NO_RESULT.find((word) => reasons.includes(word)) : null;
  const word = cause ?? face;
  // A value that is no result is not shown: it would be read as one.
  const celsius = face === "none" ? null : verdict.celsius;
  const surface = celsius !== null && verdict.kind === "surface";
  return { face, word, celsius, surface, reasons: cause ? [] : reasons, code: verdict.code ?? null, next: `${word}.next`, id };
}

/** 36.5 and 38.21: two decimals where there are two, so that a value below the limit never reads as the limit. */
export function degrees(celsius) {
  const text = celsius.toFixed(2);
  return text.endsWith("0") ? text.slice(0, -1) : text;
}

/** Whether `hour` lies in the night, which may go over midnight. */
export function isNight(hour, from, to) {
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
}

/** How long a rest is, in words: {key, count} of the catalogue. Whole minutes, rounded up; under one, seconds. */
export function lasting(seconds) {
  return seconds < 60 ? { key: "seconds", count: seconds } : { key: "minutes", count: Math.ceil(seconds / 60) };
}

/** The prompt of a word: the ones that say three minutes are for a rest of three minutes. */
export function prompted(word, restSeconds) {
  if (restSeconds === 180) return word;
  if (word === "recheck" && restSeconds === 0) return "again";
  return { recheck: "recheck_rest", too_cold: "too_cold_rest", too_hot: "too_hot_rest" }[word] ?? word;
}

/** Minutes and seconds of a rest. */
export function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
