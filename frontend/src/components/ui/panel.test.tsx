import { useQuery } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { api, data } from "@/api/client";
import { QueryPanel } from "@/components/ui/panel";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";

function Centers() {
  const query = useQuery({ queryKey: ["centers"], queryFn: () => data(api.GET("/api/v1/centers")) });
  return (
    <QueryPanel title="Centres" query={query} isEmpty={(loaded) => loaded.items.length === 0} empty={<p>none yet</p>}>
      {(loaded) => <p>{loaded.items.length} centres</p>}
    </QueryPanel>
  );
}

const problem = (status: number, more: object = {}) =>
  http.get("*/api/v1/centers", () => HttpResponse.json({ type: "x", title: "Broken", status, code: "x", detail: "It broke.", request_id: "req-7", ...more }, { status }));

describe("a panel", () => {
  it("loads, then shows; or says what is empty", async () => {
    server.use(http.get("*/api/v1/centers", () => HttpResponse.json({ items: [] })));
    renderWithQueries(<Centers />);
    expect(screen.getByRole("status", { name: "Loading" })).toBeInTheDocument();
    expect(await screen.findByText("none yet")).toBeInTheDocument();
  });

  it("tells a failure with its request id, and tries again", async () => {
    server.use(problem(500));
    renderWithQueries(<Centers />);
    expect(await screen.findByRole("alert")).toHaveTextContent("Broken");
    expect(screen.getByText("req-7")).toBeInTheDocument();
    server.use(http.get("*/api/v1/centers", () => HttpResponse.json({ items: [{}, {}] })));
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("2 centres")).toBeInTheDocument();
  });

  it("names the service that is down", async () => {
    server.use(problem(503, { params: { service: "scheduling-service" } }));
    renderWithQueries(<Centers />);
    expect(await screen.findByRole("alert")).toHaveTextContent("scheduling-service does not answer");
  });

  it("offers no retry for what the role may not see", async () => {
    server.use(problem(403));
    renderWithQueries(<Centers />);
    expect(await screen.findByRole("alert")).toHaveTextContent("Not for your role");
    expect(screen.queryByRole("button")).not.toBeInTheDocument();
  });

  it("keeps what it has when a refresh fails, and says that it is old", async () => {
    server.use(http.get("*/api/v1/centers", () => HttpResponse.json({ items: [{}] })));
    const { client } = renderWithQueries(<Centers />);
    await screen.findByText("1 centres");
    server.use(problem(503));
    await client.invalidateQueries();
    expect(await screen.findByText(/Not current/)).toBeInTheDocument();
    expect(screen.getByText("1 centres")).toBeInTheDocument();
  });
});
