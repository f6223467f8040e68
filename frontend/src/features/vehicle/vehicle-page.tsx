import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, type ReactNode } from "react";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { queries, type Alert, type Appointment, type ComponentHealth, type VehicleHealth } from "@/api/queries";
import { LifeChart } from "@/components/charts/life-chart";
import { WaitingChart } from "@/components/charts/waiting-chart";
import { Page } from "@/components/layouts/page";
import { Button, buttonClass } from "@/components/ui/button";
import { Loaded, Panel, QueryPanel } from "@/components/ui/panel";
import { Empty, Failure, Skeleton } from "@/components/ui/states";
import { useDecisions, vehicleQueries } from "@/features/vehicle/api";
import { comingVisit, openAlert, useBooking } from "@/features/vehicle/components/booking";
import { ComponentCards } from "@/features/vehicle/components/component-cards";
import { Evidence } from "@/features/vehicle/components/evidence";
import { OpenReviews } from "@/features/vehicle/components/open-reviews";
import { Story } from "@/features/vehicle/components/story";
import { TroubleCodes } from "@/features/vehicle/components/trouble-codes";
import { Why } from "@/features/vehicle/components/why";
import { odometer, timeZone } from "@/lib/format";
import { name, said, t } from "@/lib/i18n";
import { shown } from "@/lib/kpi";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";
import { useKept } from "@/lib/use-kept";
import { modelOf, worstFirst } from "@/lib/vehicle";

const TelemetryExplorer = lazy(() => import("@/features/vehicle/components/telemetry-explorer").then((module) => ({ default: module.TelemetryExplorer })));

/** Whether the failure that is expected is covered: what was checked for the decision, else for the component. */
function Coverage({ id, component }: { id: string; component: string }) {
  const { standing } = useDecisions(id, component);
  const coverage = useQuery({ ...vehicleQueries.coverage(id, component), enabled: !standing?.warranty });
  const eligibility = standing?.warranty ?? coverage.data?.eligibility;
  if (!eligibility) return null;
  const Icon = eligibility.covered ? ShieldCheck : ShieldOff;
  return (
    <span title={said(eligibility.reason)} className="inline-flex items-center gap-1.5 rounded-full border border-line bg-panel px-2.5 py-1 text-sm text-ink-2">
      <Icon size={13} aria-hidden className={eligibility.covered ? "text-excellent-ink" : "text-ink-3"} />
      {t(eligibility.covered ? "coverage.yes" : "coverage.no", { component: name("component", component) })}
    </span>
  );
}

interface PartProps {
  id: string;
  health: VehicleHealth;
  component: ComponentHealth;
}

function Waiting({ id, component, alert, booked }: PartProps & { alert?: Alert; booked?: Appointment }) {
  const user = useUser();
  const waiting = useQuery(vehicleQueries.waiting(id));
  const slots = useQuery({ ...vehicleQueries.offeredSlots(id, component.type, alert?.alert_id), enabled: can(user?.role, "book") && Boolean(alert) && !booked });
  const curve = waiting.data?.components.find((one) => one.component === component.type);
  return (
    <QueryPanel title={t("waiting.title")} note={t("waiting.note")} query={waiting} isEmpty={() => !curve || curve.rul_km_quantiles.p95 < 1} empty={<Empty title={t(curve ? "waiting.over" : "waiting.none")}>{t(curve ? "waiting.over.text" : "waiting.none.text")}</Empty>}>
      {() => <div className="px-4 pb-4">{curve && <WaitingChart curve={curve} slots={slots.data?.slots ?? []} bookedAt={booked?.starts_at} />}</div>}
    </QueryPanel>
  );
}

/** Whether forecasts of this component were to be trusted so far, said beside the forecast. */
function CalibrationNote({ component }: { component: string }) {
  const user = useUser();
  const kpis = useQuery({ ...queries.kpis(365), enabled: can(user?.role, "see_numbers"), retry: false });
  const kpi = kpis.data?.items.find((one) => one.id === "calibration");
  const own = kpi?.breakdown.find((slice) => slice.of === component && slice.n > 0);
  if (!kpi || kpi.n === 0) return null;
  const text = own ? t("life.calibrated", { component: name("component", component), share: shown(kpi, own.value), count: own.n }) : t("life.calibrated.all", { share: shown(kpi, kpi.value), count: kpi.n });
  return <p className="m-0 mt-1 text-xs text-ink-3">{text}</p>;
}

function Life({ id, health, component }: PartProps) {
  const history = useQuery(vehicleQueries.healthHistory(id));
  return (
    <QueryPanel title={t("life.title", { component: name("component", component.type) })} note={t("life.note", { zone: timeZone() })} query={history} lines={8}>
      {(points) => (
        <div className="px-4 pb-3">
          {component.health_score == null ? (
            <Empty title={t("life.no_data")}>{t("life.no_data.text")}</Empty>
          ) : (
            <>
              <LifeChart component={component} history={points} odometerKm={health.odometer_km} />
              <CalibrationNote component={component.type} />
            </>
          )}
        </div>
      )}
    </QueryPanel>
  );
}

