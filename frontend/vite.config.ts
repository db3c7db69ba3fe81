import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { configDefaults, defineConfig } from 'vitest/config'
import { travelTogether } from './chunks.ts'

const server = process.env.CHAT_SERVER ?? 'http://localhost:9000'

export default defineConfig({
  base: '/',
  plugins: [vue()],
  resolve: {
    alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) },
  },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __INTLIFY_DROP_MESSAGE_COMPILER__: false,
  },
  server: {
    port: 5173,
    strictPort: true,
    // Host and Origin stay those of the page: the server compares them before it trusts a cookie or opens a socket.
    proxy: {
      '/api': { target: server },
      '/media': { target: server },
      '/ws': { target: server, ws: true },
    },
  },
  build: {
    outDir: 'dist',
    manifest: true,
    target: 'es2022',
    rolldownOptions: { output: { codeSplitting: travelTogether(fileURLToPath(new URL('./src', import.meta.url))) } },
    // Older engines know no light-dark(): the build writes it out for them.
    cssTarget: ['chrome114', 'firefox117', 'safari16.4'],
  },
  test: {
    environment: 'happy-dom',
    include: ['{src,electron}/**/*.test.ts'],
    exclude: configDefaults.exclude,
    restoreMocks: true,
    unstubGlobals: true,
    // For what hangs: how quick a machine is says nothing.
    testTimeout: 60_000,
  },
})
