// What a person reads: one catalogue a language, Chinese first.

import en from "../text/en.json";
import zh from "../text/zh.json";
import { remember, remembered } from "./remembered";

export type Language = "zh" | "en";
export type Key = keyof typeof zh;

const catalogues: Record<Language, Record<string, string>> = { zh, en };
const chosen = $state<{ language: Language }>({ language: remembered("language") === "en" ? "en" : "zh" });

export const language = (): Language => chosen.language;

export function choose(next: Language): void {
  chosen.language = next;
  remember("language", next);
}

/** The text of `key` with its {placeholders} filled. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const text = catalogues[chosen.language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text of a word from the wire, such as a reason; a word that is not known stands as it is. */
export function word(group: string, value: string): string {
  return catalogues[chosen.language][`${group}.${value}`] ?? value;
}

/** The sentence in the chosen language, else in any that there is. */
export function pick(sentences: Record<string, string> | null | undefined): string {
  if (!sentences) return "";
  return sentences[chosen.language] ?? sentences.zh ?? Object.values(sentences)[0] ?? "";
}
