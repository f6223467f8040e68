import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` serves the app with hot reload and asks a running platform for the API.
const platform = process.env.CARVROOOM_URL ?? "http://127.0.0.1:3000";

export default defineConfig({
  logLevel: process.env.VITEST ? undefined : "warn",
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { port: 5173, proxy: { "/api": platform, "/status.json": platform } },
  build: {
    target: "es2022",
    // The gateway's Content-Security-Policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  test: {
    environment: "jsdom",
    globals: true,
    // One jsdom for all files: making one takes longer than the tests do.
    isolate: false,
    maxWorkers: 1,
    // A machine that builds beside the tests is slow; what hangs is still told.
    testTimeout: 20_000,
    setupFiles: ["./src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