/** The component that the page is about: the one in the address, else the worst when the page was opened. */
function useComponent(id: string, health: VehicleHealth | undefined): string | undefined {
  const search = useSearch({ from: "/vehicles/$vehicleId" });
  const types = worstFirst(health?.components ?? []).map((one) => one.type);
  const kept = useKept(types, id);
  return types.find((type) => type === search.component) ?? kept ?? search.component;
}

function Body({ id, health, chosen }: { id: string; health: VehicleHealth; chosen: string | undefined }) {
  const user = useUser();
  const components = worstFirst(health.components);
  const component = components.find((one) => one.type === chosen);
  const { decisions, standing } = useDecisions(id, component?.type);
  const alerts = useQuery(queries.vehicleAlerts(id));
  const appointments = useQuery(queries.vehicleAppointments(id));
  if (!component) return <Empty title={t("vehicle.no_components")}>{t("vehicle.no_components.text")}</Empty>;
  const part = { id, health, component };
  const seesTelemetry = can(user?.role, "see_telemetry");
  return (
    <>
      <OpenReviews id={id} />
      <ComponentCards id={id} components={components} chosen={component.type} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_380px]">
        {/* Narrow screens have one column, in the order in which the questions come: how long, why, the proof, then the rest. */}
        <div className="grid min-w-0 gap-4 max-xl:contents">
          <Life {...part} />
          <div className="grid min-w-0 gap-4 max-xl:order-2 lg:grid-cols-2">
            {seesTelemetry && <Evidence id={id} decision={standing} component={component} />}
            <Waiting {...part} alert={openAlert(alerts.data?.items, component.type)} booked={comingVisit(appointments.data?.items, component.type)} />
          </div>
          {seesTelemetry && (
            <div className="min-w-0 max-xl:order-3">
              <Suspense fallback={<Panel title={t("telemetry.title")}><Skeleton lines={8} /></Panel>}>
                <TelemetryExplorer id={id} />
              </Suspense>
            </div>
          )}
        </div>
        <div className="grid min-w-0 content-start gap-4 max-xl:contents">
          <div className="min-w-0 max-xl:order-1">
            <Why component={component} decision={standing} query={decisions} />
          </div>
          <div className="min-w-0 max-xl:order-4">
            <Story id={id} />
          </div>
          {seesTelemetry && (
            <div className="min-w-0 max-xl:order-5">
              <TroubleCodes id={id} />
            </div>
          )}
        </div>
      </div>
    </>
  );
}

function Bookable({ id, about, coverage, health, chosen }: { id: string; about: ReactNode; coverage: ReactNode; health: VehicleHealth; chosen: string | undefined }) {
  const { button, panel } = useBooking(id, chosen);
  const actions = (
    <>
      {coverage}
      {button}
    </>
  );
  return (
    <Page title={id} name={id} about={about} actions={actions}>
      {panel}
      <Body id={id} health={health} chosen={chosen} />
    </Page>
  );
}

/** One vehicle: which component, how long, why, what waiting costs, and what has been done. */
export function VehiclePage() {
  const { vehicleId } = useParams({ from: "/vehicles/$vehicleId" });
  const user = useUser();
  const navigate = useNavigate();
  const health = useQuery(queries.vehicleHealth(vehicleId));
  const component = useComponent(vehicleId, health.data);
  const vehicle = useQuery(queries.vehicle(vehicleId));
  const about = vehicle.data && [modelOf(vehicle.data), odometer(vehicle.data.odometer_km), vehicle.data.vin].filter(Boolean).join(" · ");
  if (vehicle.isError && health.isError) {
    return (
      <Page title={vehicleId} name={vehicleId}>
        <Failure error={vehicle.error} retry={() => void vehicle.refetch()} />
        <Button className="mx-auto block" onClick={() => void navigate({ to: "/" })}>
          {t("state.home")}
        </Button>
      </Page>
    );
  }
  if (!health.data) {
    return (
      <Page title={vehicleId} name={vehicleId} about={about}>
        <Loaded query={health} lines={10}>
          {() => null}
        </Loaded>
      </Page>
    );
  }
  const coverage = (
    <>
      {component && <Coverage id={vehicleId} component={component} />}
      <Link to="/vehicles/$vehicleId/passport" params={{ vehicleId }} className={buttonClass()}>
        {t("passport.open")}
      </Link>
    </>
  );
  if (!can(user?.role, "book")) {
    return (
      <Page title={vehicleId} name={vehicleId} about={about} actions={coverage}>
        <Body id={vehicleId} health={health.data} chosen={component} />
      </Page>
    );
  }
  // Another vehicle is another page: what is open on this one is not taken there.
  return <Bookable key={vehicleId} id={vehicleId} about={about} coverage={coverage} health={health.data} chosen={component} />;
}
