import type { Kpi } from "@/api/queries";
import { duration, money, number, percent } from "@/lib/format";
import { hasText, t } from "@/lib/i18n";

/** A value of the figure's unit, as people write it. */
export function shown(kpi: Pick<Kpi, "unit" | "currency">, value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (kpi.unit === "share") return percent(value, value > 0.9 && value < 1 ? 1 : 0);
  if (kpi.unit === "s") return duration(value);
  if (kpi.unit === "minor") return kpi.currency ? money({ amount_minor: Math.round(value), currency: kpi.currency }) : number(value / 100);
  return plain(value);
}

/** A bare number: counts whole, the rest with two digits. */
export function plain(value: number | null): string {
  return number(value, value !== null && value % 1 !== 0 ? 2 : 0);
}

/** A figure by its id in the shown language; one that the app does not know by the service's own name. */
export function kpiName(kpi: Kpi): string {
  const key = `kpi.${kpi.id}` as Parameters<typeof t>[0];
  return hasText(key) ? t(key) : kpi.name;
}
