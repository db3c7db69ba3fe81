import type { Rolldown } from 'vite'

/**
 * By itself the bundler makes a file of every module that two lazily loaded parts share: eighty of them before the first
 * message shows, and each costs the line and the server a turn. So what is always loaded together travels together.
 */
const ENTRY = 'main.ts'
const DOOR = 'views/SignView.vue'
const INSIDE = 'inside.ts'

type Graph = Pick<Rolldown.ChunkingContext, 'getModuleInfo'>

export function travelTogether(src: string): Rolldown.CodeSplittingOptions {
  let parts: { base: Set<string>, inside: Set<string> } | undefined

  function divide(graph: Graph) {
    const inside = needed(INSIDE, graph)
    const base = needed(ENTRY, graph)
    needed(DOOR, graph).forEach(id => inside.has(id) && base.add(id))
    return { base, inside }
  }

  /** Everything that comes along with a file without being asked for later. */
  function needed(file: string, graph: Graph): Set<string> {
    const found = new Set([`${src}/${file}`])
    for (const id of found)
      graph.getModuleInfo(id)?.importedIds.forEach((imported: string) => found.add(imported))
    return found
  }

  const part = (name: 'base' | 'inside', priority: number): Rolldown.CodeSplittingGroup => ({
    debugName: name,
    priority,
    name(id, graph) {
      parts ??= divide(graph)
      return id !== `${src}/${ENTRY}` && parts[name].has(id) ? name : null
    },
  })

  // What both need is part of the base.
  return { groups: [part('base', 2), part('inside', 1)] }
}
