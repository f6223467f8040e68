import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "@/api/client";
import type { AgentTypes } from "@/api/queries";
import { Severity } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { InlineFailure } from "@/components/ui/states";
import { ago, percent } from "@/lib/format";
import { failureMode, name, t } from "@/lib/i18n";

export type Review = AgentTypes["schemas"]["Review"];

/** A decision that waits for a person's word before money moves, and the answer. `label` says what it is about where it stands. */
export function ReviewRow({ review, label }: { review: Review; label: string }) {
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
              {label}
            </Link>
            <Severity severity={review.severity} />
          </div>
          <div className="text-sm text-ink-2">
            {failureMode(review.failure_mode, `${name("component", review.component)} · ${name("service", review.failure_mode.split(".").pop())}`)} · {t("why.confidence", { share: percent(review.confidence) })} · {ago(review.opened_at)}
          </div>
        </div>
        <Button look="quiet" aria-expanded={isOpen} aria-label={`${t("reviews.answer")} ${label}`} onClick={() => setOpen(!isOpen)}>
          {t("reviews.answer")}
        </Button>
      </div>
      {isOpen && (
        <form className="flex flex-wrap items-end gap-2" onSubmit={(event) => event.preventDefault()}>
          <TextField label={t("reviews.reason")} required value={reason} onChange={(event) => setReason(event.target.value)} className="min-w-52 flex-1" />
          <Button disabled={!reason.trim()} busy={answering.isPending} onClick={() => answering.mutate("APPROVE")}>
            {t("reviews.approve")}
          </Button>
          <Button look="quiet" disabled={!reason.trim()} busy={answering.isPending} onClick={() => answering.mutate("REJECT")}>
            {t("reviews.reject")}
          </Button>
        </form>
      )}
      <InlineFailure error={answering.error} />
    </li>
  );
}
