// Times and ages in words.

import { language, t } from "./text.svelte";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 秒", "12 分钟", "2 小时 5 分": how long `seconds` is, never more exact than a person needs. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < MINUTE) return t("age.seconds", { n: s });
  if (s < HOUR) return t("age.minutes", { n: Math.floor(s / MINUTE) });
  if (s < DAY) {
    const minutes = Math.floor((s % HOUR) / MINUTE);
    const hours = Math.floor(s / HOUR);
    return minutes === 0 ? t("age.hours", { n: hours }) : t("age.hours_minutes", { n: hours, m: minutes });
  }
  return t("age.days", { n: Math.floor(s / DAY) });
}

/** "3 秒前"; "刚刚" below two seconds, where a counting number would only flicker. */
export const ago = (seconds: number): string => (seconds < 2 ? t("age.now") : t("age.ago", { span: span(seconds) }));

/** Hours, minutes and seconds on the wall of the site. */
export function timeOfDay(ms: number, timezone: string, seconds = true): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(seconds ? { second: "2-digit" as const } : {}),
  }).format(ms);
}

/** "11月24日 星期二" or "Tuesday 24 November". */
export function date(ms: number, timezone: string): string {
  return new Intl.DateTimeFormat(language() === "zh" ? "zh-CN" : "en-GB", {
    timeZone: timezone,
    month: "long",
    day: "numeric",
    weekday: "long",
  }).format(ms);
}

/** The calendar day at the site, as 2026-11-24: equal exactly for two instants of one day. */
export const dayOf = (ms: number, timezone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone: timezone }).format(ms);

/** "37.8", as thermometers show it. */
export const celsius = (value: number): string => value.toFixed(1);
