import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ComponentHealth } from "@/api/queries";
import { rulText } from "@/components/charts/rul-band";
import { Sparkline } from "@/components/charts/sparkline";
import { BAND_STYLE, BandShape, bandOf } from "@/components/ui/band";
import { vehicleQueries } from "@/features/vehicle/api";
import { cn } from "@/lib/cn";
import { score } from "@/lib/format";
import { name, t } from "@/lib/i18n";

/** One card a component, worst first; the chosen one is what the rest of the page is about. */
export function ComponentCards({ id, components, chosen }: { id: string; components: ComponentHealth[]; chosen: string }) {
  const history = useQuery(vehicleQueries.healthHistory(id));
  const judged = components.filter((component) => component.health_score != null);
  const waiting = components.filter((component) => component.health_score == null);
  return (
    <nav aria-label={t("vehicle.components")} className="mb-4">
      <ul className="m-0 grid list-none grid-cols-[repeat(auto-fill,minmax(186px,1fr))] gap-3 p-0 max-md:grid-cols-2">
        {judged.map((component) => {
          const band = bandOf(component.status);
          const scores = history.data?.filter((point) => point.component === component.type && point.health_score != null).map((point) => point.health_score ?? 0) ?? [];
          return (
            <li key={component.type}>
              <Link
                to="/vehicles/$vehicleId"
                params={{ vehicleId: id }}
                search={(old) => ({ ...old, component: component.type })}
                resetScroll={false}
                replace
                aria-current={component.type === chosen ? "true" : undefined}
                className={cn(
                  "block h-full rounded-lg border border-line bg-panel px-3 py-2.5 no-underline shadow-panel hover:border-line-strong",
                  component.type === chosen && "border-accent outline-2 -outline-offset-2 outline-accent",
                )}
              >
                <span className="flex items-center justify-between gap-1 font-semibold">
                  <span className="truncate">{name("component", component.type)}</span>
                  <span className={cn("flex items-center gap-1 text-xs", BAND_STYLE[band].text)}>
                    <BandShape band={band} size={10} /> {name("status", component.status)}
                  </span>
                </span>
                <span className="block text-[20px] font-[650] tracking-[-0.02em]">{score(component.health_score)}</span>
                <Sparkline values={scores.slice(-60)} band={band} />
                <span className="mt-1 block text-xs text-ink-3">{rulText(component.rul_km_quantiles)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      {waiting.length > 0 && (
        <p className="mt-2 mb-0 text-xs text-ink-3">{t("vehicle.no_verdict", { components: waiting.map((component) => name("component", component.type)).join(", ") })}</p>
      )}
    </nav>
  );
}
