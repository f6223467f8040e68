import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { api, data } from "@/api/client";
import { usePersonName } from "@/api/people";
import type { Claim } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { TextArea, TextField } from "@/components/ui/field";
import { Panel, QueryPanel } from "@/components/ui/panel";
import { InlineFailure } from "@/components/ui/states";
import { day, minorPerUnit, money, moment, odometer } from "@/lib/format";
import { failureMode, name, said, t } from "@/lib/i18n";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";

/** The author of what the platform itself has written. */
const PLATFORM = "system";

function SubmitForm({ claim }: { claim: Claim }) {
  const client = useQueryClient();
  const [amount, setAmount] = useState((claim.amount.amount_minor / minorPerUnit(claim.amount.currency)).toFixed(2));
  const [description, setDescription] = useState(claim.description ?? "");
  const submitting = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/claims/{id}/submit", {
          params: { path: { id: claim.claim_id } },
          body: { amount: { amount_minor: Math.round(Number(amount.replace(",", ".")) * minorPerUnit(claim.amount.currency)), currency: claim.amount.currency }, description: description.trim() || null },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["claims"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    submitting.mutate();
  };
  return (
    <form onSubmit={submit} className="grid max-w-xl gap-3 border-t border-line pt-4">
      <TextField label={`${t("col.amount")}, ${claim.amount.currency}`} inputMode="decimal" required pattern="[0-9]+([.,][0-9]{1,2})?" value={amount} onChange={(event) => setAmount(event.target.value)} />
      <TextArea label={t("claims.description")} maxLength={4000} value={description} onChange={(event) => setDescription(event.target.value)} />
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" busy={submitting.isPending}>
          {t("claims.submit")}
        </Button>
        <span className="text-xs text-ink-3">{t("claims.submit.note")}</span>
      </div>
      <InlineFailure error={submitting.error} />
    </form>
  );
}

function Eligibility({ claim }: { claim: Claim }) {
  const Icon = claim.eligibility.covered ? ShieldCheck : ShieldOff;
  return (
    <p className={`m-0 flex items-start gap-2 rounded px-3 py-2 ${claim.eligibility.covered ? "bg-excellent-soft text-excellent-ink" : "bg-sunken text-ink-2"}`}>
      <Icon size={16} aria-hidden className="mt-0.5 flex-none" />
      <span>{said(claim.eligibility.reason)}</span>
    </p>
  );
}

function Facts({ claim }: { claim: Claim }) {
  const facts: [string, string][] = [
    [t("col.amount"), money(claim.amount, 2)],
    [t("claims.occurred"), day(claim.occurred_on)],
    [t("col.odometer"), odometer(claim.odometer_km)],
    [t("col.status"), name("status", claim.status)],
  ];
  return (
    <dl className="m-0 grid grid-cols-2 gap-x-6 gap-y-2 md:grid-cols-4">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt className="text-xs text-ink-3">{label}</dt>
          <dd className="m-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Every version of a claim, the latest first: what was written stays written. */
function Versions({ claim }: { claim: Claim }) {
  const versions = [...(claim.versions ?? [])].reverse();
  const person = usePersonName(versions.map((version) => version.written_by).filter((id) => id !== PLATFORM));
  const who = (id: string) => (id === PLATFORM ? t("claims.by_platform") : person(id));
  return (
    <ol className="m-0 grid list-none gap-2 px-4 pb-4 text-sm">
      {versions.map((version) => (
        <li key={version.version} className="grid grid-cols-[32px_minmax(0,1fr)] gap-2">
          <span className="text-ink-3">v{version.version}</span>
          <span>
            {name("status", version.status)} · {money(version.amount, 2)} · {who(version.written_by)}, {moment(version.written_at)}
            {version.description && <span className="block break-words text-ink-2">{version.description}</span>}
            {version.remark && <span className="block text-ink-2">{said(version.remark)}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** What the page knows a claim's own query by. */
export const claimKey = (id: string) => ["claims", "one", id];

/** One claim: is it covered, what happened, what was written when, and submitting it. */
export function ClaimDetail({ id }: { id: string }) {
  const user = useUser();
  const query = useQuery({ queryKey: claimKey(id), queryFn: () => data(api.GET("/api/v1/claims/{id}", { params: { path: { id } } })) });
  const claim = query.data;
  return (
    <div className="grid gap-4">
      <QueryPanel query={query} lines={8}>
        {(loaded) => (
          <div className="grid gap-4 p-4">
            <div>
              <Link to="/vehicles/$vehicleId" params={{ vehicleId: loaded.vehicle_id }} search={{ component: loaded.component }} className="link font-semibold">
                {loaded.vehicle_id}
              </Link>{" "}
              <span className="text-ink-2">{name("component", loaded.component)}</span>
              <h2 className="m-0 mt-1 text-xl font-semibold">{loaded.failure_mode ? failureMode(loaded.failure_mode, name("service", loaded.failure_mode.split(".").pop())) : name("component", loaded.component)}</h2>
            </div>
            <Eligibility claim={loaded} />
            <Facts claim={loaded} />
            {loaded.description && <p className="m-0 break-words whitespace-pre-wrap">{loaded.description}</p>}
            {loaded.status === "DRAFT" && can(user?.role, "submit_claims") && <SubmitForm claim={loaded} />}
          </div>
        )}
      </QueryPanel>
      {claim && (
        <Panel title={t("claims.versions")}>
          <Versions claim={claim} />
        </Panel>
      )}
    </div>
  );
}
