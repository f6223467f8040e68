import { describe, expect, it } from "vitest";
import { alone } from "@/lib/alone";

describe("alone, where the browser has no locks", () => {
  it("lets one after the other, also after one that failed, and others at once", async () => {
    const order: string[] = [];
    const act = (name: string, ms: number, fails = false) => async () => {
      await new Promise((done) => setTimeout(done, ms));
      order.push(name);
      if (fails) throw new Error(name);
    };
    const slow = alone("a", act("slow", 20, true));
    const next = alone("a", act("next", 0));
    const other = alone("b", act("other", 0));
    await expect(slow).rejects.toThrow("slow");
    await Promise.all([next, other]);
    expect(order).toEqual(["other", "slow", "next"]);
  });
});
