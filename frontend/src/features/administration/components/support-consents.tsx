import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/api/client";
import type { Consent } from "@/api/queries";
import { usePersonName } from "@/api/people";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { SelectField, TextField } from "@/components/ui/field";
import { QueryPanel } from "@/components/ui/panel";
import { InlineFailure } from "@/components/ui/states";
import { moment } from "@/lib/format";
import { name, t } from "@/lib/i18n";

const HOURS = [1, 4, 24, 72, 168];

function Row({ consent }: { consent: Consent }) {
  const client = useQueryClient();
  const person = usePersonName([consent.granted_by]);
  const ending = useMutation({
    mutationFn: () => data(api.DELETE("/api/v1/support-consents/{id}", { params: { path: { id: consent.consent_id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <span className="flex-1">
        {t("consents.given", { who: person(consent.granted_by), from: moment(consent.granted_at), to: moment(consent.expires_at) })}
        {consent.reason && <span className="text-ink-3"> · {consent.reason}</span>}
      </span>
      <span className="text-ink-3">{name("status", consent.status)}</span>
      {consent.status === "RUNNING" && <ConfirmButton label={t("consents.end")} really={t("consents.end_now")} busy={ending.isPending} error={ending.error} act={() => ending.mutate()} />}
    </li>
  );
}

/** Support people of the platform see this organisation only while its administrator lets them. */
export function SupportConsents() {
  const client = useQueryClient();
  const [hours, setHours] = useState(4);
  const [reason, setReason] = useState("");
  const consents = useQuery({ queryKey: ["people", "consents"], queryFn: () => data(api.GET("/api/v1/support-consents", { params: { query: { limit: 20 } } })) });
  const giving = useMutation({
    mutationFn: () => data(api.POST("/api/v1/support-consents", { body: { hours, reason: reason.trim() || null } })),
    onSuccess: () => {
      setReason("");
      return client.invalidateQueries({ queryKey: ["people"] });
    },
  });
  return (
    <QueryPanel title={t("consents.title")} note={t("consents.note")} query={consents} lines={2}>
      {(loaded) => (
        <>
          <form
            className="flex flex-wrap items-end gap-3 px-4 pb-3"
            onSubmit={(event) => {
              event.preventDefault();
              giving.mutate();
            }}
          >
            <SelectField label={t("consents.for")} value={hours} choices={HOURS.map((value) => ({ value: String(value), label: t("consents.hours", { hours: value }) }))} onChange={(event) => setHours(Number(event.target.value))} />
            <TextField label={t("reviews.reason")} value={reason} onChange={(event) => setReason(event.target.value)} className="min-w-52 flex-1" />
            <Button type="submit" busy={giving.isPending}>
              {t("consents.give")}
            </Button>
            <InlineFailure error={giving.error} />
          </form>
          <ul className="m-0 list-none divide-y divide-line border-t border-line p-0">
            {loaded.items.map((consent) => (
              <Row key={consent.consent_id} consent={consent} />
            ))}
          </ul>
          {loaded.items.length === 0 && <p className="m-0 px-4 py-3 text-ink-2">{t("consents.none")}</p>}
        </>
      )}
    </QueryPanel>
  );
}
