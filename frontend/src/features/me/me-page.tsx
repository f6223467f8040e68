import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, type ReactNode } from "react";
import { api, data } from "@/api/client";
import { ApiError } from "@/api/problem";
import type { AlertTypes, OwnSession } from "@/api/queries";
import { Page } from "@/components/layouts/page";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { TextField } from "@/components/ui/field";
import { Panel, QueryPanel } from "@/components/ui/panel";
import { useSignOut } from "@/components/ui/sign-out";
import { InlineFailure } from "@/components/ui/states";
import { moment } from "@/lib/format";
import { LOCALES, name, setLocale, t, useLocale, type Locale } from "@/lib/i18n";
import { PASSWORD_LENGTH_MIN } from "@/lib/password";
import { useUser } from "@/lib/session";
import { setTheme, useTheme, type Theme } from "@/lib/theme";

type Preferences = AlertTypes["schemas"]["PreferencesView"];
const CHANNELS = ["IN_APP", "EMAIL"];

function Switch<T extends string>({ label, values, value, change }: { label: string; values: [T, string][]; value: T; change: (value: T) => void }) {
  return (
    <div role="group" aria-label={label} className="flex flex-wrap items-center gap-2">
      <span className="w-28 text-ink-2">{label}</span>
      {values.map(([one, text]) => (
        <Button key={one} aria-pressed={one === value} className={one === value ? "border-accent text-accent" : ""} onClick={() => change(one)}>
          {text}
        </Button>
      ))}
    </div>
  );
}

/** By which channels alerts reach the person, and in which language. One form for good: another one after saving would take "Saved" and the focus along. */
function Reach({ preferences }: { preferences: Preferences }) {
  const client = useQueryClient();
  const locale = useLocale();
  const saving = useMutation({
    mutationFn: (form: FormData) =>
      data(api.PUT("/api/v1/preferences", { body: { channels: form.getAll("channel").map(String), email: String(form.get("email") ?? "").trim() || null, locale } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["preferences"] }),
  });
  return (
    <form
      className="grid gap-3 px-4 pb-4"
      onChange={() => saving.isSuccess && saving.reset()}
      onSubmit={(event) => {
        event.preventDefault();
        if (!saving.isPending) saving.mutate(new FormData(event.currentTarget));
      }}
    >
      <fieldset className="m-0 flex flex-wrap gap-4 border-0 p-0">
        <legend className="mb-1 text-sm font-medium text-ink-2">{t("me.channels")}</legend>
        {CHANNELS.map((channel) => (
          <label key={channel} className="flex items-center gap-1.5 max-md:py-2">
            <input type="checkbox" name="channel" value={channel} defaultChecked={preferences.channels.includes(channel)} className="accent-(--accent)" /> {name("channel", channel)}
          </label>
        ))}
      </fieldset>
      <TextField label={t("users.email")} name="email" type="email" defaultValue={preferences.email ?? ""} className="max-w-sm" />
      <div className="flex items-center gap-3">
        {/* Not `busy`: a button that is disabled while it saves loses the keyboard's focus. */}
        <Button type="submit" aria-busy={saving.isPending || undefined}>
          {t("me.save")}
        </Button>
        {saving.isSuccess && <span role="status" className="text-sm text-excellent-ink">{t("me.saved")}</span>}
        <InlineFailure error={saving.error} />
      </div>
    </form>
  );
}

/** Ends one session, or all but this one. */
function useEnd() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["people", "sessions"] });
  return useMutation({
    mutationFn: (id: string | null) => (id ? data(api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } })) : data(api.DELETE("/api/v1/auth/sessions" as never))),
    onSuccess,
  });
}

/** Browser and system of a session, as far as its user agent tells. */
function device(session: OwnSession): string {
  const agent = session.user_agent ?? "";
  const browser = /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrome\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : "";
  const system = /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Windows/.test(agent) ? "Windows" : /Mac OS/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : "";
  return [[browser, system].filter(Boolean).join(", "), session.address].filter(Boolean).join(" · ");
}

