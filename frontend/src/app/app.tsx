import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "@/api/problem";
import { refresher } from "@/api/refresher";
import { useHomeAfterSignIn } from "@/app/role-gate";
import { router } from "@/app/router";
import { useLocale } from "@/lib/i18n";
import { onChange, onReset, startLive } from "@/lib/live";
import { useUser } from "@/lib/session";
import { InvitationPage } from "@/features/sign-in/invitation-page";
import { SignInPage } from "@/features/sign-in/sign-in-page";

function isWorthRetrying(count: number, error: Error): boolean {
  return count < 2 && error instanceof ApiError && error.problem.code !== "gateway.no_such_path" && (error.kind === "offline" || error.kind === "unavailable");
}

const client = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, gcTime: 10 * 60_000, retry: isWorthRetrying, retryDelay: (count) => 300 * 2 ** count, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});

/** The stream of changes of the signed-in person; what it tells is asked again where it is on screen. */
function useLiveQueries(person: string | null): void {
  useEffect(() => {
    if (!person) return;
    const stop = startLive(person);
    const forget = onChange(refresher(client));
    const forgetReset = onReset(() => void client.invalidateQueries());
    return () => {
      forget();
      forgetReset();
      stop();
    };
  }, [person]);
}

export function App() {
  const user = useUser();
  const locale = useLocale();
  const invitation = location.pathname === "/invitation" ? new URLSearchParams(location.search).get("token") : null;
  const person = user ? `${user.tenant_id}.${user.user_id}` : null;
  useLiveQueries(person);
  useHomeAfterSignIn(router);
  useEffect(() => {
    // Another person must not see what the one before had loaded.
    if (!person) client.clear();
  }, [person]);
  return (
    <QueryClientProvider client={client}>
      {invitation ? <InvitationPage token={invitation} /> : user ? <RouterProvider key={locale} router={router} /> : <SignInPage />}
    </QueryClientProvider>
  );
}
