// The sentences of one language, as the gate serves them.
const sentences = {};
let language = "zh";

export const LANGUAGES = [["zh", "中文"], ["en", "English"]];

export async function speak(wanted) {
  const chosen = wanted === "en" ? "en" : "zh";
  if (!sentences[chosen]) {
    const answer = await fetch(`text/${chosen}.json`);
    if (!answer.ok) throw new Error(`text ${answer.status}`);
    sentences[chosen] = await answer.json();
  }
  language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  for (const one of document.querySelectorAll("[data-t-label]")) one.setAttribute("aria-label", t(one.dataset.tLabel));
}

export const spoken = () => language;
export const has = (key, group = "kiosk.") => `${group}${key}` in (sentences[language] ?? {});

/** One sentence by its key, `kiosk.` being understood; an unknown key is shown as it is. */
export function t(key, values = {}, group = "kiosk.") {
  const sentence = sentences[language]?.[`${group}${key}`] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The same key in Chinese, which the office reads. */
export const chinese = (key) => sentences.zh?.[`kiosk.${key}`] ?? key;

/** What an answer's word says: `kiosk.…`, or the code of an error with its cure. */
export function why(word) {
  if (/^K\d{4}$/.test(word)) return `${t(`${word}.what`, {}, "")} ${t(`${word}.do`, {}, "")}`;
  return t(word.replace(/^kiosk\./, ""));
}
