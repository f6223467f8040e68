import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { ApiError } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { InlineFailure } from "@/components/ui/states";
import { CARD, Frame } from "@/features/sign-in/frame";
import { t, useLocale } from "@/lib/i18n";
import { signIn } from "@/lib/session";
import { storage } from "@/lib/storage";

/** Wrong names and wrong passwords are one message: which of them it was is nobody's business. */
function problemText(error: unknown): string | null {
  if (!(error instanceof ApiError)) return null;
  if (error.problem.code === "auth.consent_needed") return t("sign_in.consent");
  if (error.kind === "signed_out" || error.kind === "forbidden") return t("sign_in.wrong");
  if (error.problem.status === 429) return t("sign_in.throttled");
  return null;
}

export function SignInPage() {
  const locale = useLocale();
  const [tenant, setTenant] = useState(storage.get("tenant") ?? "");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const entering = useMutation({ mutationFn: () => signIn(tenant.trim(), username.trim(), password) });
  useEffect(() => {
    document.title = `${t("sign_in.title")} · CarVrooom`;
  }, [locale]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entering.mutate(undefined, { onError: () => setPassword("") });
  };
  const known = problemText(entering.error);
  return (
    <Frame claim={t("sign_in.claim")}>
        <form ref={form} onSubmit={submit} className={CARD}>
          <TextField label={t("sign_in.username")} name="username" autoComplete="username" required autoFocus autoCapitalize="none" value={username} onChange={(event) => setUsername(event.target.value)} />
          <TextField label={t("sign_in.password")} name="password" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
          <TextField label={t("sign_in.tenant")} hint={t("sign_in.tenant.hint")} name="organization" autoComplete="organization" autoCapitalize="none" value={tenant} onChange={(event) => setTenant(event.target.value)} />
          {known ? (
            <p role="alert" className="m-0 text-sm text-critical-ink">
              {known}
            </p>
          ) : (
            <InlineFailure error={entering.error} />
          )}
          <Button type="submit" look="primary" large busy={entering.isPending}>
            {t("sign_in.go")}
          </Button>
        </form>
    </Frame>
  );
}
