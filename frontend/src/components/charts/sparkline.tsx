import { BAND_STYLE, type BandName } from "@/components/ui/band";

/** A score's course from 0 to 1; the card beside it tells the number, so the line is decoration for a screen reader. */
export function Sparkline({ values, band }: { values: number[]; band: BandName }) {
  if (values.length < 2) return <div className="h-[22px]" />;
  const points = values.map((value, index) => `${(index / (values.length - 1)) * 120},${20 - 18 * value}`).join(" ");
  return (
    <svg viewBox="0 0 120 22" preserveAspectRatio="none" className="block h-[22px] w-full" aria-hidden>
      <polyline points={points} fill="none" stroke={`var(--${BAND_STYLE[band].css})`} strokeWidth="1.6" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
