// The gate's events, and what is put in. A gate that restarts is found again without anybody's help.
const SILENT_MILLISECONDS = 3000;
const AGAIN_MILLISECONDS = 1500;

/** Calls `board(value)` with every board and `cut(word)` when the gate is not heard: "disconnected" or "pair_first". */
export function listen(board, cut) {
  let source = null;
  let heard = performance.now();
  const open = () => {
    source = new EventSource("events");
    source.onmessage = (event) => {
      heard = performance.now();
      board(JSON.parse(event.data));
    };
    source.onerror = () => {
      // A refusal closes for good, and a broken stream may wait long before it tries again: both begin anew here.
      source.close();
      setTimeout(retry, AGAIN_MILLISECONDS);
    };
  };
  const retry = async () => {
    const session = await ask("session");
    if (session?.word === "kiosk.pair_first") cut("pair_first");
    open();
  };
  setInterval(() => {
    if (performance.now() - heard > SILENT_MILLISECONDS) cut("disconnected");
  }, 500);
  open();
}

/** A GET's JSON, or null when the gate does not answer. */
export async function ask(path) {
  try {
    return await (await fetch(path, { signal: AbortSignal.timeout(4000) })).json();
  } catch {
    return null;
  }
}

/** Puts a form in. The answer is {ok, word}; a lost one may be asked again with the same `form`. */
export async function put(path, values) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(values),
      signal: AbortSignal.timeout(4000),
    });
    return await answer.json();
  } catch {
    return { ok: false, word: "kiosk.not_sent" };
  }
}

/** A name for one form, so that two taps are one. (`crypto.randomUUID` is missing where the page comes over HTTP.) */
export function newForm() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
