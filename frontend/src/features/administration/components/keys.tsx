import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { KeyRound } from "lucide-react";
import { api, data } from "@/api/client";
import type { AnalyticsTypes } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { SelectField, TextField } from "@/components/ui/field";
import { Panel, QueryPanel } from "@/components/ui/panel";
import { Empty, InlineFailure } from "@/components/ui/states";
import { SecretOnce } from "@/features/administration/components/secret-once";
import { ago, day } from "@/lib/format";
import { name, t } from "@/lib/i18n";

type Key = AnalyticsTypes["schemas"]["KeyBody"] & { last_used_at?: string | null };

/** The scopes that a kind of key is for; the server refuses what the caller may not grant. */
const SCOPES = {
  DEVICE: ["telemetry:write", "vehicles:read", "vehicles:write"],
  SERVICE: ["vehicles:read", "vehicles:write", "health:read", "health:write", "agents:read", "agents:write", "alerts:read", "alerts:write", "scheduling:read", "scheduling:write", "warranty:read", "warranty:write", "analytics:read"],
} as const;

function NewKey({ done }: { done: (name: string, secret: string) => void }) {
  const client = useQueryClient();
  const [kind, setKind] = useState<keyof typeof SCOPES>("DEVICE");
  const issuing = useMutation({
    mutationFn: (form: FormData) => {
      const days = Number(form.get("days"));
      const body = { kind, name: String(form.get("name")), scopes: form.getAll("scope").map(String), expires_in_days: days > 0 ? days : null };
      return data(api.POST("/api/v1/api-keys", { body }));
    },
    onSuccess: (issued) => {
      void client.invalidateQueries({ queryKey: ["people"] });
      done(issued.key.name, issued.secret);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    issuing.mutate(new FormData(event.currentTarget));
  };
  return (
    <Panel title={t("keys.new")} className="mb-4">
      <form onSubmit={submit} className="grid gap-3 px-4 pb-4 md:grid-cols-3">
        <TextField label={t("keys.name")} name="name" required />
        <SelectField label={t("keys.kind")} choices={[{ value: "DEVICE", label: t("keys.device") }, { value: "SERVICE", label: t("keys.service") }]} value={kind} onChange={(event) => setKind(event.target.value as keyof typeof SCOPES)} />
        <TextField label={t("keys.days")} hint={t("keys.days.hint")} name="days" type="number" min={1} max={3650} />
        <fieldset key={kind} className="m-0 flex flex-wrap gap-x-4 gap-y-1 border-0 p-0 md:col-span-3">
          <legend className="mb-1 text-sm font-medium text-ink-2">{t("keys.scopes")}</legend>
          {SCOPES[kind].map((scope) => (
            <label key={scope} className="flex items-center gap-1.5 max-md:py-1.5">
              <input type="checkbox" name="scope" value={scope} defaultChecked={kind === "DEVICE" && scope !== "vehicles:write"} className="accent-(--accent)" /> {scope}
            </label>
          ))}
        </fieldset>
        <div className="flex items-center gap-3 md:col-span-3">
          <Button type="submit" look="primary" busy={issuing.isPending}>
            {t("keys.issue")}
          </Button>
          <InlineFailure error={issuing.error} />
        </div>
      </form>
    </Panel>
  );
}

function Row({ apiKey, show }: { apiKey: Key; show: (label: string, secret: string) => void }) {
  const client = useQueryClient();
  const path = { id: apiKey.key_id };
  const onSuccess = () => client.invalidateQueries({ queryKey: ["people"] });
  const revoking = useMutation({ mutationFn: () => data(api.DELETE("/api/v1/api-keys/{id}", { params: { path } })), onSuccess });
  const rotating = useMutation({
    mutationFn: () => data(api.POST("/api/v1/api-keys/{id}/rotate", { params: { path }, body: {} })),
    onSuccess: (made) => {
      show(made.key.name, made.secret);
      return onSuccess();
    },
  });
  return (
    <tr>
      <td>
        <b className="font-semibold">{apiKey.name}</b>
        <small className="block text-ink-3">
          {apiKey.prefix}… · {name("scope", apiKey.kind)}
        </small>
      </td>
      <td className="min-w-40 text-sm text-ink-2">{apiKey.role ? name("role", apiKey.role) : apiKey.scopes.join(", ")}</td>
      <td>{name("status", apiKey.status)}</td>
      <td className="max-md:hidden">{apiKey.last_used_at ? ago(apiKey.last_used_at) : t("keys.never_used")}</td>
      <td>{apiKey.expires_at ? day(apiKey.expires_at) : t("keys.never")}</td>
      <td className="num">
        {apiKey.status === "ACTIVE" && (
          <>
            <Button look="quiet" busy={rotating.isPending} title={t("keys.rotate.hint")} onClick={() => rotating.mutate()}>
              {t("keys.rotate")}
            </Button>
            <InlineFailure error={rotating.error} />
            <ConfirmButton label={t("keys.revoke")} really={t("keys.revoke_now")} busy={revoking.isPending} error={revoking.error} act={() => revoking.mutate()} />
          </>
        )}
      </td>
    </tr>
  );
}

/** Keys of devices and other systems: the prefix is shown, the secret only once. */
export function Keys() {
  const keys = useQuery({ queryKey: ["people", "keys"], queryFn: () => data(api.GET("/api/v1/api-keys", { params: { query: { limit: 500 } } })) });
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);
  return (
    <>
      {made && <SecretOnce label={t("keys.secret", { name: made.name })} secret={made.secret} close={() => setMade(null)} />}
      {isAdding && (
        <NewKey
          done={(label, secret) => {
            setAdding(false);
            setMade({ name: label, secret });
          }}
        />
      )}
      <QueryPanel
        title={t("admin.keys")}
        query={keys}
        lines={6}
        isEmpty={(loaded) => loaded.items.length === 0}
        empty={<Empty title={t("keys.none")}>{t("keys.none.text")}</Empty>}
        actions={
          <Button look={isAdding ? "plain" : "primary"} aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
            <KeyRound size={14} aria-hidden /> {t("keys.new")}
          </Button>
        }
      >
        {(loaded) => (
          <div className="overflow-x-auto" tabIndex={0}>
            <table className="data-table">
              <thead>
                <tr>
                  <th>{t("keys.name")}</th>
                  <th>{t("keys.scopes")}</th>
                  <th>{t("col.status")}</th>
                  <th className="max-md:hidden">{t("keys.used")}</th>
                  <th>{t("keys.expires")}</th>
                  <th>
                    <span className="sr-only">{t("keys.revoke")}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {loaded.items.map((key) => (
                  <Row key={key.key_id} apiKey={key} show={(label, secret) => setMade({ name: label, secret })} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </QueryPanel>
    </>
  );
}
