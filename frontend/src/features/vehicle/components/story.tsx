import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { queries, type Alert, type Appointment, type Claim, type Decision, type HealthPoint } from "@/api/queries";
import { Band, Severity } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { Loaded, Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/states";
import { vehicleQueries } from "@/features/vehicle/api";
import { cn } from "@/lib/cn";
import { duration, exactly, money, percent, short, visit } from "@/lib/format";
import { failureMode, name, said, t } from "@/lib/i18n";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";

interface Moment {
  key: string;
  time: string;
  isKey: boolean;
  text: ReactNode;
}

const FIRST = 12;

function DecisionMoment({ decision }: { decision: Decision }) {
  const user = useUser();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Severity severity={decision.severity} /> {t("story.decision", { mode: failureMode(decision.failure_mode.code, decision.failure_mode.name) ?? "", share: percent(decision.failure_mode.probability) })}{" "}
      <span className="text-ink-3">{decision.agent_used}</span>
      {can(user?.role, "see_steps") && (
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="ml-1 border-0 border-b border-dotted border-accent bg-transparent p-0 text-accent">
          {t("story.steps")}
        </button>
      )}
      {isOpen && <Steps id={decision.decision_id} />}
    </>
  );
}

/** The journal of a decision: each step with how long it took and what it gave. */
function Steps({ id }: { id: string }) {
  const steps = useQuery(vehicleQueries.steps(id));
  if (steps.isPending) return <Skeleton lines={3} className="px-0" />;
  return (
    <Loaded query={steps} compact>
      {(loaded) => (
        <ol className="m-0 mt-2 grid list-none gap-1.5 border-l-2 border-line pl-3">
          {loaded.items.map((step) => (
            <li key={step.position}>
              <details>
                <summary>
                  <b className="font-semibold">{step.step}</b> <span className="text-ink-3">{duration((new Date(step.finished_at).getTime() - new Date(step.started_at).getTime()) / 1000)}</span>
                </summary>
                <pre className="m-0 mt-1 max-h-48 overflow-auto rounded bg-sunken p-2 text-xs whitespace-pre-wrap" tabIndex={0}>
                  {JSON.stringify(step.output, null, 1)}
                </pre>
              </details>
            </li>
          ))}
        </ol>
      )}
    </Loaded>
  );
}

function ofDecisions(decisions: Decision[]): Moment[] {
  return decisions.flatMap((decision) => {
    const made: Moment = { key: decision.decision_id, time: decision.decided_for, isKey: true, text: <DecisionMoment decision={decision} /> };
    if (!decision.outcome) return [made];
    const found: Moment = {
      key: `${decision.decision_id}.outcome`,
      time: decision.outcome.found_at,
      isKey: false,
      text: t("story.outcome", { verdict: name("verdict", decision.outcome.verdict), component: name("component", decision.component) }),
    };
    return [made, found];
  });
}

function ofAlerts(alerts: Alert[]): Moment[] {
  return alerts.flatMap((alert) => {
    const link = (
      <Link to="/alerts" search={{ id: alert.alert_id }} className="link underline">
        {t("story.alert")}
      </Link>
    );
    const moments: Moment[] = [{ key: alert.alert_id, time: alert.raised_at, isKey: false, text: <>{link} · {name("component", alert.component)}: {failureMode(alert.failure_mode.code, alert.failure_mode.name)}</> }];
    if (alert.acknowledged_at) moments.push({ key: `${alert.alert_id}.ack`, time: alert.acknowledged_at, isKey: false, text: t("story.acknowledged") });
    if (alert.resolved_at) moments.push({ key: `${alert.alert_id}.done`, time: alert.resolved_at, isKey: false, text: t("story.resolved", { component: name("component", alert.component) }) });
    return moments;
  });
}

function ofVisits(appointments: Appointment[]): Moment[] {
  return appointments.flatMap((one) => {
    const component = name("component", one.component);
    const booked: Moment = {
      key: one.appointment_id,
      time: one.created_at,
      isKey: true,
      text: one.starts_at ? t("story.booked", { component, when: visit(one.starts_at), price: money(one.price) }) : <>{t("story.not_booked", { component })} {said(one.why_not)}</>,
    };
    const moments = [booked];
    if (one.started_at) moments.push({ key: `${one.appointment_id}.start`, time: one.started_at, isKey: false, text: t("story.started", { component }) });
    if (one.completed_at) {
      const findings = one.findings?.map((finding) => `${name("verdict", finding.verdict)}, ${name("action", finding.action)}`).join("; ") ?? "";
      moments.push({ key: `${one.appointment_id}.done`, time: one.completed_at, isKey: true, text: t("story.completed", { component, findings, cost: money(one.cost) }) });
    }
    if (one.status === "CANCELLED") moments.push({ key: `${one.appointment_id}.off`, time: one.updated_at, isKey: false, text: <>{t("story.cancelled", { component })} {said(one.cancel_reason)}</> });
    return moments;
  });
}

