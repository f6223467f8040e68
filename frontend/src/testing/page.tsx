import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { vi } from "vitest";
import { renderWithQueries } from "@/testing/render";

/** A screen on which every "at least so wide" is true; `vi.unstubAllGlobals` takes it away. */
export function wideScreen(): void {
  vi.stubGlobal("matchMedia", (media: string) => ({ matches: media.includes("min-width"), media, addEventListener: () => undefined, removeEventListener: () => undefined }));
}

/** Opens a page at its path, as the app's router would; links lead nowhere else. */
export function openPage(path: string, component: () => ReactElement, at = path) {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path, component });
  const router = createRouter({ routeTree: root.addChildren([page]), history: createMemoryHistory({ initialEntries: [at] }) });
  return { router, ...renderWithQueries(<RouterProvider router={router as never} />) };
}
