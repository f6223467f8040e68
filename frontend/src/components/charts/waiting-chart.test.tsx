import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { HealthTypes, Slot } from "@/api/queries";
import { WaitingChart } from "@/components/charts/waiting-chart";

const money = (amount_minor: number) => ({ amount_minor, currency: "EUR" });
const slot = (technician_id: string, hour: number) => ({ technician_id, starts_at: `2030-05-06T${hour}:00:00Z`, failure_probability: 0.1, expected_cost: money(10_000) }) as Slot;
const curve = (days: number[]) => ({ points: days.map((day) => ({ days: day, km: day * 50, failure_probability: day / 100 })) }) as HealthTypes["schemas"]["WaitingCurveBody"];

describe("the chart of waiting", () => {
  it("reaches its right end also where the service gives no point there", () => {
    const { container } = render(<WaitingChart curve={curve([0, 20, 50])} slots={[]} />);
    const last = container.querySelector("polyline")?.getAttribute("points")?.split(" ").at(-1);
    const corner = container.querySelector("polygon")?.getAttribute("points")?.split(" ").at(-1);
    expect(last?.split(",")[0]).toBe(corner?.split(",")[0]);
    // 30 days of a course that goes from 20 to 50 days.
    expect(container.querySelector("svg")?.getAttribute("aria-label")).toContain("30 %");
  });

  it("names an hour once, however many bays are free", () => {
    const { container } = render(<WaitingChart curve={curve([0, 30])} slots={[slot("a", 10), slot("b", 10), slot("c", 12)]} />);
    expect(container.querySelectorAll("li")).toHaveLength(2);
  });
});
