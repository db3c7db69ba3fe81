import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import { build, Platform } from 'electron-builder'
import { build as bundle } from 'vite'
import config from '../builder.config'

const FRONTEND = join(import.meta.dirname, '../..')
const ROOT = join(FRONTEND, '..')

/**
 * Builds and packages as `npm run desktop:pack` does, but beside it: a developer's dist stays as it is.
 * -> `program` can be driven from outside by its inspector, `release` has every fuse of a release.
 */
export async function packageProgram(folder: string): Promise<{ program: string, release: string }> {
  process.chdir(FRONTEND)
  await bundle({ configFile: 'vite.config.ts', root: FRONTEND, logLevel: 'warn', build: { outDir: join(folder, 'dist'), emptyOutDir: true } })
  for (const mode of ['main', 'preload'])
    await bundle({ configFile: 'electron/vite.config.ts', mode, logLevel: 'warn', build: { outDir: join(folder, 'out') } })

  const electron = execFileSync(join(ROOT, 'tests/desktop/get-test-electron'), { encoding: 'utf8' }).trim()
  const { grantFileProtocolExtraPrivileges: _newerThanThisElectron, ...fuses } = config.electronFuses
  await build({
    targets: Platform.LINUX.createTarget('dir'),
    projectDir: FRONTEND,
    publish: 'never',
    config: {
      ...config,
      directories: { output: join(folder, 'release') },
      files: ['package.json', '!node_modules', ...['dist', 'out'].map(name => ({ from: join(folder, name), to: name }))],
      electronDist: electron,
      electronVersion: readFileSync(join(electron, 'version'), 'utf8'),
      electronFuses: { ...fuses, enableNodeCliInspectArguments: true },
    },
  })

  const program = join(folder, 'release', 'linux-unpacked')
  const release = join(folder, 'release', 'fused')
  cpSync(program, release, { recursive: true })
  await flipFuses(join(release, 'chat'), {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: config.electronFuses.enableNodeCliInspectArguments,
  })
  rmSync(join(folder, 'dist'), { recursive: true })
  for (const unpacked of [program, release])
    allowSandbox(unpacked)
  return { program: join(program, 'chat'), release: join(release, 'chat') }
}

/** As an installer does. Without root, Chromium falls back on user namespaces, or refuses to start. */
function allowSandbox(unpacked: string): void {
  if (process.getuid?.() !== 0)
    return
  const sandbox = join(unpacked, 'chrome-sandbox')
  chownSync(sandbox, 0, 0)
  chmodSync(sandbox, 0o4755)
}
