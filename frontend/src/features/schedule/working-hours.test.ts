import { afterEach, describe, expect, it } from "vitest";
import { worksOn } from "@/features/schedule/working-hours";

/** Node reads the zone anew each time that it is set. */
const ZONE = process.env.TZ;
afterEach(() => {
  if (ZONE === undefined) delete process.env.TZ;
  else process.env.TZ = ZONE;
});

const technician = (hours: [string, string, string][], absences: [string, string][] = []) => ({
  technician_id: "tec_1", center_id: "ctr_1", skills: [],
  working_hours: hours.map(([weekday, from, to]) => ({ weekday, from, to })),
  absences: absences.map(([from, to]) => ({ from, to })),
});
const MONDAY: [string, string, string][] = [["MON", "08:00", "17:00"]];
/** When the technician of a centre works on a day of May 2030, whose sixth is a Monday, in the zone that is set. */
function hours(one: ReturnType<typeof technician>, offset: number, day: number): string[] | undefined {
  const two = (at: Date) => `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  return worksOn(one, { utc_offset_minutes: offset }, new Date(2030, 4, day))?.map(({ from, to }) => `${two(from)}–${two(to)}`);
}

describe("working hours", () => {
  it("are told by the reader's clock, not the centre's", () => {
    process.env.TZ = "Europe/Berlin";
    expect([hours(technician(MONDAY), 120, 6), hours(technician(MONDAY), 60, 6), hours(technician(MONDAY), 120, 7)]).toEqual([["08:00–17:00"], ["09:00–18:00"], []]);
    process.env.TZ = "America/New_York";
    expect(hours(technician(MONDAY), 120, 6)).toEqual(["02:00–11:00"]);
  });

  it("fall on the reader's day, which may be another or two", () => {
    process.env.TZ = "America/Los_Angeles";
    // Tokyo's Monday from 08:00 to 17:00 is Sunday 16:00 to Monday 01:00 there.
    expect([5, 6, 7].map((day) => hours(technician(MONDAY), 540, day))).toEqual([["16:00–00:00"], ["00:00–01:00"], []]);
  });

  it("take 24:00 as the end of the day, and all shifts of a day", () => {
    process.env.TZ = "UTC";
    expect(hours(technician([["MON", "18:00", "24:00"], ["MON", "06:00", "10:00"]]), 0, 6)).toEqual(["06:00–10:00", "18:00–00:00"]);
  });

  it("are none where an absence takes them all, and the rest where it takes a part", () => {
    process.env.TZ = "Europe/Berlin";
    const away = (from: string, to: string) => hours(technician(MONDAY, [[from, to]]), 120, 6);
    expect([
      // An absence of the working day alone, which no midnight lies in.
      away("2030-05-06T06:00:00Z", "2030-05-06T15:00:00Z"),
      away("2030-05-06T06:00:00Z", "2030-05-06T10:00:00Z"),
      away("2030-05-06T09:00:00Z", "2030-05-06T10:00:00Z"),
      // One that ends before the work begins, though midnight lies in it.
      away("2030-05-05T12:00:00Z", "2030-05-06T05:00:00Z"),
    ]).toEqual([[], ["12:00–17:00"], ["08:00–11:00", "12:00–17:00"], ["08:00–17:00"]]);
  });

  it("are not known without the centre", () => {
    expect(worksOn(technician(MONDAY), undefined, new Date(2030, 4, 6))).toBeNull();
  });
});
