// Which gate needs a person first. Pure: a gate and an instant in, words out.

import type { Gate } from "./contract";

export type Condition = "online" | "stopped" | "lost" | "unknown" | "sealed" | "breach";

/** Telemetry comes every 30 s; a gate that missed three of them is not known to be well, whatever it said last. */
export const CONTACT_LIMIT_SECONDS = 100;
/** An open gate that measured nobody for so long deserves a look. */
export const QUIET_SECONDS = 600;

/** What the page keeps of a gate: ages as instants of the office's clock (ms), so that they grow by themselves. */
export interface KnownGate extends Gate {
  readAt: number | null;
  contactAt: number | null;
}

export function known(gate: Gate, nowMs: number): KnownGate {
  const instant = (age: number | null | undefined) => (age == null ? null : nowMs - age * 1000);
  return { ...gate, readAt: instant(gate.age_seconds), contactAt: instant(gate.contact_age_seconds) };
}

export const isSealed = (gate: Gate): boolean => gate.entrance_state === "sealed";

/** The state that may be shown: nothing is online that has not been heard of for a while. `alarmed`: gates with an
 * unresolved alert. */
export function condition(gate: KnownGate, nowMs: number, alarmed: ReadonlySet<string>): Condition {
  if (isSealed(gate)) return alarmed.has(gate.gate) ? "breach" : "sealed";
  if (gate.state !== "online") return gate.state;
  if (gate.contactAt === null || nowMs - gate.contactAt > CONTACT_LIMIT_SECONDS * 1000) return "unknown";
  return "online";
}

export type Trouble = "thermometer_lost" | "thermometer_silent" | "camera_lost" | "camera_silent" | "outbox_refused" | "clock_unsynced";

export function troubles(gate: Gate): Trouble[] {
  const found: Trouble[] = [];
  const { thermometer, camera, outbox, clock } = gate.telemetry ?? {};
  if (thermometer?.state === "lost" || thermometer?.state === "silent") found.push(`thermometer_${thermometer.state}`);
  if (camera?.state === "lost" || camera?.state === "silent") found.push(`camera_${camera.state}`);
  if ((outbox?.refused ?? 0) > 0) found.push("outbox_refused");
  if (clock === "unsynced") found.push("clock_unsynced");
  return found;
}

const RANKS: Record<Condition, number> = { breach: 0, lost: 1, unknown: 2, stopped: 3, online: 6, sealed: 9 };

/** Lower is more urgent. Coarse on purpose: cards that swap places at every reading cannot be found again. */
export function rank(gate: KnownGate, nowMs: number, alarmed: ReadonlySet<string>): number {
  const state = condition(gate, nowMs, alarmed);
  if (state !== "online") return RANKS[state];
  if (alarmed.has(gate.gate)) return 3.5;
  if (troubles(gate).length > 0) return 4;
  return gate.readAt === null || nowMs - gate.readAt > QUIET_SECONDS * 1000 ? 5 : RANKS.online;
}

export function byNeed(gates: readonly KnownGate[], nowMs: number, alarmed: ReadonlySet<string>): KnownGate[] {
  const ranked = gates.map((gate) => ({ gate, rank: rank(gate, nowMs, alarmed) }));
  ranked.sort((a, b) => a.rank - b.rank || a.gate.gate.localeCompare(b.gate.gate, "en", { numeric: true }));
  return ranked.map(({ gate }) => gate);
}
