// One clock for the page: the office's, told by a phone whose own clock may be wrong.

const TICK_MS = 1000;
const clock = $state({ now: Date.now() });
let ahead = 0;

/** Milliseconds since 1970 as the office counts them, at this instant. */
export const officeNow = (): number => Date.now() + ahead;

/** The same, once a second; what reads it is drawn again. */
export const now = (): number => clock.now;

export function setByOffice(iso: string): void {
  const told = Date.parse(iso);
  if (Number.isNaN(told)) return;
  ahead = told - Date.now();
  clock.now = officeNow();
}

export function startClock(): () => void {
  const timer = setInterval(() => (clock.now = officeNow()), TICK_MS);
  return () => clearInterval(timer);
}
