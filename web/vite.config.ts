import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The page, as static files with relative addresses: a stand-in serves them at /, a bucket from any folder. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // A strict CSP forbids data: scripts and workers.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
});
