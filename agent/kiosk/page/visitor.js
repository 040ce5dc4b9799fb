// What can be said about a phone number and an id number without asking anybody. Pure.

/** Weights and check characters of GB 11643-1999 (ISO 7064 MOD 11-2). */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

/** A mobile number of mainland China without spaces, dashes and +86, or null. */
export function mobile(text) {
  const digits = text.replace(/[\s-]/g, "").replace(/^(\+|00)?86(?=1)/, "");
  return /^1[3-9]\d{9}$/.test(digits) ? digits : null;
}

/** A resident's number whose date and check character are right, in capitals, or null. */
export function idNumber(text) {
  const number = text.replace(/\s/g, "").toUpperCase();
  if (!/^[1-9]\d{16}[\dX]$/.test(number)) return null;
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
  const born = new Date(Date.UTC(year, month - 1, day));
  if (year < 1900 || born.getUTCMonth() !== month - 1 || born.getUTCDate() !== day) return null;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  return CHECKS[sum % 11] === number[17] ? number : null;
}
