import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { DropdownMenu } from "radix-ui";
import { Ellipsis, UserPlus } from "lucide-react";
import { api, data } from "@/api/client";
import { queries } from "@/api/queries";
import { Button, buttonClass } from "@/components/ui/button";
import { SelectField, TextField } from "@/components/ui/field";
import { Panel, QueryPanel } from "@/components/ui/panel";
import { InlineFailure } from "@/components/ui/states";
import { BindingFields, bindingsFor, NOT_BOUND, Sees } from "@/features/administration/components/bindings";
import { Invitations } from "@/features/administration/components/invitations";
import { RightsForm, type Person } from "@/features/administration/components/rights-form";
import { roleChoices } from "@/features/administration/components/roles";
import { SecretOnce } from "@/features/administration/components/secret-once";
import { day } from "@/lib/format";
import { name, t } from "@/lib/i18n";
import { useUser, type Role } from "@/lib/session";

function NewUser({ done }: { done: (password: string | null, username: string) => void }) {
  const client = useQueryClient();
  const [role, setRole] = useState<Role>("FLEET_MANAGER");
  const [texts, setTexts] = useState(NOT_BOUND);
  const adding = useMutation({
    mutationFn: (form: FormData) => {
      const text = (field: string) => String(form.get(field) ?? "").trim() || null;
      const body = { username: text("username") ?? "", display_name: text("display_name"), email: text("email"), role, ...bindingsFor(role, texts) };
      return data(api.POST("/api/v1/users", { body }));
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["people"] });
      done(made.generated_password ?? null, made.user.username);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    adding.mutate(new FormData(event.currentTarget));
  };
  return (
    <Panel title={t("users.new")} className="mb-4">
      <form onSubmit={submit} className="grid gap-3 px-4 pb-4 md:grid-cols-3">
        <TextField label={t("sign_in.username")} name="username" required autoCapitalize="none" />
        <TextField label={t("users.name")} name="display_name" />
        <TextField label={t("users.email")} name="email" type="email" />
        <SelectField label={t("users.role")} choices={roleChoices()} value={role} onChange={(event) => setRole(event.target.value as Role)} />
        <BindingFields role={role} texts={texts} change={setTexts} />
        <div className="flex items-center gap-3 self-end">
          <Button type="submit" look="primary" busy={adding.isPending}>
            {t("users.add")}
          </Button>
          <InlineFailure error={adding.error} />
        </div>
      </form>
    </Panel>
  );
}

/** What an administrator does with somebody's access: let them in again, end their sessions, or bar them. */
function Access({ person }: { person: Person }) {
  const client = useQueryClient();
  const id = { params: { path: { id: person.user_id } } };
  const acting = useMutation({
    mutationFn: async (act: "unlock" | "end" | "disable" | "enable") => {
      if (act === "unlock") await data(api.POST("/api/v1/users/{id}/unlock", id));
      else if (act === "end") await data(api.DELETE("/api/v1/users/{id}/sessions", id));
      else if (act === "disable") await data(api.POST("/api/v1/users/{id}/disable", id));
      else await data(api.PUT("/api/v1/users/{id}", { ...id, body: { status: "ACTIVE" } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
  const done = acting.isSuccess && (acting.variables === "unlock" ? t("users.unlocked") : acting.variables === "end" ? t("users.sessions_ended") : null);
  const item = "flex cursor-pointer items-center rounded px-2 py-1.5 outline-none data-highlighted:bg-sunken max-md:py-3";
  const isActive = person.status === "ACTIVE";
  return (
    <span className="flex items-center justify-end gap-2">
      {done && (
        <span role="status" className="text-sm text-excellent-ink">
          {done}
        </span>
      )}
      <InlineFailure error={acting.error} />
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger aria-label={t("users.actions", { username: person.username })} className={buttonClass("quiet")} disabled={acting.isPending}>
          <Ellipsis size={16} aria-hidden />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content sideOffset={4} align="end" className="z-50 min-w-44 rounded-lg border border-line bg-panel p-1 shadow-lg">
            <DropdownMenu.Item className={item} onSelect={() => acting.mutate("unlock")}>
              {t("users.unlock")}
            </DropdownMenu.Item>
            <DropdownMenu.Item className={item} onSelect={() => acting.mutate("end")}>
              {t("users.end_sessions")}
            </DropdownMenu.Item>
            <DropdownMenu.Item className={item} onSelect={() => acting.mutate(isActive ? "disable" : "enable")}>
              {t(isActive ? "users.disable" : "users.enable")}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </span>
  );
}

function Row({ person }: { person: Person }) {
  const me = useUser();
  const toggle = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const isMe = person.user_id === me?.user_id;
  const show = (next: boolean, saved = false) => {
    setOpen(next);
    setSaved(saved);
    // The form goes with the button that was pressed last.
    toggle.current?.focus();
  };
  return (
    <>
      <tr>
        <td>
          <b className="font-semibold">{person.display_name ?? person.username}</b>
          <small className="block text-ink-3">{[person.username, person.email].filter(Boolean).join(" · ")}</small>
        </td>
        <td>
          {name("role", person.role)}
          <Sees role={person.role} bindings={person} className="block text-ink-3" />
        </td>
        <td className="max-md:hidden">{name("status", person.status)}</td>
        <td className="max-md:hidden">{day(person.created_at)}</td>
        <td className="num">
          {!isMe && (
            <span className="flex items-center justify-end gap-2">
              {isSaved && (
                <span role="status" className="text-sm text-excellent-ink">
                  {t("me.saved")}
                </span>
              )}
              <Button ref={toggle} look="quiet" aria-expanded={isOpen} aria-label={`${t("users.rights")}: ${person.username}`} onClick={() => show(!isOpen)}>
                {t("users.rights")}
              </Button>
              <Access person={person} />
            </span>
          )}
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={5}>
            <RightsForm person={person} done={() => show(false, true)} />
          </td>
        </tr>
      )}
    </>
  );
}

/** People and their roles. A new one's password is made by the server and shown once. */
export function Users() {
  const people = useQuery(queries.people());
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<{ username: string; password: string } | null>(null);
  return (
    <>
      {made && <SecretOnce label={t("users.password", { username: made.username })} secret={made.password} close={() => setMade(null)} />}
      {isAdding && (
        <NewUser
          done={(password, username) => {
            setAdding(false);
            if (password) setMade({ username, password });
          }}
        />
      )}
      <QueryPanel
        title={t("admin.users")}
        query={people}
        lines={8}
        actions={
          <Button look={isAdding ? "plain" : "primary"} aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
            <UserPlus size={14} aria-hidden /> {t("users.new")}
          </Button>
        }
      >
        {(loaded) => (
          <div className="overflow-x-auto" tabIndex={0}>
            <table className="data-table">
              <thead>
                <tr>
                  <th>{t("users.name")}</th>
                  <th>{t("users.role")}</th>
                  <th className="max-md:hidden">{t("col.status")}</th>
                  <th className="max-md:hidden">{t("users.since")}</th>
                  <th>
                    <span className="sr-only">{t("users.disable")}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {loaded.items.map((person) => (
                  <Row key={person.user_id} person={person} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </QueryPanel>
      <Invitations />
    </>
  );
}
