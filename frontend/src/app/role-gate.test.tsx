import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { RoleGate, useHomeAfterSignIn } from "@/app/role-gate";
import { dropSession, useUser } from "@/lib/session";
import { signedIn } from "@/testing/sign-in";

function routerAt(path: string) {
  const root = createRootRoute({ component: RoleGate });
  const page = (at: string) => createRoute({ getParentRoute: () => root, path: at, component: () => <h1>{at}</h1> });
  return createRouter({ routeTree: root.addChildren(["/fleet", "/my-jobs", "/me"].map(page)), history: createMemoryHistory({ initialEntries: [path] }) });
}

function App({ router }: { router: ReturnType<typeof routerAt> }) {
  const user = useUser();
  useHomeAfterSignIn(router as never);
  return user ? <RouterProvider router={router as never} /> : <p>signed out</p>;
}

describe("the gate of roles", () => {
  afterEach(() => act(() => dropSession()));

  it("looks again at every page that is gone to", async () => {
    await signedIn("TECHNICIAN");
    const router = routerAt("/my-jobs");
    render(<App router={router} />);
    expect(await screen.findByRole("heading")).toHaveTextContent("/my-jobs");
    await act(() => router.navigate({ to: "/fleet" as never }));
    expect(screen.getByRole("alert")).toHaveTextContent("Not for your role");
    await act(() => router.navigate({ to: "/me" as never }));
    expect(screen.getByRole("heading")).toHaveTextContent("/me");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("sends who has signed in on a page of another role to their home", async () => {
    const router = routerAt("/fleet");
    render(<App router={router} />);
    await act(() => signedIn("TECHNICIAN"));
    expect(await screen.findByText("/my-jobs")).toBeInTheDocument();
    expect(router.state.location.pathname).toBe("/my-jobs");
  });

  it("leaves who has signed in on a page that is theirs there", async () => {
    const router = routerAt("/me");
    render(<App router={router} />);
    await act(() => signedIn("TECHNICIAN"));
    expect(await screen.findByText("/me")).toBeInTheDocument();
  });
});
