import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { buildConstants, CONTENT_SECURITY_POLICY } from './scripts/lib/build.mjs';

/** Puts the policy into the built page. Not while developing, where hot reloading needs inline scripts. */
const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

/** Stops the build if an engine is in the page's own code, even in a chunk loaded later: engines run in workers. */
const pageWithoutEngines: Plugin = {
  name: 'page-without-engines',
  apply: 'build',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      const modules = file.type === 'chunk' ? file.moduleIds : [];
      const engine = modules.find((id) => /\/src\/nn\/|\/node_modules\/@tensorflow\//.test(id));
      if (engine) this.error(`${engine} is in the page (${file.fileName}); it belongs in the worker`);
    }
  },
};

export default defineConfig({
  // Relative addresses, so that the built page works under any path of any static host.
  base: './',
  plugins: [react(), contentSecurityPolicy, pageWithoutEngines],
  define: { ...buildConstants() },
  // Two copies of tfjs would mean two engines that do not know each other's tensors.
  resolve: { dedupe: ['@tensorflow/tfjs-core'] },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // No data: addresses: the policy lets nothing be fetched from them.
    assetsInlineLimit: 0,
    // One page in a few chunks; the largest is Mantine, React and Plot together.
    chunkSizeWarningLimit: 1200,
  },
  server: { host: 'localhost' },
  preview: { host: 'localhost' },
});