function ofClaims(claims: Claim[]): Moment[] {
  return claims.map((claim) => ({
    key: claim.claim_id,
    time: claim.created_at,
    isKey: false,
    text: (
      <>
        <Link to="/warranty" search={{ id: claim.claim_id }} className="link underline">
          {t("story.claim")}
        </Link>{" "}
        · {name("component", claim.component)} · {money(claim.amount)} · {name("status", claim.status)}
      </>
    ),
  }));
}

/** Only where a component changed its band: each computation would drown the rest. */
function ofHealth(history: HealthPoint[]): Moment[] {
  const bands = new Map<string, string>();
  const moments: Moment[] = [];
  for (const point of history) {
    const before = bands.get(point.component);
    if (before && before !== point.status) {
      moments.push({
        key: `${point.time}${point.component}`,
        time: point.time,
        isKey: false,
        text: (
          <>
            {name("component", point.component)}: <Band status={before} className="text-[12px]" /> → <Band status={point.status} className="text-[12px]" />
          </>
        ),
      });
    }
    bands.set(point.component, point.status);
  }
  return moments;
}

/** What happened to this vehicle and what was done, latest first: every service's part on one line of time. */
export function Story({ id }: { id: string }) {
  const user = useUser();
  const [isAll, setAll] = useState(false);
  const decisions = useQuery(vehicleQueries.decisions(id));
  const alerts = useQuery(queries.vehicleAlerts(id));
  const visits = useQuery(queries.vehicleAppointments(id));
  const claims = useQuery({ ...queries.vehicleClaims(id), enabled: can(user?.role, "see_claims") });
  const history = useQuery(vehicleQueries.healthHistory(id));
  const missing = [
    decisions.isError && t("story.part.decisions"),
    alerts.isError && t("story.part.alerts"),
    visits.isError && t("story.part.visits"),
    claims.isError && t("story.part.claims"),
    history.isError && t("story.part.health"),
  ].filter(Boolean);
  const moments = [
    ...ofDecisions(decisions.data?.items ?? []),
    ...ofAlerts(alerts.data?.items ?? []),
    ...ofVisits(visits.data?.items ?? []),
    ...ofClaims(claims.data?.items ?? []),
    ...ofHealth(history.data ?? []),
  ].sort((a, b) => b.time.localeCompare(a.time));
  const shown = isAll ? moments : moments.slice(0, FIRST);
  const isLoading = decisions.isPending && alerts.isPending && visits.isPending;
  return (
    <Panel title={t("story.title")}>
      {missing.length > 0 && (
        <p role="status" className="mx-4 my-1 rounded bg-fair-soft px-2 py-1 text-xs text-fair-ink">
          {t("story.missing", { parts: missing.join(", ") })}
        </p>
      )}
      {isLoading ? (
        <Skeleton lines={6} />
      ) : moments.length === 0 ? (
        <p className="m-0 px-4 pb-4 text-ink-2">{t("story.empty")}</p>
      ) : (
        <ol className="m-0 grid list-none gap-2.5 px-4 pb-3 text-sm">
          {shown.map((moment_) => (
            <li key={moment_.key} className="grid grid-cols-[48px_8px_minmax(0,1fr)] gap-2.5">
              <time dateTime={moment_.time} title={exactly(moment_.time)} className="text-xs text-ink-3">
                {short(moment_.time)}
              </time>
              <i aria-hidden className={cn("mt-1.5 size-2 rounded-full", moment_.isKey ? "bg-accent" : "bg-line-strong")} />
              <span className="min-w-0 break-words">{moment_.text}</span>
            </li>
          ))}
        </ol>
      )}
      {shown.length < moments.length && (
        <Button look="quiet" className="mx-2 mb-2" onClick={() => setAll(true)}>
          {t("story.all", { count: moments.length })}
        </Button>
      )}
    </Panel>
  );
}
