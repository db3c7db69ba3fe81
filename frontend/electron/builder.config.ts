import type { Configuration } from 'electron-builder'

/** How the desktop program is packaged. Linux is built and tested; what is said about the other systems is not verified. */
export default {
  appId: 'chat.desktop',
  productName: 'Chat',
  // Names the folder where people's settings lie.
  extraMetadata: { name: 'chat', productName: 'Chat' },
  directories: { output: 'release' },
  // The bundles hold all they need: nothing of node_modules is shipped.
  files: ['out', 'dist', '!dist/.vite', '!dist/.stamp', 'package.json', '!node_modules'],
  asar: true,
  npmRebuild: false,
  protocols: [{ name: 'Chat', schemes: ['chat'] }],
  linux: { target: ['AppImage', 'deb'], executableName: 'chat', category: 'Network;InstantMessaging' },
  win: { target: ['nsis'] },
  mac: { target: ['dmg'], category: 'public.app-category.social-networking' },
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
} satisfies Configuration
