import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { queries, type Alert } from "@/api/queries";
import { Panel } from "@/components/ui/panel";
import { short } from "@/lib/format";
import { failureMode, hasText, name, t } from "@/lib/i18n";
import { useLive, type Change } from "@/lib/live";

const SHOWN = 10;
/** Kinds that say something to a person; the rest are steps between them. */
const TOLD = /^(component\.|agent\.decision\.made|alert\.(created|acknowledged|resolved|escalated)|appointment\.(scheduled|rescheduled|cancelled|started|completed)|warranty\.claim|vehicle\.(registered|retired|repair))/;

/** Alerts as the stream would have told them. */
function raised(alerts: Alert[] | undefined): Change[] {
  const newest = [...(alerts ?? [])].sort((a, b) => b.raised_at.localeCompare(a.raised_at));
  return newest.map((alert) => {
    const what = failureMode(alert.failure_mode.code, alert.failure_mode.name) ?? name("component", alert.component);
    return { id: alert.alert_id, type: "alert.created", vehicle_id: alert.vehicle_id, time: alert.raised_at, summary: what };
  });
}

/**
 * What a change was about, in the words of the app. The service's line begins with the kind and goes on with pairs such as `component
 * brakes`: the kind and the vehicle stand above it already. Another line is shown as it came.
 */
function about({ type, summary }: Change): string {
  const [kind, ...pairs] = summary.split(", ");
  if (kind !== type.replaceAll(".", " ") || !hasText(`event.${type}`)) return summary;
  const words = pairs.map((pair) => {
    const [, family, value = ""] = /^(component|severity|reason) (\S+)$/.exec(pair) ?? [];
    if (family === "component") return name("component", value);
    if (family === "severity") return name("severity", value);
    return family === "reason" && hasText(`status.${value}`) ? name("status", value) : "";
  });
  return words.filter(Boolean).join(" · ");
}

/** What the platform does at this moment, newest on top. */
export function JustNow() {
  const { changes } = useLive();
  const alerts = useQuery(queries.newestAlerts());
  const heard = changes.filter((change) => TOLD.test(change.type));
  // Before anything is heard, the last alerts say what happened: an empty panel would look like a platform that sleeps.
  const told = (heard.length > 0 ? heard : raised(alerts.data?.items)).slice(0, SHOWN);
  return (
    <Panel title={t("fleet.just_now")}>
      {told.length === 0 ? (
        <p className="m-0 px-4 pb-4 text-ink-2">{t("fleet.just_now.empty")}</p>
      ) : (
        <ol className="m-0 grid list-none gap-2 px-4 pb-4 text-sm">
          {told.map((change) => (
            <li key={change.id ?? `${change.time}${change.type}${change.vehicle_id}`} className="grid grid-cols-[44px_minmax(0,1fr)] gap-2">
              <time dateTime={change.time} className="text-ink-3">
                {short(change.time)}
              </time>
              <span className="min-w-0">
                <span className="font-medium">{name("event", change.type)}</span>
                {change.vehicle_id && (
                  <>
                    {" · "}
                    <Link to="/vehicles/$vehicleId" params={{ vehicleId: change.vehicle_id }} className="link underline">
                      {change.vehicle_id}
                    </Link>
                  </>
                )}
                <span className="block text-ink-2">{about(change)}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
