import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  // The office serves the pages under any prefix, so every address in them is relative.
  base: "./",
  build: {
    outDir: "../collector/api/pages",
    emptyOutDir: true,
    target: "es2020",
    cssTarget: "chrome87",
    // The polyfill and data: addresses would both need a wider content security policy than 'self'.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
