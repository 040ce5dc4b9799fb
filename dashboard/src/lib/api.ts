// The only door to the office's HTTP interface: typed answers, and errors that are sentences.

import type { Alert, GatesAnswer, Page, Screening, Series, Summary } from "./contract";
import { t } from "./text.svelte";

const PATIENCE_MS = 10_000;

/** An answer that did not come (`reached` is false) or was no success; the message is a sentence for a person. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly reached: boolean,
  ) {
    super(message);
  }
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  let answer: Response;
  let body: unknown;
  try {
    answer = await fetch(`api/v1/${path}`, { ...init, signal: patience.signal, cache: "no-store" });
    body = await answer.json().catch(() => null);
  } catch {
    throw new Refused(t("error.unreachable"), false);
  } finally {
    clearTimeout(timer);
  }
  if (!answer.ok) throw new Refused(sentence(answer.status, body), true);
  if (body === null || typeof body !== "object") throw new Refused(t("error.not_json"), true);
  return body as T;
}

/** Problem JSON (RFC 9457) as one sentence: its title and detail, with the status for whoever is phoned about it. */
function sentence(status: number, body: unknown): string {
  const problem = (body ?? {}) as { title?: unknown; detail?: unknown };
  const said = [problem.title, problem.detail].filter((part): part is string => typeof part === "string" && part !== "");
  return t("error.refused", { status, why: said.length ? said.join(" · ") : t("error.no_reason") });
}

function query(values: Record<string, string | number>): string {
  return new URLSearchParams(Object.entries(values).map(([key, value]) => [key, String(value)])).toString();
}

const post = (path: string, body: object) =>
  ask<Alert>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const api = {
  gates: () => ask<GatesAnswer>("gates"),
  summary: () => ask<Summary>("screenings/summary"),
  screenings: (limit: number) => ask<Page<Screening>>(`screenings?${query({ limit })}`),
  series: (gate: string, start: string, end: string, points: number) =>
    ask<Series>(`gates/${encodeURIComponent(gate)}/series?${query({ start, end, points })}`),
  alerts: (state: "open" | "acknowledged") => ask<Page<Alert>>(`alerts?${query({ state, limit: 50 })}`),
  acknowledge: (id: string, by: string) =>
    post(`alerts/${encodeURIComponent(id)}/acknowledge`, by === "" ? {} : { by }),
  resolve: (id: string, by: string) => post(`alerts/${encodeURIComponent(id)}/resolve`, by === "" ? {} : { by }),
};
