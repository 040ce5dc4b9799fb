// The answers of the office's HTTP interface, /api/v1. Temperatures in °C, times ISO 8601, ages in seconds.

export type Verdict = "pass" | "recheck" | "stop" | "none";
export type GateState = "online" | "stopped" | "lost" | "unknown";
export type DeviceState = "ok" | "silent" | "lost" | "none";
export type AlertState = "open" | "acknowledged" | "resolved";

export interface Temperature {
  celsius: number;
  kind: "surface" | "body_estimate" | "contact" | "ambient";
  ambient?: number;
  quality?: "ok" | "cold" | "hot" | "moving" | "stale";
}

export interface Screening {
  position: number;
  gate: string;
  id: string;
  at: string;
  received_at: string;
  late: boolean;
  clock: "synced" | "estimated" | "unsynced";
  verdict: Verdict;
  reasons: string[];
  temperature?: Temperature | null;
  code?: { format: string; status: string; colour?: string | null; expires?: string | null } | null;
  remeasure_of?: string | null;
}

export interface Telemetry {
  clock?: "synced" | "estimated" | "unsynced";
  thermometer?: { state: DeviceState; driver?: string };
  camera?: { state: DeviceState };
  outbox?: { waiting?: number; refused?: number; capacity_left?: number | null };
}

export type Counts = Record<"total" | Verdict, number>;

export interface Gate {
  gate: string;
  entrance: string | null;
  name: string | null;
  entrance_state: "open" | "sealed" | "unlisted";
  zone: string | null;
  state: GateState;
  state_at: string | null;
  last_screening_at: string | null;
  age_seconds: number | null;
  contact_age_seconds: number | null;
  telemetry: Telemetry | null;
  today: Counts;
  last: { celsius: number | null; verdict: Verdict; at: string } | null;
}

export interface GatesAnswer {
  site: string;
  timezone: string;
  now: string;
  /** How many there are in all; an answer holds 1,000 at most. */
  total?: number;
  troubles: string[];
  gates: Gate[];
}

export interface Summary {
  total: number;
  by_gate: Record<string, number>;
  by_verdict: Partial<Record<Verdict, number>>;
  gaps: Record<string, [number, number][]>;
}

export interface Bucket {
  at: string;
  count: number;
  median: number | null;
  p95: number | null;
  max: number | null;
  rechecks: number;
}

export interface Series {
  gate: string;
  start: string;
  end: string;
  step_seconds: number;
  buckets: Bucket[];
}

export interface Delivery {
  id: string;
  kind: string;
  recipient: string | null;
  channel: string;
  state: string;
  answer: string | null;
}

export interface Alert {
  id: string;
  rule: string;
  gate: string;
  entrance: string | null;
  state: AlertState;
  /** The state and more of it: notified, over, expired. An older office does not say it, nor what has a ? below. */
  stage?: string;
  severity: string;
  because?: { word: string; zh: string; en: string } | null;
  siren_at?: string | null;
  late: boolean;
  opened_at: string;
  happened_at: string;
  last_at: string;
  count: number;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
  minutes?: number | null;
  resolved_at: string | null;
  text: Record<string, string>;
  what_to_do: Record<string, string>;
  deliveries: Delivery[];
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
