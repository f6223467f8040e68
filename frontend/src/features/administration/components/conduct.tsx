import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import type { AgentConduct } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { QueryPanel } from "@/components/ui/panel";
import { InlineFailure } from "@/components/ui/states";
import { moment, number } from "@/lib/format";
import { hasText, t } from "@/lib/i18n";

/** Millionths of the currency's main unit, with as many digits as small sums need. */
const micro = (value: number) => number(value / 1e6, 4);

function Row({ agent }: { agent: AgentConduct }) {
  const client = useQueryClient();
  const resuming = useMutation({
    mutationFn: () => data(api.POST("/api/v1/agents/behaviour/{agent}/resume", { params: { path: { agent: agent.agent } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["decisions"] }),
  });
  const key = `conduct.${agent.suspended_for}`;
  return (
    <tr>
      <td>{agent.agent}</td>
      <td className="num">{number(agent.runs)}</td>
      <td className="num">{number(agent.mean_calls, 1)}</td>
      <td className="num">{number(agent.mean_tokens)}</td>
      <td className="num">{micro(agent.mean_cost_micro)}</td>
      <td>
        {agent.suspended_at ? (
          <span className="flex flex-wrap items-center gap-2">
            <span className="font-semibold text-critical-ink">■ {t("conduct.suspended", { when: moment(agent.suspended_at), why: hasText(key) ? t(key) : (agent.suspended_for ?? "") })}</span>
            <Button busy={resuming.isPending} aria-label={`${t("conduct.resume")} ${agent.agent}`} onClick={() => resuming.mutate()}>
              {t("conduct.resume")}
            </Button>
            <InlineFailure error={resuming.error} />
          </span>
        ) : (
          <span className="text-ink-2">{t("conduct.usual")}</span>
        )}
      </td>
    </tr>
  );
}

/** How each agent usually behaves, what was spent on language models today, and who was suspended for behaving otherwise. */
export function Conduct() {
  const conduct = useQuery({ queryKey: ["decisions", "behaviour"], queryFn: () => data(api.GET("/api/v1/agents/behaviour")) });
  const spent = conduct.data?.spent_today;
  const limit = conduct.data?.limit_today;
  const note = spent && (limit ? t("conduct.spent", { spent: micro(spent.cost_micro), limit: micro(limit.cost_micro), calls: number(spent.calls) }) : t("conduct.no_model"));
  return (
    <QueryPanel title={t("conduct.title")} note={note} query={conduct} isEmpty={(loaded) => loaded.items.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("conduct.none")}</p>}>
      {(loaded) => (
        <div className="overflow-x-auto" tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                <th>{t("agents.agent")}</th>
                <th className="num">{t("conduct.runs")}</th>
                <th className="num">{t("conduct.calls")}</th>
                <th className="num">{t("conduct.tokens")}</th>
                <th className="num">{t("conduct.cost")}</th>
                <th>{t("col.status")}</th>
              </tr>
            </thead>
            <tbody>
              {loaded.items.map((agent) => (
                <Row key={agent.agent} agent={agent} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </QueryPanel>
  );
}
