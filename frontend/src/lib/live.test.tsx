import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SILENCE_MS, startLive, useLive } from "@/lib/live";

const KEEP_ALIVE = ": keep-alive\n\n";
let asked: Request[] = [];
let stop = () => undefined as void;

/** Streams that stay open: gives what says something on the latest one. */
function streams(): (text: string) => void {
  let last: ReadableStreamDefaultController<Uint8Array> | undefined;
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(request);
    return Promise.resolve(new Response(new ReadableStream({ start: (controller) => void (last = controller) })));
  });
  return (text) => last?.enqueue(new TextEncoder().encode(text));
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(() => {
  asked = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  act(() => stop());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("cancels a stream that has fallen silent and asks for it again", async () => {
  const say = streams();
  const { result } = renderHook(() => useLive());
  stop = startLive("silent");
  await pass(0);
  // Keep-alives are enough to stay.
  for (let count = 0; count < 8; count += 1) {
    await pass(15_000);
    act(() => say(KEEP_ALIVE));
  }
  await pass(0);
  expect([asked.length, result.current.status]).toEqual([1, "live"]);
  await pass(SILENCE_MS + 50);
  expect([asked.length, result.current.status, asked[0]?.signal.aborted]).toEqual([1, "lost", true]);
  await pass(2_000);
  expect([asked.length, result.current.status, asked[1]?.signal.aborted]).toEqual([2, "live", false]);
});

it("does not wait for good for a stream that is never answered", async () => {
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(request);
    return new Promise(() => undefined);
  });
  stop = startLive("unanswered");
  await pass(SILENCE_MS + 2_000);
  expect(asked.map((request) => request.signal.aborted)).toEqual([true, false]);
});

it("ends the request with the session", async () => {
  streams();
  stop = startLive("leaves");
  await pass(0);
  act(() => stop());
  expect(asked[0]?.signal.aborted).toBe(true);
});
