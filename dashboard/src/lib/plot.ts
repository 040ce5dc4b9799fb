// How the temperature chart looks: uPlot's options, with colours from the style sheet.

import type uPlot from "uplot";
import { timeOfDay } from "./ages";
import { celsiusRange } from "./curves";

/** °C; the reporting limit of daily practice in China, drawn for the eye alone: gates decide by their own policy. */
export const REFERENCE_CELSIUS = 37.3;
const SPAN_SECONDS = 2 * 3600;

export interface Line {
  name: string;
  kind: "median" | "p95" | "max" | "gate" | "points" | "held";
}

export interface Look {
  width: number;
  height: number;
  timezone: string;
  reference: string;
  lines: readonly Line[];
  until: () => number; // seconds: the right end of the axis
  focused: (line: number | null, index: number | null) => void;
}

type Ink = (name: string) => string;

function series(kind: Line["kind"], ink: Ink): uPlot.Series {
  const none = () => null;
  switch (kind) {
    case "median":
      return { stroke: ink("--c-median"), width: 2, points: { show: false } };
    case "p95":
      return { stroke: ink("--c-p95"), width: 1.25, dash: [5, 4], points: { show: false } };
    case "max":
      return { stroke: ink("--c-max"), width: 1.25, dash: [2, 3], points: { show: false } };
    case "gate":
      return { stroke: ink("--c-gate"), width: 1.5, points: { show: false } };
    case "points":
      return { paths: none, points: { show: true, size: 4, width: 0, fill: ink("--c-point") } };
    case "held":
      return { paths: none, points: { show: true, size: 8, width: 2, stroke: ink("--c-held"), fill: ink("--surface") } };
  }
}

function drawReference(plot: uPlot, label: string, ink: Ink, font: string): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(REFERENCE_CELSIUS, "y", true)) + 0.5;
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = ink("--c-reference");
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([7 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = font;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.fillText(label, bbox.left + 6 * devicePixelRatio, y - 3 * devicePixelRatio);
  ctx.restore();
}

export function plotOptions(look: Look, style: CSSStyleDeclaration): uPlot.Options {
  const ink: Ink = (name) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: ink("--ink-soft"), font, ticks: { show: false }, grid: { stroke: ink("--line"), width: 1 } };
  return {
    width: look.width,
    height: look.height,
    legend: { show: false },
    padding: [8, 10, 0, 0],
    cursor: { y: false, points: { size: 7 }, drag: { setScale: false, x: false }, focus: { prox: 24 } },
    focus: { alpha: look.lines.some((line) => line.kind === "gate") ? 0.3 : 1 },
    scales: {
      x: { time: true, range: () => [look.until() - SPAN_SECONDS, look.until()] },
      y: { range: (_, low, high) => celsiusRange(low, high) },
    },
    axes: [
      { ...axis, space: 64, size: 28, values: (_, splits) => splits.map((at) => timeOfDay(at * 1000, look.timezone, false)) },
      { ...axis, size: 42, space: 30, values: (_, splits) => splits.map((celsius) => celsius.toFixed(1)) },
    ],
    series: [{}, ...look.lines.map((line) => series(line.kind, ink))],
    hooks: {
      draw: [(plot) => drawReference(plot, look.reference, ink, `${12 * devicePixelRatio}px ${style.fontFamily}`)],
      setLegend: [(plot) => report(plot, look)],
      setSeries: [(plot) => report(plot, look)],
    },
  };
}

function report(plot: uPlot, look: Look): void {
  const focused = plot.series.findIndex((one, i) => i > 0 && (one as { _focus?: boolean | null })._focus === true);
  look.focused(focused > 0 ? focused - 1 : null, plot.cursor.idx ?? null);
}
