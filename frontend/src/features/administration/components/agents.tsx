import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import { ReviewRow } from "@/components/review/review-row";
import { Kpi, KpiStrip } from "@/components/ui/kpi";
import { Loaded, QueryPanel } from "@/components/ui/panel";
import { Conduct } from "@/features/administration/components/conduct";
import { number, percent } from "@/lib/format";
import { t } from "@/lib/i18n";

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
                <ReviewRow key={review.review_id} review={review} label={review.vehicle_id} />
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
