import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, data } from "@/api/client";
import type { AnalyticsTypes } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import { InlineFailure } from "@/components/ui/states";
import { BindingFields, changedBindings, listed, NOT_BOUND, textsOf } from "@/features/administration/components/bindings";
import { roleChoices } from "@/features/administration/components/roles";
import { name, t } from "@/lib/i18n";
import type { Role } from "@/lib/session";

export type Person = AnalyticsTypes["schemas"]["UserBody"];

/** What another role would inherit: an owner's vehicles would be all that a manager sees. It is for the administrator to say whether it goes. */
function Inherited({ person, role, isTaken, take }: { person: Person; role: Role; isTaken: boolean; take: (isTaken: boolean) => void }) {
  const lists = listed(person);
  if (!lists || (role === person.role && role !== "ADMIN")) return null;
  return (
    <label className="col-span-full flex items-start gap-2 rounded bg-fair-soft px-3 py-2 text-fair-ink">
      <input type="checkbox" checked={isTaken} onChange={(event) => take(event.target.checked)} className="mt-1 accent-(--accent)" />
      <span>
        <b className="font-semibold">{t("users.take", { lists, role: name("role", person.role) })}</b>
        <span className="block text-sm">{t(role === "ADMIN" ? "users.take.admin" : "users.take.hint", { role: name("role", role) })}</span>
      </span>
    </label>
  );
}

/** What a person may do and see. Choosing changes nothing yet: that does the button, which says that it ends their sessions. */
export function RightsForm({ person, done }: { person: Person; done: () => void }) {
  const client = useQueryClient();
  const before = textsOf(person);
  const [role, setRole] = useState(person.role as Role);
  const [texts, setTexts] = useState(before);
  const [isTaken, setTaken] = useState(false);
  // An administrator is shown no lists: nothing that was typed for another role is sent unseen.
  const wanted = role !== "ADMIN" ? texts : isTaken ? NOT_BOUND : before;
  const change = { ...(role !== person.role && { role }), ...changedBindings(before, wanted) };
  const saving = useMutation({
    mutationFn: () => data(api.PUT("/api/v1/users/{id}", { params: { path: { id: person.user_id } }, body: change })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["people"] });
      done();
    },
  });
  const take = (next: boolean) => {
    setTaken(next);
    setTexts(next ? NOT_BOUND : before);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit} aria-label={`${t("users.rights")}: ${person.username}`} className="grid gap-3 py-2 md:grid-cols-4">
      <SelectField label={t("users.role")} choices={roleChoices()} value={role} onChange={(event) => setRole(event.target.value as Role)} />
      <BindingFields role={role} texts={texts} change={setTexts} />
      <Inherited person={person} role={role} isTaken={isTaken} take={take} />
      <div className="col-span-full flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" busy={saving.isPending} disabled={Object.keys(change).length === 0}>
          {t("users.rights.save")}
        </Button>
        <InlineFailure error={saving.error} />
      </div>
    </form>
  );
}
