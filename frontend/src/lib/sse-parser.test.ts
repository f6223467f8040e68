import { describe, expect, it } from "vitest";
import { ServerEventParser } from "@/lib/sse-parser";

describe("ServerEventParser", () => {
  it("joins what was cut anywhere", () => {
    const stream = 'id: 7\nevent: change\ndata: {"a":\ndata: 1}\n\n: keep-alive\n\ndata: x\r\n\r\n';
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const parser = new ServerEventParser();
      const events = [...parser.feed(stream.slice(0, cut)), ...parser.feed(stream.slice(cut))];
      expect(events).toEqual([
        { event: "change", data: '{"a":\n1}', id: "7" },
        { event: "message", data: "x", id: "7" },
      ]);
      expect(parser.lastEventId).toBe("7");
    }
  });

  it("forgets what a lost connection left half told, and resumes before it", () => {
    const parser = new ServerEventParser();
    parser.feed("id: 7\ndata: a\n\nid: 8\nevent: change\ndata: ha");
    expect(parser.lastEventId).toBe("7");
    parser.restart();
    expect(parser.feed("id: 8\ndata: b\n\n")).toEqual([{ event: "message", data: "b", id: "8" }]);
    expect(parser.lastEventId).toBe("8");
  });

  it("takes the pause that the server asks for, and drops an event without data", () => {
    const parser = new ServerEventParser();
    expect(parser.feed("retry: 2500\nevent: change\n\n")).toEqual([]);
    expect(parser.retryMs).toBe(2500);
    parser.feed("retry: soon\n\n");
    expect(parser.retryMs).toBe(2500);
  });
});
