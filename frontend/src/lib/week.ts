const DAY_MS = 86_400_000;

/** The Monday of a day's week, at midnight here. */
export function mondayOf(day: Date): Date {
  const monday = new Date(day.getFullYear(), day.getMonth(), day.getDate());
  monday.setDate(monday.getDate() - ((monday.getDay() + 6) % 7));
  return monday;
}

/** The seven days from a Monday on; by calendar, not by 24 hours, so that a change of clocks moves nothing. */
export function daysOf(monday: Date): Date[] {
  return Array.from({ length: 7 }, (_, index) => new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + index));
}

/** A day as an address has it: 2026-11-23. */
export function isoDay(day: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** Reads it back, as a local day; nothing else is a day. */
export function parseDay(text: string | undefined): Date | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? "");
  return match ? new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : null;
}

/** The week's number by ISO 8601: the week of the year's first Thursday is the first. */
export function isoWeek(day: Date): number {
  const thursday = mondayOf(day);
  thursday.setDate(thursday.getDate() + 3);
  const first = new Date(thursday.getFullYear(), 0, 4);
  return 1 + Math.round((thursday.getTime() - mondayOf(first).getTime() - 3 * DAY_MS) / (7 * DAY_MS));
}

export function isSameDay(a: Date, b: Date): boolean {
  return isoDay(a) === isoDay(b);
}

/** The last day of a period whose end is told as the first day after it. */
export function dayBefore(text: string | undefined): Date | null {
  const day = parseDay(text);
  return day && new Date(day.getFullYear(), day.getMonth(), day.getDate() - 1);
}
