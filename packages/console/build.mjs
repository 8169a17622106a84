// Builds the console into dist/: `npm run console:build`. Everything it needs is installed; it fetches nothing.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

await build({
  configFile: false,
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  logLevel: 'warn',
  plugins: [react()],
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Its polyfill would be a script in the page, which the policy it is served under refuses.
    modulePreload: { polyfill: false },
    // As would data: addresses of styles and scripts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    emptyOutDir: true,
  },
});
