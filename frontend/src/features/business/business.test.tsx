import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it, vi } from "vitest";
import type { Kpi } from "@/api/queries";
import { KeyFigure } from "@/features/business/components/key-figure";
import { Reports } from "@/features/business/components/reports";
import { shown } from "@/lib/kpi";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";

vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: string }) => <a href="/">{children}</a> }));

const euro = (amount_minor: number) => ({ amount_minor, currency: "EUR" });
const kpi: Kpi = {
  id: "cost-avoidance", name: "Cost avoided, net", period: { from: "2026-01-01", to: "2026-01-31", step: "day" }, unit: "minor", currency: "EUR", value: 3_100_000, previous: 2_900_000, n: 19,
  numbers: { visits: 19 }, amounts: { avoided: [euro(3_840_000)], false_alarm_cost: [euro(740_000)] }, breakdown: [],
  series: [{ from: "2026-01-01", value: 1000, n: 1 }, { from: "2026-01-02", value: null, n: 0 }, { from: "2026-01-03", value: 2000, n: 2 }],
  method: { code: "avoidance.1", text: "Avoided less both losses.", numbers: { visits: "Completed visits." }, amounts: { avoided: "Breakdowns that did not happen.", false_alarm_cost: "What false alarms cost." }, breakdown: "" },
  rows: "/api/v1/metrics/cost-avoidance/rows?from=2026-01-01&to=2026-01-31",
};

describe("a key figure", () => {
  it("shows its value with what it rests on, its losses beside its gains, and leads to what it was made of", async () => {
    server.use(
      http.get("*/api/v1/metrics/cost-avoidance/rows", ({ request }) => {
        expect(new URL(request.url).searchParams.get("from")).toBe("2026-01-01");
        return HttpResponse.json({ items: [{ time: "2026-01-03T08:00:00Z", id: "apt_1", vehicle_id: "V1", kind: "AVOIDED", component: "brakes", numbers: { failure_probability: 0.8125 }, amounts: { avoided: euro(90_000) } }] });
      }),
    );
    renderWithQueries(<KeyFigure kpi={kpi} />);
    expect(screen.getByText("€31,000")).toBeInTheDocument();
    expect(screen.getByText(/from 19 cases/)).toHaveTextContent("€29,000 in the period before");
    expect(screen.getByText("What false alarms cost.").nextSibling).toHaveTextContent("€7,400");
    await userEvent.click(screen.getByRole("button", { name: "What it was made of: Cost avoided, net" }));
    expect(await screen.findByText("V1")).toBeInTheDocument();
    expect(screen.getByText(/€900/)).toHaveTextContent("0.81");
  });

  it("draws a gap where nothing was measured, and tells the same as a table", async () => {
    const { container } = renderWithQueries(<KeyFigure kpi={kpi} />);
    expect(container.querySelectorAll("polyline")).toHaveLength(2);
    await userEvent.click(screen.getByRole("button", { name: "Show as a table" }));
    expect(screen.getAllByRole("row").map((row) => row.textContent)).toEqual(["FromValuen", "Jan 1, 2026€101", "Jan 2, 2026–0", "Jan 3, 2026€202"]);
  });

  it("writes each unit as people do, and nothing as a dash", () => {
    expect([shown({ unit: "share" }, 0.912), shown({ unit: "s" }, 5400), shown({ unit: "minor", currency: "EUR" }, 12_345), shown({ unit: "share" }, null)]).toEqual(["91.2 %", "1.5 h", "€123", "–"]);
  });
});

describe("reports", () => {
  it("has one made and saves it under the server's name", async () => {
    const asked: unknown[] = [];
    server.use(
      http.get("*/api/v1/reports/schedules", () => HttpResponse.json({ items: [] })),
      http.get("*/api/v1/reports", () => HttpResponse.json({ items: [] })),
      http.post("*/api/v1/reports/generate", async ({ request }) => {
        asked.push(await request.json());
        return HttpResponse.json({ report_id: "rep_1", kind: "executive", format: "pdf", file_name: "executive.pdf", path: "/api/v1/reports/rep_1/download" }, { status: 201 });
      }),
      http.get("*/api/v1/reports/rep_1/download", () => new HttpResponse("%PDF-1.7", { headers: { "content-type": "application/pdf", "content-disposition": 'attachment; filename="executive.pdf"' } })),
    );
    URL.createObjectURL = vi.fn(() => "blob:report");
    const saved = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      asked.push(this.download);
    });
    renderWithQueries(<Reports />);
    await userEvent.click(screen.getByRole("button", { name: "Download PDF" }));
    expect(await screen.findByText("Saved as executive.pdf")).toBeInTheDocument();
    expect(asked[0]).toMatchObject({ kind: "executive", format: "pdf", locale: "en" });
    expect(asked[1]).toBe("executive.pdf");
    saved.mockRestore();
  });

  it("says that reports are not available when their service is away, and stays", async () => {
    const away = () => HttpResponse.json({ title: "Service Unavailable", status: 503, code: "gateway.unavailable", detail: "", params: { service: "analytics-service" } }, { status: 503 });
    server.use(http.get("*/api/v1/reports/schedules", away), http.get("*/api/v1/reports", away), http.post("*/api/v1/reports/generate", away));
    renderWithQueries(<Reports />);
    await userEvent.click(screen.getByRole("button", { name: "Download PDF" }));
    expect(await screen.findAllByText(/analytics-service does not answer/)).not.toHaveLength(0);
    expect(screen.getByRole("button", { name: "Download PDF" })).toBeEnabled();
  });

  it("leads from a mail to its report, which says who was mailed and hands out the file", async () => {
    const made = (id: string, schedule_id: string | null) => ({
      report_id: id, kind: "executive", format: "pdf", locale: "de", from: "2026-04-27", to: "2026-05-04", schedule_id, requested_by: "usr_e", generated_at: "2026-05-04T06:00:01Z", byte_count: 18_342, file_name: `${id}.pdf`, path: `/api/v1/reports/${id}/download`,
    });
    server.use(
      http.get("*/api/v1/reports/schedules", () => HttpResponse.json({ items: [] })),
      http.get("*/api/v1/reports", () => HttpResponse.json({ items: [made("rep_2", null), made("rep_1", "sched_1")] })),
      http.get("*/api/v1/alerts/deliveries/reports/rep_1", () => HttpResponse.json({ items: [{ delivery_id: "dlv_1", recipient_id: "usr_e", channel: "EMAIL", status: "SUPPRESSED", reason: "no_address", level: 0, attempts: 0, in_doubt_count: 0, created_at: "2026-05-04T06:00:02Z" }] })),
      http.get("*/api/v1/users/names", () => HttpResponse.json({ items: [] })),
    );
    const scrolled = vi.fn();
    Element.prototype.scrollIntoView = scrolled;
    renderWithQueries(<Reports wanted="rep_1" />);
    const lines = within(await screen.findByRole("list", { name: "Made so far" })).getAllByRole("listitem");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toHaveAttribute("aria-current", "true");
    expect(scrolled).toHaveBeenCalledOnce();
    expect(within(lines[0]!).queryByRole("button", { name: /Who was mailed/ })).toBeNull();
    await userEvent.click(within(lines[1]!).getByRole("button", { name: /Who was mailed/ }));
    expect(await screen.findByText(/Suppressed/)).toHaveTextContent("Suppressed · no e-mail address");
  });
});