function Sessions() {
  const sessions = useQuery({ queryKey: ["people", "sessions"], queryFn: () => data(api.GET("/api/v1/auth/sessions", { params: { query: { limit: 50 } } })) });
  const ending = useEnd();
  const others = sessions.data?.items.some((session) => !session.current);
  return (
    <QueryPanel title={t("me.sessions")} query={sessions} lines={2} actions={others && <ConfirmButton label={t("me.end_others")} really={t("users.end_sessions_now")} busy={ending.isPending} act={() => ending.mutate(null)} />}>
      {(loaded) => (
        <ul className="m-0 list-none divide-y divide-line p-0">
          {(loaded.items as OwnSession[]).map((session) => (
            <li key={session.session_id} className="flex flex-wrap items-center gap-x-3 px-4 py-2">
              <span className="flex-1">
                {session.current ? t("me.this_session") : t("me.other_session")}
                <small className="block text-ink-3">{device(session)}</small>
              </span>
              <span className="text-ink-3">{t("me.session_used", { since: moment(session.created_at), used: moment(session.last_used_at) })}</span>
              {!session.current && (
                <Button look="quiet" busy={ending.isPending && ending.variables === session.session_id} onClick={() => ending.mutate(session.session_id)}>
                  {t("me.end_session")}
                </Button>
              )}
            </li>
          ))}
          <InlineFailure error={ending.error} className="px-4 py-2" />
        </ul>
      )}
    </QueryPanel>
  );
}

function Password() {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const changing = useMutation({
    mutationFn: (fields: FormData) => data(api.POST("/api/v1/users/me/password", { body: { current_password: String(fields.get("current")), new_password: String(fields.get("new")) } })),
    onSuccess: () => {
      form.current?.reset();
      return client.invalidateQueries({ queryKey: ["people", "sessions"] });
    },
  });
  const isWrong = changing.error instanceof ApiError && changing.error.problem.code === "auth.failed";
  return (
    <Panel title={t("me.password")} note={t("me.password.note")}>
      <form
        ref={form}
        className="grid gap-3 px-4 pb-4 md:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          changing.mutate(new FormData(event.currentTarget));
        }}
      >
        <TextField label={t("me.password.current")} name="current" type="password" autoComplete="current-password" required />
        <TextField label={t("me.password.new")} name="new" type="password" autoComplete="new-password" minLength={PASSWORD_LENGTH_MIN} hint={t("password.hint", { least: PASSWORD_LENGTH_MIN })} required />
        <div className="flex items-center gap-3 md:col-span-2">
          <Button type="submit" busy={changing.isPending}>
            {t("me.password.change")}
          </Button>
          {changing.isSuccess && <span role="status" className="text-sm text-excellent-ink">{t("me.password.changed")}</span>}
          {isWrong ? <span role="alert" className="text-sm text-critical-ink">{t("me.password.wrong")}</span> : <InlineFailure error={changing.error} />}
        </div>
      </form>
    </Panel>
  );
}

function Row({ children }: { children: ReactNode }) {
  return <div className="grid gap-3 px-4 pb-4">{children}</div>;
}

/** The person's own settings. */
export function MePage() {
  const user = useUser();
  const locale = useLocale();
  const { theme } = useTheme();
  const { leave, question } = useSignOut();
  const preferences = useQuery({ queryKey: ["preferences"], queryFn: () => data(api.GET("/api/v1/preferences")) });
  const themes: [Theme, string][] = [["system", t("theme.system")], ["light", t("theme.light")], ["dark", t("theme.dark")]];
  return (
    <Page title={t("me.settings")}>
      <div className="grid max-w-3xl gap-4">
        <Panel title={user?.display_name ?? user?.username} note={`${name("role", user?.role)} · ${user?.tenant_id}`}>
          <Row>
            <Switch label={t("me.theme")} values={themes} value={theme} change={setTheme} />
            <Switch label={t("me.language")} values={Object.entries(LOCALES) as [Locale, string][]} value={locale} change={(next) => void setLocale(next)} />
            <div>
              <Button onClick={() => void leave()}>{t("me.sign_out")}</Button>
              {question}
            </div>
          </Row>
        </Panel>
        <QueryPanel title={t("me.alerts")} query={preferences} lines={3}>
          {(loaded) => <Reach preferences={loaded} />}
        </QueryPanel>
        <Password />
        <Sessions />
      </div>
    </Page>
  );
}
