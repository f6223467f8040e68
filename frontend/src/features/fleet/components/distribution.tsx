import { Link } from "@tanstack/react-router";
import type { TrendDay } from "@/api/queries";
import { CourseChart } from "@/components/charts/course-chart";
import { Band, BAND_STYLE, type BandName } from "@/components/ui/band";
import { Changing } from "@/components/ui/kpi";
import { number, percent } from "@/lib/format";
import { t } from "@/lib/i18n";

/** How many vehicles are in each band: a bar for the proportion, numbers for the fact. Each leads to its vehicles. */
export function Distribution({ counts, bands, trend = [] }: { counts: Record<string, number>; bands: readonly BandName[]; trend?: TrendDay[] }) {
  const shown: BandName[] = counts.UNKNOWN ? [...bands, "UNKNOWN"] : [...bands];
  return (
    <div className="px-4 pb-4">
      <div className="mb-2.5 flex h-3.5 gap-0.5" aria-hidden>
        {shown
          .filter((band) => counts[band])
          .map((band) => (
            <span key={band} className="rounded-[2px] bg-current" style={{ flex: counts[band], color: `var(--${BAND_STYLE[band].css})` }} />
          ))}
      </div>
      <ul className="m-0 grid list-none grid-cols-2 gap-x-4 gap-y-1 p-0">
        {shown.map((band) => (
          <li key={band}>
            <Link to="/vehicles" search={{ band }} className="flex min-h-6 items-center justify-between rounded px-1 no-underline hover:bg-sunken max-md:py-1.5">
              <Band status={band} />
              <Changing value={number(counts[band] ?? 0)} className="font-semibold" />
            </Link>
          </li>
        ))}
      </ul>
      {trend.length > 1 && (
        <div className="mt-3">
          <CourseChart label={t("fleet.trend")} points={trend.map((day) => ({ from: day.day, value: day.share_good, n: day.vehicles }))} show={(value) => percent(value)} />
          <p className="m-0 text-xs text-ink-3">{t("fleet.trend")}</p>
        </div>
      )}
    </div>
  );
}
