import { Outlet, useRouterState, type AnyRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ApiError } from "@/api/problem";
import { Failure } from "@/components/ui/states";
import { homeOf, mayOpen } from "@/lib/roles";
import { useUser } from "@/lib/session";

/** Views that are not the role's are refused here with words; the services refuse them anyway. */
export function RoleGate() {
  const user = useUser();
  const path = useRouterState({ select: (state) => state.location.pathname });
  if (!mayOpen(user?.role, path)) {
    const problem = { type: "about:blank", title: "", status: 403, code: "app.role", detail: "" };
    return <Failure error={new ApiError(problem)} />;
  }
  return <Outlet />;
}

/** Who has just signed in on a page that somebody else left, and that is not for their role, begins at home. Who opens such an address
 * while signed in is told so instead. */
export function useHomeAfterSignIn(router: AnyRouter): void {
  const user = useUser();
  const person = user && `${user.tenant_id}.${user.user_id}`;
  const role = user?.role;
  const before = useRef(person);
  useEffect(() => {
    if (person && person !== before.current && !mayOpen(role, router.latestLocation.pathname)) void router.navigate({ to: homeOf(role), replace: true });
    before.current = person;
  }, [person, role, router]);
}
