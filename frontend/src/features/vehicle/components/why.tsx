import { useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, data } from "@/api/client";
import type { ComponentHealth, Decision, Explanation } from "@/api/queries";
import { Band, Severity } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { Loaded, Panel } from "@/components/ui/panel";
import { InlineFailure } from "@/components/ui/states";
import { vehicleQueries } from "@/features/vehicle/api";
import { ModelText, Replay } from "@/features/vehicle/components/second-look";
import { moment, moneyRange, number, percent } from "@/lib/format";
import { failureMode, name, said, signalName, t } from "@/lib/i18n";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";

type Reasoning = Decision["reasoning"][number];

/** A statement; one that rests on telemetry leads to it. */
function Statement({ reasoning }: { reasoning: Reasoning }) {
  const navigate = useNavigate({ from: "/vehicles/$vehicleId" });
  const { evidence } = reasoning;
  const sentence = said(reasoning);
  // What was measured is told by the services in English only.
  const text = sentence === reasoning.text ? evidence?.text || sentence : sentence;
  if (!evidence) return <>{text}</>;
  const show = () => {
    void navigate({ search: (old) => ({ ...old, signal: evidence.signal, from: evidence.from, to: evidence.to }), resetScroll: false, replace: true });
    document.getElementById("telemetry")?.scrollIntoView({ behavior: "smooth", block: "start" });
  };
  return (
    <button type="button" onClick={show} className="inline border-0 border-b border-dotted border-accent bg-transparent p-0 text-left text-accent" title={t("why.cited", { signal: signalName(evidence.signal) })}>
      {text}
    </button>
  );
}

function Alternatives({ decision }: { decision: Decision }) {
  if (decision.alternatives.length === 0) return null;
  return (
    <ul className="m-0 grid list-none gap-1 p-0 text-sm">
      {decision.alternatives.map((mode) => (
        <li key={mode.code} className="flex justify-between gap-3">
          <span>{failureMode(mode.code, mode.name)}</span>
          <span className="text-ink-3">{percent(mode.probability)}</span>
        </li>
      ))}
    </ul>
  );
}

function Diagnosis({ decision }: { decision: Decision }) {
  const tests = decision.reasoning.filter((reasoning) => ["reasoning.test_first", "reasoning.test_strengthens"].includes(reasoning.code));
  const statements = decision.reasoning.filter((reasoning) => !tests.includes(reasoning) && reasoning.code !== "reasoning.ranking");
  return (
    <div className="grid gap-3 px-4 pb-4">
      <p className="m-0 flex flex-wrap items-center gap-2">
        <Severity severity={decision.severity} />
        <b>{failureMode(decision.failure_mode.code, decision.failure_mode.name)}</b>
        <span className="text-ink-3">{percent(decision.failure_mode.probability)}</span>
        {decision.status !== "OPEN" && <span className="rounded bg-sunken px-1.5 text-xs text-ink-2">{name("status", decision.status)}</span>}
      </p>
      {decision.safety_warning && <p className="m-0 rounded bg-critical-soft px-2 py-1.5 font-medium text-critical-ink">{said(decision.safety_warning)}</p>}
      <p className="m-0">{said(decision.decision)}</p>
      <ul className="m-0 grid list-none gap-1.5 p-0 text-ink-2">
        {statements.map((reasoning, index) => (
          <li key={index}>
            <Statement reasoning={reasoning} />
          </li>
        ))}
      </ul>
      <div>
        <h3 className="m-0 mb-1 text-xs font-medium text-ink-3">{t("why.alternatives")}</h3>
        <Alternatives decision={decision} />
      </div>
      {tests.map((test, index) => (
        <p key={index} className="m-0 text-sm text-ink-2">
          <b className="font-semibold text-ink">{t("why.to_be_sure")}</b> {said(test)}
        </p>
      ))}
      <div>
        <h3 className="m-0 mb-1 text-xs font-medium text-ink-3">{t("why.to_do")}</h3>
        <ol className="m-0 grid list-decimal gap-1 pl-4 text-sm">
          {decision.recommended_actions.map((action) => (
            <li key={action.code}>{said(action)}</li>
          ))}
        </ol>
      </div>
      <p className="m-0 text-sm text-ink-3">
        {moneyRange(decision.estimated_cost.low, decision.estimated_cost.high)} · {t("why.labour", { hours: number(decision.labour_hours, 1) })}
        {decision.warranty && <> · {said(decision.warranty.reason)}</>}
        {" · "}
        {t("why.decided", { time: moment(decision.decided_for), agent: decision.agent_used })}
      </p>
      <More decisionId={decision.decision_id} />
      {decision.status === "OPEN" && <Feedback decision={decision} />}
    </div>
  );
}

