// Fills the gateway's status page and keeps it current.
const rows = document.getElementById("rows");
async function refresh() {
  try {
    const services = await (await fetch("/status.json")).json();
    rows.replaceChildren(...services.map(({ service, url, ready }) => {
      const row = document.createElement("tr");
      const link = Object.assign(document.createElement("a"), { href: url + "/docs/", textContent: url.replace("http://", "") + "/docs" });
      const cells = [service, ready ? "● ready" : "○ not ready", link].map((content) => { const cell = document.createElement("td"); cell.append(content); return cell; });
      cells[1].className = ready ? "up" : "down";
      row.append(...cells);
      return row;
    }));
  } catch {
    rows.innerHTML = '<tr><td colspan="3" class="down">○ the gateway does not answer</td></tr>';
  }
}
// The demo's history, while it is being told.
async function history() {
  try {
    const told = await (await fetch("/status/history.json")).json();
    document.getElementById("history").hidden = !["PREPARING", "SIMULATED"].includes(told.state);
    document.getElementById("share").value = told.share;
    const day = (told.business_time ?? "").slice(0, 10);
    document.getElementById("told").textContent = `The demo's history is computed: ${day}, ${told.records} records, ${told.alerts} alerts, ${told.visits_booked} visits booked, ${told.visits_completed} completed.`;
  } catch { /* The table says that the gateway does not answer. */ }
}
refresh();
history();
setInterval(refresh, 2000);
setInterval(history, 1000);
