import { queryOptions, useQueries } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import { t } from "@/lib/i18n";
import { useUser } from "@/lib/session";

/** Ids that the service names at once. */
const IDS_MAX = 100;

interface Batch {
  ids: string[];
  names: Promise<Map<string, string>>;
}

let open: Batch | null = null;

function newBatch(): Batch {
  const ids: string[] = [];
  const batch: Batch = {
    ids,
    // What is on screen asks at once; a moment later all of it is known.
    names: Promise.resolve().then(async () => {
      if (open === batch) open = null;
      const found = await data(api.GET("/api/v1/users/names", { params: { query: { ids: ids.join(",") } } }));
      return new Map(found.items.map((person) => [person.user_id, person.display_name]));
    }),
  };
  return batch;
}

/** The name of one person; whoever is asked for in the same moment goes into the same request. */
async function nameOf(id: string): Promise<string | null> {
  if (!open || open.ids.length >= IDS_MAX) open = newBatch();
  open.ids.push(id);
  return (await open.names).get(id) ?? null;
}

const personName = (id: string) => queryOptions({ queryKey: ["people", "name", id], staleTime: 300_000, retry: false, queryFn: () => nameOf(id) });

/** The end of an id tells people apart until a name is known. */
function shortId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 4)}…${id.slice(-5)}` : id;
}

/** Names the people whose ids are shown. Only these are asked for: few may list everybody, and everybody may be many. */
export function usePersonName(ids: readonly (string | null | undefined)[]): (id: string) => string {
  const user = useUser();
  const others = [...new Set(ids)].filter((id): id is string => Boolean(id) && id !== user?.user_id);
  const answers = useQueries({ queries: others.map(personName) });
  const names = new Map(others.map((id, index) => [id, answers[index]?.data]));
  return (id) => (id === user?.user_id ? t("alerts.you") : (names.get(id) ?? shortId(id)));
}
