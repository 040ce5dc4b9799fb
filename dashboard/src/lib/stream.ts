// The live stream (Server-Sent Events), kept open for as long as the page is.

import type { Alert, Gate, Screening } from "./contract";

export interface Listener {
  screening(screening: Screening): void;
  alert(alert: Alert): void;
  gate(gate: Gate): void;
  opened(): void;
  lost(): void;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

/** The browser reconnects by itself with Last-Event-ID; where it gives up (an error page instead of a stream) or may
 * not have noticed a dead line (`restart`), a new connection is opened that resumes after the last event seen. */
export class Stream {
  #source: EventSource | null = null;
  #last = "";
  #wait = FIRST_WAIT_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: Listener) {}

  /** Whether a new connection can resume after the last event, or misses what came in between. */
  get resumes(): boolean {
    return this.#last !== "";
  }

  open(): void {
    this.close();
    const resume = this.#last === "" ? "" : `?last_event_id=${encodeURIComponent(this.#last)}`;
    const source = new EventSource(`api/v1/stream${resume}`);
    this.#source = source;
    source.onopen = () => {
      this.#wait = FIRST_WAIT_MS;
      this.listener.opened();
    };
    source.onerror = () => {
      this.listener.lost();
      if (source.readyState === EventSource.CLOSED) this.#openLater();
    };
    this.#on<Screening>(source, "screening", (screening) => this.listener.screening(screening));
    this.#on<Alert>(source, "alert", (alert) => this.listener.alert(alert));
    this.#on<Gate>(source, "gate", (gate) => this.listener.gate(gate));
  }

  /** For a line that is dead without an error, as after a phone's sleep. */
  restart(): void {
    this.listener.lost();
    this.open();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #openLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  #on<T>(source: EventSource, name: string, take: (value: T) => void): void {
    source.addEventListener(name, (event: MessageEvent<string>) => {
      if (event.lastEventId !== "") this.#last = event.lastEventId;
      let value: T;
      try {
        value = JSON.parse(event.data) as T;
      } catch {
        return; // One event that cannot be read must not end the stream; the next whole fetch makes up for it.
      }
      take(value);
    });
  }
}
