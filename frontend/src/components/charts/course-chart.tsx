import { ChartTable } from "@/components/charts/chart-table";
import { linear, ticks } from "@/components/charts/scale";
import { useWidth } from "@/components/charts/use-width";
import { day, number } from "@/lib/format";
import { t } from "@/lib/i18n";

export interface CoursePoint {
  from: string;
  value?: number | null;
  /** What the value rests on. */
  n: number;
}

const HEIGHT = 132;
const MARGIN = { left: 58, right: 10, top: 10, bottom: 20 };

/** Runs of points that have a value: where there is none, the line has a gap instead of a guess. */
function runs(points: CoursePoint[]): { index: number; value: number }[][] {
  const all: { index: number; value: number }[][] = [[]];
  points.forEach((point, index) => {
    if (point.value == null) all.push([]);
    else all.at(-1)?.push({ index, value: point.value });
  });
  return all.filter((run) => run.length > 0);
}

/** A figure over the days or weeks of a period. `show` writes a value with its unit. */
export function CourseChart({ label, points, show }: { label: string; points: CoursePoint[]; show: (value: number) => string }) {
  const [element, width] = useWidth<HTMLDivElement>(420);
  const values = points.flatMap((point) => (point.value == null ? [] : [point.value]));
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = (high - low || Math.abs(high) || 1) * 0.1;
  const range: [number, number] = [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
  const x = linear([0, Math.max(points.length - 1, 1)], [MARGIN.left, width - MARGIN.right]);
  const y = linear(range, [HEIGHT - MARGIN.bottom, MARGIN.top]);
  if (values.length === 0) return <p className="m-0 text-ink-2">{t("kpi.no_course")}</p>;
  return (
    <ChartTable raised={false} label={label} columns={[t("kpi.from"), t("kpi.value"), "n"]} rows={points.map((point) => [day(point.from), point.value == null ? "–" : show(point.value), number(point.n)])}>
      <div ref={element}>
        <svg width={width} height={HEIGHT} role="img" aria-label={label} className="block max-w-full">
          {ticks(range[0], range[1], 3).map((value) => (
            <g key={value}>
              <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(value)} y2={y(value)} stroke="var(--line)" />
              <text x={MARGIN.left - 6} y={y(value) + 4} textAnchor="end">
                {show(value)}
              </text>
            </g>
          ))}
          {runs(points).map((run) => (
            <g key={run[0]?.index}>
              <polyline points={run.map((point) => `${x(point.index)},${y(point.value)}`).join(" ")} fill="none" stroke="var(--accent)" strokeWidth="2" strokeLinejoin="round" />
              {run.length === 1 && <circle cx={x(run[0]?.index ?? 0)} cy={y(run[0]?.value ?? 0)} r="3" fill="var(--accent)" />}
            </g>
          ))}
          <text x={MARGIN.left} y={HEIGHT - 4}>
            {day(points[0]?.from)}
          </text>
          <text x={width - MARGIN.right} y={HEIGHT - 4} textAnchor="end">
            {day(points.at(-1)?.from)}
          </text>
        </svg>
      </div>
    </ChartTable>
  );
}
