import { describe, expect, it, vi } from 'vitest'
import { createAddress } from './address'

describe('where others find the server', () => {
  it('is asked for by who sits at it, once', async () => {
    const ask = vi.fn(async () => ({ url: 'http://192.168.1.20:9000' }))
    const address = createAddress('http://localhost:9000', ask)
    expect(address.known.value).toBe('http://localhost:9000')
    await address.find()
    expect([await address.find(), address.known.value]).toEqual(['http://192.168.1.20:9000', 'http://192.168.1.20:9000'])
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('is where I found it, when that is no machine of everybody', async () => {
    const ask = vi.fn()
    expect(await createAddress('https://chat.example.org', ask).find()).toBe('https://chat.example.org')
    expect(ask).not.toHaveBeenCalled()
  })

  it('stays as it is when the server knows no better, or does not answer yet', async () => {
    expect(await createAddress('http://127.0.0.1:9000', async () => ({ url: null })).find()).toBe('http://127.0.0.1:9000')
    const ask = vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue({ url: 'http://192.168.1.20:9000' })
    const address = createAddress('http://[::1]:9000', ask)
    expect(await address.find()).toBe('http://[::1]:9000')
    expect(await address.find()).toBe('http://192.168.1.20:9000')
  })
})
