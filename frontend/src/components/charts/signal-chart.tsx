import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { IngestionTypes } from "@/api/queries";
import { formatLocale } from "@/lib/i18n";
import { number } from "@/lib/format";
import { useTheme } from "@/lib/theme";
import { unitName } from "@/lib/vehicle";

type History = IngestionTypes["schemas"]["HistoryWire"];

export interface Mark {
  time: string;
  label: string;
}

interface SignalChartProps {
  history: History;
  label: string;
  height?: number;
  /** A cited window, highlighted. */
  window?: { from: string; to: string };
  expected?: number | null;
  marks?: Mark[];
  onZoom?: (from: Date, to: Date) => void;
}

const seconds = (time: string) => new Date(time).getTime() / 1000;
const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function drawGround(plot: uPlot, { window, expected, marks }: SignalChartProps): void {
  const { ctx, bbox } = plot;
  ctx.save();
  if (window) {
    const from = plot.valToPos(seconds(window.from), "x", true);
    const to = plot.valToPos(seconds(window.to), "x", true);
    ctx.fillStyle = css("--accent-soft");
    const left = Math.max(from, bbox.left);
    ctx.fillRect(left, bbox.top, Math.max(Math.min(to, bbox.left + bbox.width) - left, 3), bbox.height);
  }
  ctx.setLineDash([4, 4]);
  if (expected != null) {
    const y = plot.valToPos(expected, "y", true);
    ctx.strokeStyle = css("--ink-3");
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  for (const mark of marks ?? []) {
    const x = plot.valToPos(seconds(mark.time), "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = css("--critical");
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillStyle = css("--critical-ink");
    ctx.font = `600 ${11 * devicePixelRatio}px Inter Variable, sans-serif`;
    ctx.fillText(mark.label, x + 4 * devicePixelRatio, bbox.top + 12 * devicePixelRatio);
  }
  ctx.restore();
}

function options(props: SignalChartProps, width: number): uPlot.Options {
  const { history, height = 220, onZoom } = props;
  const axis: uPlot.Axis = { stroke: css("--ink-3"), font: "11px Inter Variable", grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line"), width: 1 } };
  const time = (splits: number[]) => {
    const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0);
    const shape: Intl.DateTimeFormatOptions = span > 2 * 86_400 ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" };
    return splits.map((value) => new Intl.DateTimeFormat(formatLocale(), shape).format(value * 1000));
  };
  const color = css("--accent");
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: Boolean(onZoom), y: false, setScale: false }, points: { size: 7 } },
    scales: { x: { time: true, range: () => [seconds(history.from), seconds(history.to)] } },
    axes: [
      { ...axis, values: (_, splits) => time(splits), space: 72 },
      { ...axis, size: 52, values: (_, splits) => splits.map((value) => number(value, Math.abs(value) < 10 && value % 1 !== 0 ? 1 : 0)) },
    ],
    series: [{}, { stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } }, { stroke: color, width: 1.6, points: { show: false } }],
    bands: [{ series: [1, 2], fill: `${color}33` }],
    hooks: {
      drawAxes: [(plot) => drawGround(plot, props)],
      setSelect: [
        (plot) => {
          if (!onZoom || plot.select.width < 4) return;
          onZoom(new Date(plot.posToVal(plot.select.left, "x") * 1000), new Date(plot.posToVal(plot.select.left + plot.select.width, "x") * 1000));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** Puts a gap between buckets that are far apart: a parked vehicle draws no line. */
function series(history: History): uPlot.AlignedData {
  const columns: [number[], (number | null)[], (number | null)[], (number | null)[]] = [[], [], [], []];
  let before = 0;
  for (const bucket of history.buckets) {
    const at = seconds(bucket.time);
    if (before > 0 && at - before > Math.max(history.bucket_seconds * 4, 600)) {
      columns[0].push(before + history.bucket_seconds);
      for (const column of columns.slice(1)) column.push(null as never);
    }
    columns[0].push(at);
    columns[1].push(bucket.max);
    columns[2].push(bucket.min);
    columns[3].push(bucket.mean);
    before = at;
  }
  return columns as uPlot.AlignedData;
}

/** A signal over time: the mean as a line, minimum to maximum as a band. Dragging over it zooms in. */
export function SignalChart(props: SignalChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const { shown: theme } = useTheme();
  const latest = useRef(props);
  latest.current = props;
  const { history, window, expected, marks } = props;
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const plot = new uPlot(options(latest.current, target.clientWidth), series(history), target);
    const observer = new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height: latest.current.height ?? 220 }));
    observer.observe(target);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [history, theme, window?.from, window?.to, expected, marks]);
  return <div ref={element} role="img" aria-label={`${props.label}, ${unitName(history.unit)}`} className="w-full overflow-hidden" />;
}
