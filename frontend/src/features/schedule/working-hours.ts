import type { Center, SchedulingTypes } from "@/api/queries";

type Technician = SchedulingTypes["schemas"]["TechnicianBody"];
/** From and to as moments, in ms. */
type Span = [number, number];

const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** 08:30 in minutes; 24:00 is the end of the day. */
function minutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}

/** What is left of a span without another. */
function without([from, to]: Span, [start, end]: Span): Span[] {
  const before: Span = [from, Math.min(to, start)];
  const after: Span = [Math.max(from, end), to];
  return [before, after].filter(([a, b]) => a < b);
}

/**
 * When a technician works on a day as the reader's clock has it. Hours are told in the centre's local time, which may be another one: what
 * the centre calls Monday's shift can fall on two of the reader's days. Absences are moments. Empty is a day off; null is not known, because
 * the centre is not.
 */
export function worksOn(technician: Technician, center: Pick<Center, "utc_offset_minutes"> | undefined, day: Date): { from: Date; to: Date }[] | null {
  if (center?.utc_offset_minutes === undefined) return null;
  const offset = center.utc_offset_minutes * MINUTE_MS;
  const start = day.getTime();
  // By calendar: a day on which the clocks change has 23 or 25 hours.
  const end = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
  const spans: Span[] = [];
  // The centre's midnights, written as UTC, from the one at or before the reader's day to its end.
  for (let midnight = Math.floor((start + offset) / DAY_MS) * DAY_MS; midnight < end + offset; midnight += DAY_MS) {
    const weekday = WEEKDAYS[new Date(midnight).getUTCDay()];
    for (const hours of technician.working_hours.filter((one) => one.weekday === weekday)) {
      const from = midnight - offset + minutes(hours.from) * MINUTE_MS;
      const to = midnight - offset + minutes(hours.to) * MINUTE_MS;
      if (Math.max(from, start) < Math.min(to, end)) spans.push([Math.max(from, start), Math.min(to, end)]);
    }
  }
  const absences = (technician.absences ?? []).map((absence): Span => [new Date(absence.from).getTime(), new Date(absence.to).getTime()]);
  const left = absences.reduce((kept, absence) => kept.flatMap((span) => without(span, absence)), spans);
  return left.sort((a, b) => a[0] - b[0]).map(([from, to]) => ({ from: new Date(from), to: new Date(to) }));
}
