import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "@/api/client";
import type { AgentTypes } from "@/api/queries";
import { Severity } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Kpi, KpiStrip } from "@/components/ui/kpi";
import { Loaded, QueryPanel } from "@/components/ui/panel";
import { InlineFailure } from "@/components/ui/states";
import { Conduct } from "@/features/administration/components/conduct";
import { ago, number, percent } from "@/lib/format";
import { failureMode, name, t } from "@/lib/i18n";

type Review = AgentTypes["schemas"]["Review"];

function ReviewRow({ review }: { review: Review }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const [isOpen, setOpen] = useState(false);
  const answering = useMutation({
    mutationFn: (verdict: string) => data(api.POST("/api/v1/agents/reviews/{id}", { params: { path: { id: review.review_id } }, body: { verdict, reason } })),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["reviews"] }), client.invalidateQueries({ queryKey: ["decisions"] })]),
  });
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-3">
            <Link to="/vehicles/$vehicleId" params={{ vehicleId: review.vehicle_id }} search={{ component: review.component }} className="link font-semibold">
              {review.vehicle_id}
            </Link>
            <Severity severity={review.severity} />
          </div>
          <div className="text-sm text-ink-2">
            {failureMode(review.failure_mode, `${name("component", review.component)} · ${name("service", review.failure_mode.split(".").pop())}`)} · {t("why.confidence", { share: percent(review.confidence) })} · {ago(review.opened_at)}
          </div>
        </div>
        <Button look="quiet" aria-expanded={isOpen} aria-label={`${t("reviews.answer")} ${review.vehicle_id}`} onClick={() => setOpen(!isOpen)}>
          {t("reviews.answer")}
        </Button>
      </div>
      {isOpen && <form className="flex flex-wrap items-end gap-2" onSubmit={(event) => event.preventDefault()}>
        <TextField label={t("reviews.reason")} required value={reason} onChange={(event) => setReason(event.target.value)} className="min-w-52 flex-1" />
        <Button disabled={!reason.trim()} busy={answering.isPending} onClick={() => answering.mutate("APPROVE")}>
          {t("reviews.approve")}
        </Button>
        <Button look="quiet" disabled={!reason.trim()} busy={answering.isPending} onClick={() => answering.mutate("REJECT")}>
          {t("reviews.reject")}
        </Button>
      </form>}
      <InlineFailure error={answering.error} />
    </li>
  );
}

/** How the agents decide: how many, how sure, how often right, and what waits for a person. */
export function Agents() {
  const status = useQuery({ queryKey: ["decisions", "status"], queryFn: () => data(api.GET("/api/v1/agents/status")) });
  const reviews = useQuery({ queryKey: ["reviews"], queryFn: () => data(api.GET("/api/v1/agents/reviews", { params: { query: { status: "OPEN", limit: 50 } } })) });
  return (
    <>
      <Loaded query={status} lines={3}>
        {(loaded) => (
          <KpiStrip>
            <Kpi label={t("agents.mode")} value={loaded.mode} detail={loaded.llm_model ?? t("agents.no_llm")} />
            <Kpi label={t("agents.decisions")} value={number(loaded.decisions)} detail={t("agents.modes", { modes: number(loaded.knowledge_base.failure_modes), components: number(loaded.knowledge_base.components) })} />
            <Kpi label={t("agents.accuracy")} value={percent(loaded.accuracy)} detail={t("agents.accuracy.detail")} />
            <Kpi label={t("agents.reviews")} value={number(loaded.reviews_open)} />
          </KpiStrip>
        )}
      </Loaded>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <QueryPanel title={t("agents.reviews")} note={t("agents.reviews.note")} query={reviews} isEmpty={(loaded) => loaded.items.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("agents.reviews.none")}</p>}>
          {(loaded) => (
            <ul className="m-0 list-none divide-y divide-line p-0">
              {loaded.items.map((review) => (
                <ReviewRow key={review.review_id} review={review} />
              ))}
            </ul>
          )}
        </QueryPanel>
        <QueryPanel title={t("agents.each")} query={status} isEmpty={(loaded) => loaded.agents.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("agents.none")}</p>}>
          {(loaded) => (
            <table className="data-table">
              <thead>
                <tr>
                  <th>{t("agents.agent")}</th>
                  <th className="num">{t("agents.decisions")}</th>
                  <th className="num">{t("agents.sure")}</th>
                  <th className="num">{t("agents.accuracy")}</th>
                </tr>
              </thead>
              <tbody>
                {loaded.agents.map((agent) => (
                  <tr key={agent.agent}>
                    <td>{agent.agent.replace(":", " · ")}</td>
                    <td className="num">{number(agent.decisions)}</td>
                    <td className="num">{percent(agent.mean_confidence)}</td>
                    <td className="num">{percent(agent.accuracy)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </QueryPanel>
      </div>
      <div className="mt-4">
        <Conduct />
      </div>
    </>
  );
}
