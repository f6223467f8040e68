import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import { Printer } from "lucide-react";
import { queries, type Appointment } from "@/api/queries";
import { Page } from "@/components/layouts/page";
import { rulText } from "@/components/charts/rul-band";
import { Band } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { QueryPanel } from "@/components/ui/panel";
import { Empty } from "@/components/ui/states";
import { day, exactly, money, odometer, percent } from "@/lib/format";
import { name, said, t } from "@/lib/i18n";
import { modelOf, worstFirst } from "@/lib/vehicle";

function Table({ head, children }: { head: string[]; children: ReactNode }) {
  return (
    <div className="overflow-x-auto" tabIndex={0}>
      <table className="data-table">
        <thead>
          <tr>
            {head.map((title) => (
              <th key={title}>{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Work({ visit }: { visit: Appointment }) {
  return (
    <tr>
      <td className="whitespace-nowrap">{day(visit.starts_at)}</td>
      <td>{name("component", visit.component)}</td>
      <td className="min-w-52">{visit.findings?.map((finding) => `${name("component", finding.component)}: ${name("verdict", finding.verdict)}, ${name("action", finding.action)}`).join("; ")}</td>
      <td className="num">{money(visit.cost)}</td>
    </tr>
  );
}

/** The health passport: what a buyer, an insurer or the next workshop wants to know of a vehicle, on a sheet to print or keep as PDF. */
export function PassportPage() {
  const { vehicleId } = useParams({ from: "/vehicles/$vehicleId/passport" });
  const vehicle = useQuery(queries.vehicle(vehicleId));
  const health = useQuery(queries.vehicleHealth(vehicleId));
  const visits = useQuery(queries.vehicleAppointments(vehicleId));
  const claims = useQuery(queries.vehicleClaims(vehicleId));
  const made = useMemo(() => new Date().toISOString(), []);
  const done = visits.data?.items.filter((visit) => visit.status === "COMPLETED") ?? [];
  const actions = (
    <Button look="primary" onClick={() => print()}>
      <Printer size={14} aria-hidden /> {t("business.print")}
    </Button>
  );
  return (
    <Page title={t("passport.title", { vehicle: vehicleId })} name={t("passport.title", { vehicle: vehicleId })} actions={actions}>
      <div className="grid max-w-4xl gap-4">
        <QueryPanel title={t("passport.identity")} query={vehicle} lines={3}>
          {(loaded) => (
            <dl className="m-0 grid grid-cols-2 gap-x-6 gap-y-2 px-4 pb-4 md:grid-cols-4">
              {[
                [t("col.vehicle"), loaded.vehicle_id],
                ["VIN", loaded.vin],
                [t("passport.model"), modelOf(loaded)],
                [t("passport.drive"), [name("class", loaded.vehicle_class), name("powertrain", loaded.powertrain)].filter((text) => text !== "–").join(" · ")],
                [t("col.odometer"), odometer(loaded.odometer_km)],
                [t("passport.as_of"), exactly(made)],
              ].map(([label, value]) => (
                <div key={label}>
                  <dt className="text-xs text-ink-3">{label}</dt>
                  <dd className="m-0 break-words">{value || "–"}</dd>
                </div>
              ))}
            </dl>
          )}
        </QueryPanel>
        <QueryPanel title={t("passport.health")} note={t("passport.health.note")} query={health} lines={5}>
          {(loaded) => (
            <Table head={[t("col.component"), t("col.health"), t("col.rul"), t("passport.sure"), t("col.why")]}>
              {worstFirst(loaded.components).map((component) => (
                <tr key={component.type}>
                  <td>{name("component", component.type)}</td>
                  <td>
                    <Band status={component.status} score={component.health_score} />
                  </td>
                  <td className="whitespace-nowrap">{component.health_score == null ? t("passport.unknown") : rulText(component.rul_km_quantiles)}</td>
                  <td>{percent(component.confidence)}</td>
                  <td className="min-w-64 text-ink-2">{component.risk_factors.map((factor) => said(factor)).join(" ")}</td>
                </tr>
              ))}
            </Table>
          )}
        </QueryPanel>
        <QueryPanel title={t("passport.work")} query={visits} lines={3} isEmpty={() => done.length === 0} empty={<Empty title={t("passport.work.none")} />}>
          {() => (
            <Table head={[t("col.time"), t("col.component"), t("passport.findings"), t("report.cost")]}>
              {done.map((visit) => (
                <Work key={visit.appointment_id} visit={visit} />
              ))}
            </Table>
          )}
        </QueryPanel>
        <QueryPanel title={t("nav.warranty")} query={claims} lines={2} isEmpty={(loaded) => loaded.items.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("claims.empty")}</p>}>
          {(loaded) => (
            <Table head={[t("claims.occurred"), t("col.component"), t("col.status")]}>
              {loaded.items.map((claim) => (
                <tr key={claim.claim_id}>
                  <td>{day(claim.occurred_on)}</td>
                  <td>{name("component", claim.component)}</td>
                  <td>{name("status", claim.status)}</td>
                </tr>
              ))}
            </Table>
          )}
        </QueryPanel>
        <p className="m-0 text-sm text-ink-3">{t("passport.foot")}</p>
        <Link to="/vehicles/$vehicleId" params={{ vehicleId }} className="link no-print">
          {t("passport.back", { vehicle: vehicleId })}
        </Link>
      </div>
    </Page>
  );
}
