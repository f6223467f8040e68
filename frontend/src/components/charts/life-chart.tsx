import type { ComponentHealth, HealthPoint } from "@/api/queries";
import { ChartTable } from "@/components/charts/chart-table";
import { linear, ticks } from "@/components/charts/scale";
import { useWidth } from "@/components/charts/use-width";
import { BAND_STYLE, bandOf, type BandName } from "@/components/ui/band";
import { km, moment, number, odometer, score } from "@/lib/format";
import { name, t } from "@/lib/i18n";

const HEIGHT = 236;
const MARGIN = { left: 34, right: 12, top: 10, bottom: 24 };
const LIMITS: [BandName, number, number][] = [
  ["EXCELLENT", 0.8, 1],
  ["GOOD", 0.6, 0.8],
  ["FAIR", 0.4, 0.6],
  ["POOR", 0.2, 0.4],
  ["CRITICAL", 0, 0.2],
];

interface LifeChartProps {
  component: ComponentHealth;
  history: HealthPoint[];
  odometerKm: number | null | undefined;
}

interface Frame {
  width: number;
  x: (value: number) => number;
  y: (value: number) => number;
  now: number;
  range: [number, number];
}

/** As much road behind as the forecast needs ahead, and at least what is known. */
function frame(width: number, points: HealthPoint[], now: number, p95: number | undefined): Frame {
  const first = Math.min(now, ...points.map((point) => point.odometer_km ?? now));
  const behind = Math.max(now - first, 10);
  const ahead = p95 === undefined ? behind * 0.1 : Math.min(Math.max(p95 * 1.08, behind * 0.15), behind * 3);
  const range: [number, number] = [first, now + ahead];
  return {
    width,
    now,
    range,
    x: linear(range, [MARGIN.left, width - MARGIN.right]),
    y: linear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top]),
  };
}

function Ground({ width, x, y, now, range }: Frame) {
  return (
    <>
      {LIMITS.map(([band, low, high]) => (
        <rect key={band} x={MARGIN.left} width={width - MARGIN.left - MARGIN.right} y={y(high)} height={y(low) - y(high)} fill={`var(--${BAND_STYLE[band].css}-soft)`} opacity="0.5" />
      ))}
      {[0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => (
        <text key={value} x={MARGIN.left - 6} y={y(value) + 4} textAnchor="end">
          {number(value, 1)}
        </text>
      ))}
      {ticks(range[0], range[1], Math.max(2, Math.floor(width / 150))).map((value) => (
        <text key={value} x={Math.min(Math.max(x(value), MARGIN.left + 24), width - MARGIN.right - 24)} y={HEIGHT - 7} textAnchor="middle">
          {number(value)}
        </text>
      ))}
      <line x1={x(now)} x2={x(now)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} stroke="var(--ink-3)" strokeDasharray="2 3" />
      {/* At the foot: a healthy component's course runs along the top. */}
      <text x={x(now) - 5} y={HEIGHT - MARGIN.bottom - 6} textAnchor="end">
        {t("life.now")}
      </text>
    </>
  );
}

function Forecast({ frame: { x, y, now, width, range }, component }: { frame: Frame; component: ComponentHealth }) {
  const rul = component.rul_km_quantiles;
  const from = component.health_score;
  if (!rul || from === null || from === undefined) return null;
  const color = `var(--${BAND_STYLE[bandOf(component.status)].css})`;
  const ends = { p05: now + rul.p05, p50: now + rul.p50, p95: now + rul.p95 };
  // A straight fall to failure: the service forecasts the distance, not the course.
  const at = (end: number): [number, number] => (end <= range[1] ? [x(end), y(0)] : [x(range[1]), y(from * (1 - (range[1] - now) / Math.max(end - now, 1e-9)))]);
  const [low, middle, high] = [at(ends.p05), at(ends.p50), at(ends.p95)];
  const corner = ends.p95 > range[1] && ends.p05 <= range[1] ? `${x(range[1])},${y(0)} ` : "";
  const label = Math.min(low[0] + 4, width - MARGIN.right - 130);
  return (
    <g>
      <polygon points={`${x(now)},${y(from)} ${low.join()} ${corner}${high.join()}`} fill={color} opacity="0.16" />
      <line x1={x(now)} y1={y(from)} x2={middle[0]} y2={middle[1]} stroke={color} strokeWidth="2" strokeDasharray="5 3" />
      {ends.p50 <= range[1] && <line x1={middle[0]} x2={middle[0]} y1={y(0) - 9} y2={y(0)} stroke={color} strokeWidth="3" />}
      <text x={Math.max(label, x(now) + 6)} y={Math.min(y(from) - 10, y(0) - 30)} fontWeight="600">
        {rul.p95 < 1 ? "" : km(rul.p50)}
      </text>
      <text x={Math.max(label, x(now) + 6)} y={Math.min(y(from) - 10, y(0) - 30) + 14}>
        {rul.p95 < 1 ? t("rul.over") : t("life.interval", { low: km(rul.p05), high: km(rul.p95) })}
      </text>
    </g>
  );
}

/** How long: health so far over the odometer, and the 5 to 95 % band of the distance to failure. */
export function LifeChart({ component, history, odometerKm }: LifeChartProps) {
  const [element, width] = useWidth<HTMLDivElement>();
  const points = history.filter((point) => point.component === component.type && point.health_score != null && point.odometer_km != null);
  const last = points.at(-1);
  const now = odometerKm ?? last?.odometer_km ?? 0;
  const drawn = frame(width, points, now, component.rul_km_quantiles?.p95);
  const path = points.map((point) => `${drawn.x(point.odometer_km ?? now)},${drawn.y(point.health_score ?? 0)}`);
  if (component.health_score != null) path.push(`${drawn.x(now)},${drawn.y(component.health_score)}`);
  const repairs = points.filter((point) => point.reason === "REPAIR");
  const label = t("life.title", { component: name("component", component.type) });
  const rows = points.map((point) => [moment(point.time), odometer(point.odometer_km), score(point.health_score), km(point.rul_km_quantiles?.p05), km(point.rul_km_quantiles?.p50), km(point.rul_km_quantiles?.p95)]);
  return (
    <ChartTable label={label} columns={[t("col.time"), t("col.odometer"), t("col.score"), "5 %", "50 %", "95 %"]} rows={rows.reverse()}>
      <div ref={element}>
        <svg width={width} height={HEIGHT} role="img" aria-label={`${label}: ${score(component.health_score)}`} className="block max-w-full">
          <Ground {...drawn} />
          <Forecast frame={drawn} component={component} />
          <polyline points={path.join(" ")} fill="none" stroke="var(--ink)" strokeWidth="1.8" strokeLinejoin="round" />
          {repairs.map((point) => (
            <g key={point.time}>
              <circle cx={drawn.x(point.odometer_km ?? now)} cy={drawn.y(point.health_score ?? 0)} r="4" fill="var(--panel)" stroke="var(--accent)" strokeWidth="2" />
              <text x={drawn.x(point.odometer_km ?? now) - 6} y={drawn.y(point.health_score ?? 0) + 18} textAnchor="end">
                {t("life.repaired")}
              </text>
            </g>
          ))}
        </svg>
      </div>
    </ChartTable>
  );
}
