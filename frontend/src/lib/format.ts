import { formatLocale, t } from "@/lib/i18n";

/** Numbers, money and times as the shown language writes them. A missing value is a dash, never a zero. */
const NONE = "–";

interface Money {
  amount_minor: number;
  currency: string;
}

type Missing = null | undefined;

export function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function number(value: number | Missing, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return new Intl.NumberFormat(formatLocale(), { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

export function score(value: number | Missing): string {
  return number(value, 2);
}

export function percent(share: number | Missing, digits = 0): string {
  return share === null || share === undefined ? NONE : `${number(share * 100, digits)} %`;
}

/** Kilometres, rounded to what they are worth: a forecast of 31,480.6 km is not known to the metre. */
export function km(value: number | Missing): string {
  return value === null || value === undefined ? NONE : `${number(worth(value))} km`;
}

/** Rounds to two or three significant figures above a hundred. */
export function worth(value: number): number {
  if (Math.abs(value) < 100) return Math.round(value);
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - (Math.abs(value) < 1000 ? 1 : 2));
  return Math.round(value / step) * step;
}

export function odometer(value: number | Missing): string {
  return value === null || value === undefined ? NONE : `${number(value)} km`;
}

/** Minor units of a currency in one of it: 100 cents, 1 yen, 1000 fils (ISO 4217). */
export function minorPerUnit(currency: string): number {
  return 10 ** (new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2);
}

export function money(value: Money | Missing, digits = 0): string {
  if (!value) return NONE;
  const style = { style: "currency", currency: value.currency, maximumFractionDigits: digits, minimumFractionDigits: digits } as const;
  return new Intl.NumberFormat(formatLocale(), style).format(value.amount_minor / minorPerUnit(value.currency));
}

/** Sums come one a currency. */
export function moneys(values: Money[] | Missing): string {
  if (!values) return NONE;
  return values.length === 0 ? t("money.none") : values.map((value) => money(value)).join(" + ");
}

export function moneyRange(low: Money | Missing, high: Money | Missing): string {
  if (!low || !high) return money(low ?? high);
  if (low.currency !== high.currency) return `${money(low)} – ${money(high)}`;
  const style = { style: "currency", currency: low.currency, maximumFractionDigits: 0 } as const;
  const one = minorPerUnit(low.currency);
  return new Intl.NumberFormat(formatLocale(), style).formatRange(low.amount_minor / one, high.amount_minor / one);
}

function format(value: string | number | Date | Missing, options: Intl.DateTimeFormatOptions): string {
  if (value === null || value === undefined || value === "") return NONE;
  // A day alone would be read as midnight UTC, which is the day before in the Americas.
  const date = new Date(typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00` : value);
  return Number.isNaN(date.getTime()) ? NONE : new Intl.DateTimeFormat(formatLocale(), options).format(date);
}

export const day = (value: string | Date | Missing) => format(value, { day: "numeric", month: "short", year: "numeric" });
export const weekday = (value: string | Date | Missing) => format(value, { weekday: "short", day: "numeric", month: "short" });
export const clock = (value: string | number | Date | Missing) => format(value, { hour: "2-digit", minute: "2-digit" });
export const clockSeconds = (value: string | number | Date | Missing) =>
  format(value, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const moment = (value: string | Missing) =>
  format(value, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
/** For a column of times: the hour today, the day before. */
export const short = (value: string | Missing, now = new Date()) =>
  value && startOfDay(new Date(value)) === startOfDay(now) ? clock(value) : format(value, { day: "numeric", month: "short" });
export const exactly = (value: string | Missing) => format(value, { dateStyle: "medium", timeStyle: "long" });

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** A coming or past moment as people say it: today 16:30, tomorrow 09:00, Tue 24 Nov 09:00. */
export function visit(value: string | Missing, now = new Date()): string {
  if (!value) return NONE;
  const date = new Date(value);
  const days = Math.round((startOfDay(date) - startOfDay(now)) / 86_400_000);
  if (days === 0) return `${t("time.today")} ${clock(date)}`;
  if (days === 1) return `${t("time.tomorrow")} ${clock(date)}`;
  return `${weekday(date)} ${clock(date)}`;
}

/** How long ago, in the largest unit that fits. */
export function ago(value: string | number | Missing, now = Date.now()): string {
  if (value === null || value === undefined) return NONE;
  const seconds = (now - new Date(value).getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(formatLocale(), { numeric: "auto", style: "short" });
  if (Math.abs(seconds) < 60) return format.format(-Math.round(seconds), "second");
  if (Math.abs(seconds) < 3600) return format.format(-Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86_400) return format.format(-Math.round(seconds / 3600), "hour");
  return format.format(-Math.round(seconds / 86_400), "day");
}

export function duration(seconds: number | Missing): string {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 1) return `${number(seconds * 1000)} ms`;
  if (seconds < 90) return `${number(seconds, seconds < 10 ? 1 : 0)} s`;
  if (seconds < 5400) return `${number(seconds / 60)} min`;
  return `${number(seconds / 3600, 1)} h`;
}
