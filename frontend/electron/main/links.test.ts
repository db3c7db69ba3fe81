// @vitest-environment node
import { expect, it } from 'vitest'
import { isScreen, screenIn, screenOf } from './links'

it('opens rooms and invites', () => {
  expect(screenOf('chat://rooms/7')).toBe('/rooms/7')
  expect(screenOf('chat://rooms/7/?from=mail')).toBe('/rooms/7')
  expect(screenOf('chat://invite/Ab-9_x')).toBe('/invite/Ab-9_x')
  expect(screenOf('chat://')).toBe('/')
})

it.each(['chat://rooms/7/../../x', 'chat://rooms/x', 'chat:rooms/7', 'https://rooms/7', 'chat:////evil.test', 'chat://invite/%2e'])(
  'opens nothing for %s',
  link => expect(screenOf(link)).toBeNull(),
)

it('finds the link among the arguments of a start', () => {
  expect(screenIn(['/opt/chat', '--flag', 'chat://rooms/7'])).toBe('/rooms/7')
  expect(screenIn(['/opt/chat'])).toBeNull()
})

it('does not take another site for a screen', () => {
  for (const path of ['//evil.test', '/\\evil.test', 'rooms/7', '/rooms/7\n'])
    expect(isScreen(path), path).toBe(false)
})
