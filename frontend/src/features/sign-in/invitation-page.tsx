import { useMutation } from "@tanstack/react-query";
import { useEffect, type FormEvent } from "react";
import { api, data } from "@/api/client";
import { ApiError } from "@/api/problem";
import { Button, buttonClass } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { InlineFailure } from "@/components/ui/states";
import { CARD, Frame } from "@/features/sign-in/frame";
import { t, useLocale } from "@/lib/i18n";
import { PASSWORD_LENGTH_MIN } from "@/lib/password";
import { storage } from "@/lib/storage";

/** Whoever was invited chooses a name and a password; the link is good once. */
export function InvitationPage({ token }: { token: string }) {
  const locale = useLocale();
  useEffect(() => {
    document.title = `${t("invitation.title")} · CarVrooom`;
  }, [locale]);
  const accepting = useMutation({
    mutationFn: (form: FormData) => {
      const text = (field: string) => String(form.get(field) ?? "").trim();
      return data(api.POST("/api/v1/invitations/accept", { body: { token, username: text("username"), password: String(form.get("password")), display_name: text("display_name") || null } }));
    },
    onSuccess: (made) => storage.set("tenant", made.tenant_id),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    accepting.mutate(new FormData(event.currentTarget));
  };
  if (accepting.data) {
    return (
      <Frame claim={t("invitation.title")}>
        <div className={CARD} role="status">
          <p className="m-0">{t("invitation.done", { username: accepting.data.username })}</p>
          <a href="/" className={buttonClass("primary", true)}>
            {t("sign_in.go")}
          </a>
        </div>
      </Frame>
    );
  }
  const isOver = accepting.error instanceof ApiError && accepting.error.problem.status === 404;
  return (
    <Frame claim={t("invitation.claim")}>
      <form onSubmit={submit} className={CARD}>
        <TextField label={t("sign_in.username")} name="username" autoComplete="username" required autoFocus autoCapitalize="none" />
        <TextField label={t("users.name")} name="display_name" autoComplete="name" />
        <TextField label={t("sign_in.password")} name="password" type="password" autoComplete="new-password" minLength={PASSWORD_LENGTH_MIN} hint={t("password.hint", { least: PASSWORD_LENGTH_MIN })} required />
        {isOver ? (
          <p role="alert" className="m-0 text-sm text-critical-ink">
            {t("invitation.over")}
          </p>
        ) : (
          <InlineFailure error={accepting.error} />
        )}
        <Button type="submit" look="primary" large busy={accepting.isPending}>
          {t("invitation.accept")}
        </Button>
      </form>
    </Frame>
  );
}
