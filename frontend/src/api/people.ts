import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import { t } from "@/lib/i18n";
import { useUser } from "@/lib/session";

/** The end of an id tells people apart until a name is known. */
function shortId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 4)}…${id.slice(-5)}` : id;
}

/** Names people by their id; everybody may know the names of their own organisation. */
export function usePersonName(): (id: string) => string {
  const user = useUser();
  const people = useQuery({ queryKey: ["people", "names"], staleTime: 300_000, retry: false, queryFn: () => data(api.GET("/api/v1/users/names")) });
  const names = new Map(people.data?.items.map((person) => [person.user_id, person.display_name]));
  return (id) => (id === user?.user_id ? t("alerts.you") : (names.get(id) ?? shortId(id)));
}
