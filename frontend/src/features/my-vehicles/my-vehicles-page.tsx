import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { queries, type Action, type Alert, type AnalyticsTypes } from "@/api/queries";
import { api, data } from "@/api/client";
import { SlotPicker } from "@/components/booking/slot-picker";
import { Page } from "@/components/layouts/page";
import { Band, BAND_STYLE, BandShape, bandOfSeverity } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { Panel, Loaded, QueryPanel } from "@/components/ui/panel";
import { Empty } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { km, money, moneyRange, visit } from "@/lib/format";
import { failureMode, name, said, t } from "@/lib/i18n";
import { useUser } from "@/lib/session";
import { modelOf } from "@/lib/vehicle";

type OwnVehicle = AnalyticsTypes["schemas"]["OwnedVehicleBody"];

const ADVICE = { IMMEDIATE: "mine.stop", WITHIN_24H: "mine.today", default: "mine.soon" } as const;

function Warning({ vehicle, action, alert }: { vehicle: OwnVehicle; action: Action; alert: Alert | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const band = bandOfSeverity(action.severity);
  const advice = ADVICE[action.urgency as keyof typeof ADVICE] ?? ADVICE.default;
  const mode = alert ? failureMode(alert.failure_mode.code, alert.failure_mode.name) : name("component", action.component);
  return (
    <section aria-label={`${vehicle.vehicle_id} ${name("component", action.component)}`} className="rounded-lg border border-line bg-panel p-4 shadow-panel" style={{ borderLeft: `4px solid var(--${BAND_STYLE[band].css})` }}>
      <p className={cn("m-0 flex items-center gap-1.5 font-semibold", BAND_STYLE[band].text)}>
        <BandShape band={band} /> {name("severity", action.severity)} · {name("component", action.component)}
        <Link to="/vehicles/$vehicleId" params={{ vehicleId: vehicle.vehicle_id }} search={{ component: action.component }} className="link ml-auto font-medium">
          {vehicle.vehicle_id}
        </Link>
      </p>
      <h2 className="mt-1 mb-2 text-[22px] leading-tight font-[650] tracking-[-0.02em]">{t(advice)}</h2>
      <p className="m-0 mb-3 text-ink-2">
        {t("mine.why", { vehicle: modelOf(vehicle) || vehicle.vehicle_id, mode: mode ?? "" })}{" "}
        {action.rul_km && (action.rul_km.p95 < 1 ? t("mine.over") : t("mine.life", { middle: km(action.rul_km.p50), low: km(action.rul_km.p05) }))}{" "}
        {action.warranty_covered ? t("mine.covered") : t("mine.cost", { range: moneyRange(action.estimated_cost_low, action.estimated_cost_high) })}
      </p>
      {alert?.safety_warning && <p className="m-0 mb-3 rounded bg-critical-soft px-3 py-2 font-medium text-critical-ink">{said(alert.safety_warning)}</p>}
      {action.next_visit ? (
        <p className="m-0 mb-2 font-semibold">{t("mine.booked", { when: visit(action.next_visit.starts_at) })}</p>
      ) : (
        !isOpen && (
          <Button look="primary" large className="w-full md:w-auto" onClick={() => setOpen(true)}>
            {t("mine.book")}
          </Button>
        )
      )}
      {isOpen && <SlotPicker large work={{ alertId: alert?.alert_id, vehicleId: vehicle.vehicle_id, component: action.component, urgency: action.urgency }} />}
    </section>
  );
}

function useAlerts(): Map<string, Alert> {
  const alerts = useQuery(queries.alerts());
  return new Map(alerts.data?.items.map((alert) => [alert.decision_id, alert]));
}

function Warnings({ vehicles }: { vehicles: OwnVehicle[] }) {
  const alertOf = useAlerts();
  const actions = vehicles.flatMap((vehicle) => vehicle.actions.map((action) => ({ vehicle, action })));
  if (actions.length === 0) {
    return (
      <section className="rounded-lg border border-line bg-panel p-4 shadow-panel">
        <p className="m-0 flex items-center gap-1.5 font-semibold text-excellent-ink">
          <BandShape band="EXCELLENT" /> {t("mine.fine")}
        </p>
        <p className="m-0 mt-1 text-ink-2">{t("mine.fine.text")}</p>
      </section>
    );
  }
  return actions.map(({ vehicle, action }) => <Warning key={action.decision_id} vehicle={vehicle} action={action} alert={alertOf.get(action.decision_id)} />);
}

function VehicleRow({ vehicle }: { vehicle: OwnVehicle }) {
  return (
    <li>
      <Link to="/vehicles/$vehicleId" params={{ vehicleId: vehicle.vehicle_id }} className="flex items-center justify-between gap-3 px-4 py-3 no-underline hover:bg-sunken">
        <span className="min-w-0">
          <span className="block truncate font-medium">{modelOf(vehicle) || vehicle.vehicle_id}</span>
          <span className="block text-sm text-ink-3">
            {vehicle.vehicle_id}
            {vehicle.next_visit && ` · ${t("alerts.booked", { when: visit(vehicle.next_visit.starts_at) })}`}
          </span>
        </span>
        <Band status={vehicle.status} score={vehicle.overall_health_score} />
      </Link>
    </li>
  );
}

/** Drafts that the platform wrote from a repair that was covered: money that the owner has not asked for yet. */
function ClaimsToFile() {
  const claims = useQuery({
    queryKey: ["claims", "drafts"],
    queryFn: () => data(api.GET("/api/v1/claims", { params: { query: { status: "DRAFT", limit: 20 } } })),
  });
  const drafts = claims.data?.items.filter((claim) => claim.eligibility.covered) ?? [];
  if (drafts.length === 0) return null;
  return (
    <Panel title={t("mine.claims")}>
      <ul className="m-0 grid list-none gap-3 px-4 pb-4">
        {drafts.map((claim) => (
          <li key={claim.claim_id}>
            <p className="m-0 text-ink-2">{t("mine.claim", { vehicle: claim.vehicle_id, component: name("component", claim.component), amount: money(claim.amount) })}</p>
            <Link to="/warranty" search={{ id: claim.claim_id }} className="link font-semibold">
              {t("mine.claim.look")}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Is my vehicle all right, what will it cost, book it, is it still covered. */
export function MyVehiclesPage() {
  const user = useUser();
  const id = user?.user_id ?? "";
  const dashboard = useQuery({
    queryKey: ["dashboard", "owner", id],
    queryFn: () => data(api.GET("/api/v1/dashboards/owner/{user_id}", { params: { path: { user_id: id } } })),
  });
  const empty = <Empty title={t("mine.none")}>{t("mine.none.text")}</Empty>;
  return (
    <Page title={t("nav.my-vehicles")}>
      <div className="grid max-w-2xl gap-3">
        <Loaded query={dashboard} lines={6} isEmpty={(loaded) => loaded.vehicles.length === 0} empty={empty}>
          {(loaded) => <Warnings vehicles={loaded.vehicles} />}
        </Loaded>
        {(dashboard.data?.vehicles.length ?? 0) > 0 && (
          <QueryPanel title={t("mine.all")} query={dashboard}>
            {(loaded) => (
              <ul className="m-0 list-none divide-y divide-line p-0">
                {loaded.vehicles.map((vehicle) => (
                  <VehicleRow key={vehicle.vehicle_id} vehicle={vehicle} />
                ))}
              </ul>
            )}
          </QueryPanel>
        )}
        <ClaimsToFile />
      </div>
    </Page>
  );
}
