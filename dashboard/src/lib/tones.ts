// Which shape and tone stand for a state or a verdict. The word is always written beside them.

import type { Verdict } from "./contract";
import type { Condition } from "./need";

export type Shape = "check" | "again" | "stop" | "dash" | "alarm" | "pause" | "question" | "cross";
export type Tone = "good" | "warn" | "bad" | "mute";

export const OF_STATE: Record<Condition, { shape: Shape; tone: Tone }> = {
  online: { shape: "check", tone: "good" },
  stopped: { shape: "pause", tone: "mute" },
  lost: { shape: "alarm", tone: "bad" },
  unknown: { shape: "question", tone: "mute" },
  sealed: { shape: "cross", tone: "mute" },
  breach: { shape: "alarm", tone: "bad" },
};

export const OF_VERDICT: Record<Verdict, { shape: Shape; tone: Tone }> = {
  pass: { shape: "check", tone: "good" },
  recheck: { shape: "again", tone: "warn" },
  stop: { shape: "stop", tone: "bad" },
  none: { shape: "dash", tone: "mute" },
};

export const VERDICTS: readonly Verdict[] = ["pass", "recheck", "stop", "none"];
