// How a gate is called.

import type { Gate } from "./contract";

/** The entrance's name, else the gate's own word. */
export function nameOf(gates: readonly Gate[], gate: string): string {
  return gates.find((one) => one.gate === gate)?.name ?? gate;
}
