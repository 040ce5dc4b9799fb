// All that the page knows of the office: fetched whole, then kept up by the stream.

import { api, Refused } from "./api";
import { dayOf } from "./ages";
import { officeNow, setByOffice } from "./clock.svelte";
import type { Alert, Gate, Screening, Summary } from "./contract";
import { known, type KnownGate } from "./need";
import { Stream } from "./stream";

const KEPT_SCREENINGS = 1000;
const AWAY_TOO_LONG_MS = 60_000;
const RECOUNT_MS = 5000; // after new screenings: the office's own sums replace those added up here
const REFRESH_MS = 20_000; // without any news, as of an office that cannot store: it is to be said within 30 s

class Office {
  site = $state("");
  timezone = $state("Asia/Shanghai");
  gates = $state.raw<KnownGate[]>([]);
  /** How many gates there are that this page does not show: a city's thousands are not fetched again and again. */
  unshown = $state(0);
  /** Why the office cannot take or store anything at present: its own sentences, in both languages. */
  troubles = $state.raw<string[]>([]);
  summary = $state.raw<Summary | null>(null);
  alerts = $state.raw<Alert[]>([]);
  screenings = $state.raw<Screening[]>([]);
  /** Since when the stream is lost (ms of this device's clock); null while it is live. */
  lostSince = $state<number | null>(Date.now());
  /** Whether the stream has ever been live. */
  begun = $state(false);
  loaded = $state(false);
  error = $state("");

  #stream = new Stream({
    screening: (screening) => this.#take(screening),
    alert: (alert) => this.putAlert(alert),
    gate: (gate) => this.#putGate(gate),
    opened: () => this.#opened(),
    lost: () => (this.lostSince ??= Date.now()),
  });
  #dirty = false;
  #counted = 0;

  start(): () => void {
    // All is fetched once the stream is open, so that nothing can fall between the two.
    this.#stream.open();
    const timer = setInterval(() => void this.#keepUp(), RECOUNT_MS);
    const woken = () => {
      if (document.visibilityState === "visible" && Date.now() - this.#counted > REFRESH_MS) void this.fetchAll();
    };
    document.addEventListener("visibilitychange", woken);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", woken);
      this.#stream.close();
    };
  }

  async fetchAll(): Promise<void> {
    const before = this.alerts;
    await this.#tell(async () => {
      const [, open, acknowledged, page] = await Promise.all([
        this.#recount(),
        api.alerts("open"),
        api.alerts("acknowledged"),
        api.screenings(200),
      ]);
      this.alerts = merged([...open.items, ...acknowledged.items], before, this.alerts);
      this.screenings = this.#newestFirst([...page.items, ...this.screenings]);
      this.loaded = true;
    });
  }

  /** An alert as it now is: from the stream, or as the answer to a button. */
  putAlert(alert: Alert): void {
    const others = this.alerts.filter((one) => one.id !== alert.id);
    this.alerts = alert.state === "resolved" ? others : [alert, ...others];
  }

  #opened(): void {
    const away = this.lostSince === null ? 0 : Date.now() - this.lostSince;
    this.lostSince = null;
    const missed = away > AWAY_TOO_LONG_MS || !this.#stream.resumes || this.error !== "" || !this.loaded;
    if (!this.begun || missed) void this.fetchAll();
    this.begun = true;
  }

  async #keepUp(): Promise<void> {
    if (!this.loaded) return this.fetchAll();
    if (!this.#dirty && Date.now() - this.#counted < REFRESH_MS) return;
    if (document.visibilityState === "hidden" && Date.now() - this.#counted < REFRESH_MS) return;
    const told = await this.#tell(() => this.#recount());
    if (told === "unreachable" && this.lostSince === null) this.#stream.restart();
  }

  async #recount(): Promise<void> {
    this.#dirty = false;
    this.#counted = Date.now();
    const [answer, summary] = await Promise.all([api.gates(), api.summary()]);
    setByOffice(answer.now);
    this.site = answer.site;
    this.timezone = answer.timezone;
    this.troubles = answer.troubles;
    this.gates = answer.gates.map((gate) => known(gate, officeNow()));
    this.unshown = Math.max(0, (answer.total ?? 0) - answer.gates.length);
    this.summary = summary;
  }

  async #tell(work: () => Promise<void>): Promise<"told" | "refused" | "unreachable"> {
    try {
      await work();
      this.error = "";
      return "told";
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
      return error instanceof Refused && !error.reached ? "unreachable" : "refused";
    }
  }

  #take(screening: Screening): void {
    if (this.screenings.some((one) => one.id === screening.id)) return;
    this.screenings = this.#newestFirst([screening, ...this.screenings]);
    this.#dirty = true;
    const today = dayOf(Date.parse(screening.at), this.timezone) === dayOf(officeNow(), this.timezone);
    this.gates = this.gates.map((gate) => (gate.gate === screening.gate ? this.#withNews(gate, screening, today) : gate));
    if (today && this.summary !== null) this.summary = added(this.summary, screening);
  }

  #withNews(gate: KnownGate, screening: Screening, today: boolean): KnownGate {
    // A reconnect brings events that the office has had for a while: their age counts from its arrival there.
    const heard = Math.max(Date.parse(screening.received_at), gate.readAt ?? 0);
    // What was kept at the gate for a while is contact of now, but no reading of now.
    const readAt = screening.late ? Math.max(Date.parse(screening.at), gate.readAt ?? 0) : heard;
    const undated = screening.late && screening.clock === "unsynced";
    const newer = gate.last === null || (!undated && Date.parse(screening.at) >= Date.parse(gate.last.at));
    const { verdict, at } = screening;
    return {
      ...gate,
      readAt: readAt || null,
      contactAt: Math.max(heard, gate.contactAt ?? 0),
      last: newer ? { celsius: screening.temperature?.celsius ?? null, verdict, at } : gate.last,
      today: today ? { ...gate.today, total: gate.today.total + 1, [verdict]: gate.today[verdict] + 1 } : gate.today,
    };
  }

  #putGate(gate: Gate): void {
    const fresh = known(gate, officeNow());
    if (this.gates.some((one) => one.gate === gate.gate)) {
      this.gates = this.gates.map((one) => (one.gate === gate.gate ? fresh : one));
    } else if (this.unshown === 0) {
      this.gates = [...this.gates, fresh];
    }
  }

  #newestFirst(all: Screening[]): Screening[] {
    const byId = new Map(all.map((screening) => [screening.id, screening]));
    const sorted = [...byId.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || b.position - a.position);
    return sorted.slice(0, KEPT_SCREENINGS);
  }
}

/** Alerts as fetched, less what the stream has said about them while they were on their way. */
function merged(fetched: Alert[], before: Alert[], current: Alert[]): Alert[] {
  const told = current.filter((alert) => !before.includes(alert));
  const ids = new Set(current.map((alert) => alert.id));
  const newer = new Set(told.map((alert) => alert.id));
  const gone = new Set(before.filter((alert) => !ids.has(alert.id)).map((alert) => alert.id));
  return [...told, ...fetched.filter((alert) => !newer.has(alert.id) && !gone.has(alert.id))];
}

function added(summary: Summary, { gate, verdict }: Screening): Summary {
  return {
    ...summary,
    total: summary.total + 1,
    by_gate: { ...summary.by_gate, [gate]: (summary.by_gate[gate] ?? 0) + 1 },
    by_verdict: { ...summary.by_verdict, [verdict]: (summary.by_verdict[verdict] ?? 0) + 1 },
  };
}

export const office = new Office();
