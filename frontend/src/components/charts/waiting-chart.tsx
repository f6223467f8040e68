import type { HealthTypes, Slot } from "@/api/queries";
import { ChartTable } from "@/components/charts/chart-table";
import { linear, ticks } from "@/components/charts/scale";
import { useWidth } from "@/components/charts/use-width";
import { km, money, number, percent, visit } from "@/lib/format";
import { t } from "@/lib/i18n";

type Curve = HealthTypes["schemas"]["WaitingCurveBody"];

const HEIGHT = 172;
const MARGIN = { left: 40, right: 10, top: 10, bottom: 22 };
const DAY_MS = 86_400_000;
/** A month ahead is as far as a visit is put off. */
const DAYS = 30;

/** The share of failures by a day, between the points that the service gives. */
function failureAt(points: { days: number; failure_probability: number }[], days: number): number {
  const after = points.findIndex((point) => point.days >= days);
  const [high, low] = [points[after < 0 ? points.length - 1 : after], points[Math.max(after - 1, 0)]];
  if (!high || !low) return 0;
  const span = high.days - low.days;
  return span > 0 ? low.failure_probability + ((days - low.days) / span) * (high.failure_probability - low.failure_probability) : high.failure_probability;
}

interface WaitingChartProps {
  curve: Curve;
  slots: Slot[];
  bookedAt?: string | null;
}

/** What waiting costs: the risk of a breakdown by the day of the visit, with the slots on offer and what each is expected to cost. */
export function WaitingChart({ curve, slots, bookedAt }: WaitingChartProps) {
  const [element, width] = useWidth<HTMLDivElement>(340);
  // By date where the service gives it: how far a vehicle drives in that time is uncertain too, and is in these.
  const course = curve.dates && curve.dates.length > 1 ? curve.dates.map((point) => ({ ...point, km: null })) : curve.points;
  const days = Math.min(DAYS, Math.max(...course.map((point) => point.days)));
  const x = linear([0, days], [MARGIN.left, width - MARGIN.right]);
  const y = linear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  // The service's points need not end where the chart does.
  const shown = [...course.filter((point) => point.days < days), { days, km: null, failure_probability: failureAt(course, days) }];
  const line = shown.map((point) => `${x(point.days)},${y(point.failure_probability)}`).join(" ");
  const daysUntil = (time: string) => Math.max(0, (new Date(time).getTime() - Date.now()) / DAY_MS);
  const first = slots[0];
  // Two bays that are free at the same hour are one answer to "when".
  const hours = slots.filter((slot, index) => slots.findIndex((other) => other.starts_at === slot.starts_at) === index);
  return (
    <ChartTable
      label={t("waiting.title")}
      columns={[t("waiting.days"), t("col.distance"), t("waiting.risk")]}
      rows={shown.map((point) => [number(point.days, 1), km(point.km), percent(point.failure_probability, 1)])}
    >
      <div ref={element}>
        <svg width={width} height={HEIGHT} role="img" aria-label={t("waiting.label", { week: percent(failureAt(course, 7)), month: percent(failureAt(course, days)) })} className="block max-w-full">
          {[0, 0.25, 0.5, 0.75, 1].map((value) => (
            <g key={value}>
              <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(value)} y2={y(value)} stroke="var(--line)" />
              <text x={MARGIN.left - 6} y={y(value) + 4} textAnchor="end">
                {percent(value)}
              </text>
            </g>
          ))}
          <polygon points={`${x(0)},${y(0)} ${line} ${x(days)},${y(0)}`} fill="var(--critical-soft)" />
          <polyline points={line} fill="none" stroke="var(--critical)" strokeWidth="2" />
          {ticks(0, days, 5).map((value) => (
            <text key={value} x={x(value)} y={HEIGHT - 6} textAnchor={value === 0 ? "start" : value > days * 0.95 ? "end" : "middle"}>
              {value === 0 ? t("time.today") : t("waiting.in_days", { days: number(value, days < 5 ? 1 : 0) })}
            </text>
          ))}
          {bookedAt && daysUntil(bookedAt) <= days && (
            <g>
              <line x1={x(daysUntil(bookedAt))} x2={x(daysUntil(bookedAt))} y1={MARGIN.top} y2={y(0)} stroke="var(--accent)" strokeWidth="2" />
              {/* Above the risk of the first weeks, and inside the chart. */}
              <text x={x(daysUntil(bookedAt)) + (daysUntil(bookedAt) > days / 2 ? -5 : 5)} y={MARGIN.top + 11} textAnchor={daysUntil(bookedAt) > days / 2 ? "end" : "start"} fontWeight="600">
                {t("waiting.booked")}
              </text>
            </g>
          )}
          {slots.map((slot) => (
            <circle key={slot.starts_at + slot.technician_id} cx={x(Math.min(daysUntil(slot.starts_at), days))} cy={y(0)} r="4.5" fill={slot === first ? "var(--accent)" : "var(--panel)"} stroke="var(--accent)" strokeWidth="2" />
          ))}
        </svg>
      </div>
      <ul className="m-0 mt-2 grid list-none gap-1 p-0 text-sm">
        {hours.map((slot) => (
          <li key={slot.starts_at} className="flex gap-2">
            <span className="min-w-0 flex-1">{visit(slot.starts_at)}</span>
            <span className="text-ink-3">{t("booking.risk", { share: percent(slot.failure_probability) })}</span>
            <span className="font-semibold">{t("waiting.expected", { money: money(slot.expected_cost) })}</span>
          </li>
        ))}
      </ul>
    </ChartTable>
  );
}
