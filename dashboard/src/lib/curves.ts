// Series and single readings as the columns that uPlot draws. Pure: times in ms in, seconds out; °C.

import type { Bucket, Screening, Series } from "./contract";

export type Column = (number | null | undefined)[];
export type Table = [number[], ...Column[]];

/** A pause of up to so many empty buckets is bridged by the line; a longer one is a gap in it. */
const BRIDGED = 4;

type Value = "median" | "p95" | "max";

/** One table of a series: the middle of each bucket, and one column a value; null cuts the line. */
export function bucketTable(series: Series, values: readonly Value[]): Table {
  const times: number[] = [];
  const columns: Column[] = values.map(() => []);
  let before: number | null = null;
  for (const bucket of series.buckets) {
    const at = Date.parse(bucket.at) / 1000 + series.step_seconds / 2;
    if (before !== null && at - before > series.step_seconds * (BRIDGED + 1)) {
      times.push((before + at) / 2);
      for (const column of columns) column.push(null);
    }
    times.push(at);
    values.forEach((value, i) => columns[i]?.push(bucket[value]));
    before = at;
  }
  return [times, ...columns];
}

/** Whether a temperature is one of a body: a reading without result or of a bare surface belongs on no fever chart. */
export function bodyCelsius({ temperature }: Screening): number | null {
  if (!temperature || (temperature.quality ?? "ok") !== "ok") return null;
  return temperature.kind === "body_estimate" || temperature.kind === "contact" ? temperature.celsius : null;
}

/** Single readings: one column of those that passed, one of those that were held back. */
export function pointTable(screenings: readonly Screening[]): Table {
  const points = screenings
    .map((screening) => ({ at: Date.parse(screening.at) / 1000, value: bodyCelsius(screening), verdict: screening.verdict }))
    .filter((point): point is typeof point & { value: number } => point.value !== null)
    .sort((a, b) => a.at - b.at);
  const held = (verdict: string) => verdict === "recheck" || verdict === "stop";
  return [
    points.map((point) => point.at),
    points.map((point) => (held(point.verdict) ? null : point.value)),
    points.map((point) => (held(point.verdict) ? point.value : null)),
  ];
}

/** The axis in °C: always wide enough to show a normal body and the reference line, never so wide as to flatten both. */
export function celsiusRange(low: number | null, high: number | null): [number, number] {
  return [Math.max(33.5, Math.min(35.8, (low ?? 36) - 0.2)), Math.min(42.5, Math.max(37.8, (high ?? 37) + 0.2))];
}

export const countOf = (buckets: readonly Bucket[]): number => buckets.reduce((sum, bucket) => sum + bucket.count, 0);

export const highestOf = (buckets: readonly Bucket[]): number | null =>
  buckets.reduce<number | null>((top, { max }) => (max === null || (top !== null && top > max) ? top : max), null);
