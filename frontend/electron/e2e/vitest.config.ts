import { defineConfig } from 'vitest/config'

/** The packaged program on a real Electron against a real server: `npm run desktop:test`. */
export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../../node_modules/.vite',
  test: {
    include: ['*.e2e.ts'],
    globalSetup: 'stage.ts',
    fileParallelism: false,
    testTimeout: 60_000,
    // For what never comes: how quick a machine is says nothing.
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 120_000,
  },
})
