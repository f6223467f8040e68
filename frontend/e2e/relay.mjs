// A way to stop one service while the platform runs: between the gateway and each service stands a relay. Closed, connections to it are
// refused, as by a service that has stopped; what the gateway then answers and what the app makes of it is the real thing.
import { connect, createServer } from "node:net";

/** The services behind the gateway. */
export const SERVICES = ["ingestion-service", "health-service", "agent-service", "alert-service", "scheduling-service", "warranty-service", "analytics-service"];

/** One relay. It listens at once, so that its port can be told to the gateway before the service has one. */
export class Relay {
  #sockets = new Set();
  #target = null;
  #server = null;
  port = 0;

  async listen() {
    this.#server = createServer((near) => {
      const far = connect(this.#target);
      for (const [from, to] of [[near, far], [far, near]]) {
        this.#sockets.add(from);
        from.on("error", () => to.destroy());
        from.on("close", () => (this.#sockets.delete(from), to.destroy()));
        from.pipe(to);
      }
    });
    await new Promise((resolve, reject) => this.#server.once("error", reject).listen(this.port, "127.0.0.1", resolve));
    this.port = this.#server.address().port;
    return this;
  }

  /** Where the service is, once that is known. */
  lead(url) {
    const { hostname, port } = new URL(url);
    this.#target = { host: hostname, port: Number(port) };
  }

  /** Stops: open connections break, new ones are refused. `listen` starts it again on the same port. */
  async close() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
