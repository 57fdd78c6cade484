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

const ENGINES = /\/src\/nn\/|\/node_modules\/@tensorflow\//;
const WEB_LLM = /\/node_modules\/@mlc-ai\//;

/** Stops the build if an engine is in the page's own code, even in a chunk loaded later: engines run in workers. */
const pageWithoutEngines: Plugin = {
  name: 'page-without-engines',
  apply: 'build',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      const modules = file.type === 'chunk' ? file.moduleIds : [];
      const engine = modules.find((id) => ENGINES.test(id) || WEB_LLM.test(id));
      if (engine) this.error(`${engine} is in the page (${file.fileName}); it belongs in a worker`);
    }
  },
};

/** Stops the build if WebLLM, 6 MB, is loaded with any worker: it is a chunk of its own that one worker asks for. */
const workersWithoutWebLlm = (): Plugin => ({
  name: 'workers-without-web-llm',
  apply: 'build',
  generateBundle(_, bundle) {
    const chunks = new Map(Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])));
    const seen = new Set<string>();
    const visit = (fileName: string): void => {
      const chunk = chunks.get(fileName);
      if (!chunk || seen.has(fileName)) return;
      seen.add(fileName);
      const library = chunk.moduleIds.find((id) => WEB_LLM.test(id));
      if (library) this.error(`${library} is loaded with a worker (${fileName}); it must be imported when a model is wanted`);
      // Those of src/worker may not even ask for it later.
      const later = /\/src\/worker\//.test(chunk.facadeModuleId ?? '') ? chunk.dynamicImports : [];
      for (const next of [...chunk.imports, ...later]) visit(next);
    };
    for (const { isEntry, fileName } of chunks.values()) if (isEntry) visit(fileName);
  },
});

export default defineConfig({
  // Relative addresses, so that the built page works under any path of any static host.
  base: './',
  plugins: [react(), contentSecurityPolicy, pageWithoutEngines],
  define: { ...buildConstants() },
  // Two copies of tfjs would mean two engines that do not know each other's tensors.
  resolve: { dedupe: ['@tensorflow/tfjs-core'] },
  worker: { format: 'es', plugins: () => [workersWithoutWebLlm()] },
  build: {
    target: 'es2022',
    // No data: addresses: the policy lets nothing be fetched from them.
    assetsInlineLimit: 0,
    // What the first screen loads is one chunk, whatever screens and drawers that come later share with it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
    chunkSizeWarningLimit: 1600,
  },
  server: { host: 'localhost' },
  preview: { host: 'localhost' },
});
