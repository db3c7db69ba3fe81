import { expect, it } from 'vitest'
import { deviceName, isPhone } from './device-name'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
const EDGE = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0'
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1'
const named = (user_agent: string, name = '') => deviceName({ name, user_agent })

it('knows browsers and systems apart, also those that pretend to be others', () => {
  expect([CHROME, EDGE, PHONE].map(agent => named(agent))).toEqual(['Chrome · Linux', 'Edge · Windows', 'Safari · iOS'])
})

it('takes the name that a device gave itself', () => {
  expect(named(CHROME, 'Maya’s laptop')).toBe('Maya’s laptop')
})

it('calls a program by its own name', () => {
  expect(named('python-requests/2.32')).toBe('python-requests')
})

it('knows phones', () => {
  expect([CHROME, PHONE].map(isPhone)).toEqual([false, true])
})
