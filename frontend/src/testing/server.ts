import { setupServer } from "msw/node";

/** Stands in for the services in component tests; each test says what they answer. */
export const server = setupServer();