/** What only the single decision tells, for those who may see how it was made. */
export function More({ decisionId }: { decisionId: string }) {
  const user = useUser();
  const maySee = can(user?.role, "see_steps");
  const single = useQuery({ ...vehicleQueries.decision(decisionId), enabled: maySee });
  if (!maySee) return null;
  return (
    <>
      <ModelText explanation={(single.data as { explanation?: Explanation } | undefined)?.explanation} />
      {can(user?.role, "replay") && <Replay decisionId={decisionId} />}
    </>
  );
}

/** Whoever looked at the vehicle says whether the diagnosis was right: it scores the decision and closes it. */
function Feedback({ decision }: { decision: Decision }) {
  const user = useUser();
  const client = useQueryClient();
  const scoring = useMutation({
    mutationFn: (verdict: string) => data(api.POST("/api/v1/agents/decision/{id}/feedback", { params: { path: { id: decision.decision_id } }, body: { verdict } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["decisions"] }),
  });
  if (!can(user?.role, "do_jobs")) return null;
  return (
    <details className="text-sm">
      <summary className="text-ink-2">{t("why.feedback")}</summary>
      <div className="mt-2 flex flex-wrap gap-2">
        {["CONFIRMED", "OTHER_CAUSE", "NOT_FOUND"].map((verdict) => (
          <Button key={verdict} busy={scoring.isPending} onClick={() => scoring.mutate(verdict)}>
            {name("verdict", verdict)}
          </Button>
        ))}
      </div>
      <InlineFailure error={scoring.error} className="mt-2" />
    </details>
  );
}

function Factors({ component }: { component: ComponentHealth }) {
  return (
    <div className="grid gap-3 px-4 pb-4">
      <p className="m-0 flex items-center gap-2">
        <Band status={component.status} /> <span className="text-ink-3">{t("why.confidence", { share: percent(component.confidence) })}</span>
      </p>
      {component.risk_factors.length === 0 ? (
        <p className="m-0 text-ink-2">{t(component.health_score == null ? "why.no_evidence" : "why.nothing")}</p>
      ) : (
        <ul className="m-0 grid list-none gap-2 p-0">
          {component.risk_factors.map((factor) => (
            <li key={factor.code + factor.text} className="grid grid-cols-[minmax(0,1fr)_64px] items-center gap-2">
              <span>{said(factor)}</span>
              <span className="h-1.5 rounded bg-sunken" title={percent(factor.size)}>
                <span className="block h-full rounded bg-critical" style={{ width: `${Math.min(100, Math.max(4, Math.abs(factor.size) * 100))}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {component.recommended_actions.map((action) => (
        <p key={action.code} className="m-0 text-ink-2">
          {said(action)}
        </p>
      ))}
    </div>
  );
}

/** Why: the diagnosis with its evidence; without one, what the health service sees. */
export function Why({ component, decision, query }: { component: ComponentHealth; decision?: Decision; query: UseQueryResult<{ items: Decision[] }> }) {
  return (
    <Panel title={t("why.title")} note={name("component", component.type)}>
      <Loaded query={query} lines={6}>
        {() => (decision ? <Diagnosis decision={decision} /> : null)}
      </Loaded>
      {(!decision || query.isError) && !query.isPending && <Factors component={component} />}
    </Panel>
  );
}
