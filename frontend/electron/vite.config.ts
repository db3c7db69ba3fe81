import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vite'

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))

/** One file for the main process, one for the preload script (`-m main`, `-m preload`): a sandboxed script cannot load a second. */
export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  publicDir: false,
  define: { __VERSION__: JSON.stringify(version) },
  build: {
    outDir: '../out',
    emptyOutDir: false,
    target: 'chrome114',
    minify: false,
    lib: { entry: `${mode}/index.ts`, formats: ['cjs'], fileName: () => `${mode}.cjs` },
    rolldownOptions: { external: ['electron', /^node:/] },
  },
}))
