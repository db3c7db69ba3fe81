import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { configDefaults, defineConfig } from 'vitest/config'

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
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      // The Origin stays that of the page unless it is rewritten, and the server refuses a socket from a foreign one.
      '/api': { target: server, changeOrigin: true },
      '/ws': { target: server, changeOrigin: true, ws: true, rewriteWsOrigin: true },
      '/media': { target: server, changeOrigin: true },
    },
  },
  build: {
    outDir: 'dist',
    manifest: true,
    target: 'es2022',
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    exclude: configDefaults.exclude,
    restoreMocks: true,
    unstubGlobals: true,
  },
})
