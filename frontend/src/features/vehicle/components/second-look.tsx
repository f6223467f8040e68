import { useMutation } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { api, data } from "@/api/client";
import type { Explanation } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { InlineFailure } from "@/components/ui/states";
import { percent } from "@/lib/format";
import { failureMode, hasText, name, t } from "@/lib/i18n";

/** What language models added to the rules' decision: only sentences whose source was found; and why there are none. */
export function ModelText({ explanation }: { explanation: Explanation | null | undefined }) {
  if (!explanation) return null;
  const key = `explanation.${explanation.fallback}`;
  const claims = explanation.opinions.flatMap((opinion) => opinion.claims.map((claim) => ({ ...claim, agent: opinion.agent })));
  return (
    <div>
      <h3 className="m-0 mb-1 text-xs font-medium text-ink-3">{t("explanation.title")}</h3>
      {explanation.disagrees && <p className="m-0 mb-1 font-medium text-fair-ink">▲ {t("explanation.disagrees")}</p>}
      <ul className="m-0 grid list-none gap-1 p-0 text-sm text-ink-2">
        {claims.map((claim, index) => (
          <li key={index}>
            {claim.text} <span className="text-ink-3">({claim.source})</span>
          </li>
        ))}
      </ul>
      {explanation.fallback && <p className="m-0 text-sm text-ink-3">{hasText(key) ? t(key) : t("explanation.none")}</p>}
    </div>
  );
}

/** No fact is changed: the decision is replayed as it was. */
const AS_IT_WAS = { powertrain: null, add_symptoms: [], add_absent_symptoms: [], add_dtcs: [], remove_dtcs: [], remove_signals: [] };

/** Runs the decision again from its journal: the same facts must give the same decision, and anybody may see that they do. */
export function Replay({ decisionId }: { decisionId: string }) {
  const replaying = useMutation({ mutationFn: () => data(api.POST("/api/v1/agents/decision/{id}/replay", { params: { path: { id: decisionId } }, body: AS_IT_WAS })) });
  const again = replaying.data;
  return (
    <div className="grid gap-1 text-sm">
      <Button look="quiet" busy={replaying.isPending} className="justify-self-start" onClick={() => replaying.mutate()}>
        <RotateCcw size={13} aria-hidden /> {t("replay.run")}
      </Button>
      {again && (
        <p role="status" className={again.same ? "m-0 text-excellent-ink" : "m-0 font-medium text-critical-ink"}>
          {again.same ? t("replay.same") : t("replay.differs", { parts: again.differences.map((part) => name("service", part)).join(", "), mode: failureMode(again.failure_mode, again.failure_mode) ?? "", share: percent(again.probability) })}
        </p>
      )}
      <InlineFailure error={replaying.error} />
    </div>
  );
}
