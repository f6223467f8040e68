import { renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { useKept } from "@/lib/use-kept";

describe("what is open when nobody has chosen", () => {
  const open = (ids: string[], scope?: string, exists?: (id: string) => boolean) => renderHook(({ list, of }) => useKept(list, of, exists), { initialProps: { list: ids, of: scope } });

  it("is the first that is known, and stays when others come before it", () => {
    const { result, rerender } = open([]);
    expect(result.current).toBeUndefined();
    rerender({ list: ["a", "b"], of: undefined });
    expect(result.current).toBe("a");
    rerender({ list: ["new", "b", "a"], of: undefined });
    expect(result.current).toBe("a");
  });

  it("is chosen anew when it is gone", () => {
    const { result, rerender } = open(["a", "b"]);
    rerender({ list: ["b", "c"], of: undefined });
    expect(result.current).toBe("b");
    rerender({ list: ["a", "b", "c"], of: undefined });
    expect(result.current).toBe("b");
  });

  it("stays when it has left the list and still exists, though not in another scope", () => {
    const { result, rerender } = open(["a", "b"], "OPEN", (id) => id === "a");
    rerender({ list: ["b"], of: "OPEN" });
    expect(result.current).toBe("a");
    rerender({ list: [], of: "OPEN" });
    expect(result.current).toBe("a");
    rerender({ list: ["b"], of: "RESOLVED" });
    expect(result.current).toBe("b");
  });

  it("is chosen anew in another scope", () => {
    const { result, rerender } = open(["a", "b"], "any");
    rerender({ list: ["b", "a"], of: "OPEN" });
    expect(result.current).toBe("b");
  });
});
