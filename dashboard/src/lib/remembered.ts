// Small choices kept in this browser. Some in-app browsers refuse storage: then a choice lasts as long as the page.

const kept = new Map<string, string>();

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`kadian.${key}`) ?? kept.get(key) ?? null;
  } catch {
    return kept.get(key) ?? null;
  }
}

export function remember(key: string, value: string): void {
  kept.set(key, value);
  try {
    localStorage.setItem(`kadian.${key}`, value);
  } catch {
    // `kept` has it.
  }
}
