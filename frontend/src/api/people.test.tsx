import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, it } from "vitest";
import { usePersonName } from "@/api/people";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

beforeEach(() => signedIn());

/** Names everybody that is asked for, and nobody who is not; `asked` gathers the ids of each request. */
function serveNames(): string[][] {
  const asked: string[][] = [];
  server.use(
    http.get("*/api/v1/users/names", ({ request }) => {
      const ids = new URL(request.url).searchParams.get("ids")?.split(",") ?? [];
      asked.push(ids);
      return HttpResponse.json({ items: ids.filter((id) => id !== "usr_gone_for_years_12").map((id) => ({ user_id: id, display_name: `Name of ${id}` })) });
    }),
  );
  return asked;
}

function Names({ ids }: { ids: (string | null)[] }) {
  const person = usePersonName(ids);
  return <p>{ids.map((id) => id && person(id)).join(", ")}</p>;
}

it("asks once for all that are on screen, each of them once, and not for the reader", async () => {
  const asked = serveNames();
  renderWithQueries(
    <>
      <Names ids={["usr_a", "usr_b", null, "usr_a"]} />
      <Names ids={["usr_b", "usr_1", "usr_c"]} />
    </>,
  );
  expect(await screen.findByText("Name of usr_b, you, Name of usr_c")).toBeInTheDocument();
  expect(asked).toEqual([["usr_a", "usr_b", "usr_c"]]);
});

it("asks for many in batches that the service takes, and shows the end of an id that has no name", async () => {
  const asked = serveNames();
  const ids = ["usr_gone_for_years_12", ...Array.from({ length: 229 }, (_, index) => `usr_n${index}`)];
  renderWithQueries(<Names ids={ids} />);
  await waitFor(() => expect(screen.getByText(/Name of usr_n228$/)).toHaveTextContent(/^usr_…rs_12, Name of usr_n0,/));
  expect(asked.map((batch) => batch.length)).toEqual([100, 100, 30]);
});

it("asks for nobody when nobody is shown, and for whom comes later alone", async () => {
  const asked = serveNames();
  const { rerender, client } = renderWithQueries(<Names ids={[]} />);
  expect(client.isFetching()).toBe(0);
  rerender(<Names ids={["usr_a"]} />);
  expect(await screen.findByText("Name of usr_a")).toBeInTheDocument();
  rerender(<Names ids={["usr_a", "usr_b"]} />);
  expect(await screen.findByText("Name of usr_a, Name of usr_b")).toBeInTheDocument();
  expect(asked).toEqual([["usr_a"], ["usr_b"]]);
});
