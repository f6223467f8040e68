import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Mail } from "lucide-react";
import { api, data } from "@/api/client";
import type { Invitation } from "@/api/queries";
import { usePersonName } from "@/api/people";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { SelectField, TextField } from "@/components/ui/field";
import { QueryPanel } from "@/components/ui/panel";
import { InlineFailure } from "@/components/ui/states";
import { BindingFields, bindingsFor, NOT_BOUND, Sees } from "@/features/administration/components/bindings";
import { roleChoices } from "@/features/administration/components/roles";
import { SecretOnce } from "@/features/administration/components/secret-once";
import { moment } from "@/lib/format";
import { name, t } from "@/lib/i18n";
import type { Role } from "@/lib/session";

function NewInvitation({ done }: { done: (link: string, whom: string) => void }) {
  const client = useQueryClient();
  const [role, setRole] = useState<Role>("FLEET_MANAGER");
  const [texts, setTexts] = useState(NOT_BOUND);
  const inviting = useMutation({
    mutationFn: (form: FormData) => {
      const text = (field: string) => String(form.get(field) ?? "").trim() || null;
      const hours = Number(form.get("days")) * 24;
      return data(api.POST("/api/v1/invitations", { body: { role, email: text("email"), display_name: text("display_name"), ...bindingsFor(role, texts), expires_in_hours: hours } }));
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["people"] });
      done(`${location.origin}${made.path}`, made.invitation.email ?? made.invitation.display_name ?? name("role", made.invitation.role));
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    inviting.mutate(new FormData(event.currentTarget));
  };
  return (
    <form onSubmit={submit} className="grid gap-3 border-b border-line px-4 pb-4 md:grid-cols-4">
      <SelectField label={t("users.role")} choices={roleChoices()} value={role} onChange={(event) => setRole(event.target.value as Role)} />
      <TextField label={t("users.email")} name="email" type="email" />
      <TextField label={t("users.name")} name="display_name" />
      <TextField label={t("invitations.days")} name="days" type="number" min={1} max={30} defaultValue={3} required />
      <BindingFields role={role} texts={texts} change={setTexts} />
      <div className="flex items-center gap-3 self-end md:col-span-4">
        <Button type="submit" look="primary" busy={inviting.isPending}>
          {t("invitations.make")}
        </Button>
        <InlineFailure error={inviting.error} />
      </div>
    </form>
  );
}

function Row({ invitation }: { invitation: Invitation }) {
  const client = useQueryClient();
  const person = usePersonName([invitation.created_by]);
  const revoking = useMutation({
    mutationFn: () => data(api.DELETE("/api/v1/invitations/{id}", { params: { path: { id: invitation.invitation_id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
  return (
    <tr>
      <td>
        <b className="font-semibold">{invitation.email ?? invitation.display_name ?? "–"}</b>
        <small className="block text-ink-3">{t("invitations.by", { who: person(invitation.created_by), when: moment(invitation.created_at) })}</small>
      </td>
      <td>
        {name("role", invitation.role)}
        <Sees role={invitation.role} bindings={invitation} className="block text-ink-3" />
      </td>
      <td>{name("status", invitation.status)}</td>
      <td className="max-md:hidden">{moment(invitation.expires_at)}</td>
      <td className="num">
        {invitation.status === "OPEN" && <ConfirmButton label={t("keys.revoke")} really={t("keys.revoke_now")} busy={revoking.isPending} error={revoking.error} act={() => revoking.mutate()} />}
      </td>
    </tr>
  );
}

/** Invitations: a link with which somebody becomes a user of this organisation, good once and for a while. The administrator passes it on. */
export function Invitations() {
  const invitations = useQuery({ queryKey: ["people", "invitations"], queryFn: () => data(api.GET("/api/v1/invitations", { params: { query: { limit: 100 } } })) });
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<{ link: string; whom: string } | null>(null);
  const invite = (
    <Button aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
      <Mail size={14} aria-hidden /> {t("invitations.new")}
    </Button>
  );
  return (
    <div className="mt-4">
      {made && <SecretOnce label={t("invitations.link", { whom: made.whom })} secret={made.link} close={() => setMade(null)} />}
      <QueryPanel title={t("invitations.title")} query={invitations} actions={invite}>
        {(loaded) => (
          <>
            {isAdding && (
              <NewInvitation
                done={(link, whom) => {
                  setAdding(false);
                  setMade({ link, whom });
                }}
              />
            )}
            {loaded.items.length === 0 ? (
              <p className="m-0 px-4 py-3 text-ink-2">{t("invitations.none")}</p>
            ) : (
              <div className="overflow-x-auto" tabIndex={0}>
                <table className="data-table">
                  <thead>
                    <tr>
                      <th>{t("invitations.whom")}</th>
                      <th>{t("users.role")}</th>
                      <th>{t("col.status")}</th>
                      <th className="max-md:hidden">{t("keys.expires")}</th>
                      <th>
                        <span className="sr-only">{t("keys.revoke")}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {loaded.items.map((invitation) => (
                      <Row key={invitation.invitation_id} invitation={invitation} />
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </>
        )}
      </QueryPanel>
    </div>
  );
}
