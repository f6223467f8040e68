import { BAND_STYLE, type BandName } from "@/components/ui/band";
import { km, number, worth } from "@/lib/format";
import { t } from "@/lib/i18n";

interface Quantiles {
  p05: number;
  p50: number;
  p95: number;
}

/** The scale is a square root, so that the first kilometres, which decide, get the most room. */
function position(value: number, max: number): number {
  return Math.sqrt(Math.min(Math.max(value, 0), max) / max) * 100;
}

/** Remaining life as a bar from its 5 % to its 95 % quantile with the median marked, on the scale of its list. */
export function RulBand({ rul, band, maxKm }: { rul: Quantiles | null | undefined; band: BandName; maxKm: number }) {
  if (!rul) return <span className="text-ink-3">{t("rul.unknown")}</span>;
  const [low, middle, high] = [position(rul.p05, maxKm), position(rul.p50, maxKm), position(rul.p95, maxKm)];
  const color = `var(--${BAND_STYLE[band].css})`;
  return (
    <div className="flex items-center gap-2" role="img" aria-label={t("rul.label", { p05: number(rul.p05), p50: number(rul.p50), p95: number(rul.p95) })}>
      <svg viewBox="0 0 100 20" preserveAspectRatio="none" className="h-5 w-full min-w-20 flex-1 overflow-visible" aria-hidden>
        <line x1="0" x2="100" y1="10" y2="10" stroke="var(--line)" strokeWidth="2" vectorEffect="non-scaling-stroke" />
        <line x1={low} x2={Math.max(high, low + 1)} y1="10" y2="10" stroke={color} strokeOpacity="0.35" strokeWidth="9" strokeLinecap="round" vectorEffect="non-scaling-stroke" />
        <line x1={middle} x2={middle} y1="3" y2="17" stroke={color} strokeWidth="3" strokeLinecap="round" vectorEffect="non-scaling-stroke" />
      </svg>
      <span className="w-18 flex-none text-right whitespace-nowrap">{km(rul.p50)}</span>
    </div>
  );
}

/** The same in words: 310 km (120 to 640). */
export function rulText(rul: Quantiles | null | undefined): string {
  if (rul && rul.p95 < 1) return t("rul.over");
  return rul ? t("rul.text", { p05: number(worth(rul.p05)), p50: number(worth(rul.p50)), p95: number(worth(rul.p95)) }) : t("rul.unknown");
}
