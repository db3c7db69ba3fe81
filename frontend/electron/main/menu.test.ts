// @vitest-environment node
import { expect, it } from 'vitest'
import { applicationMenu, textMenu } from './menu'
import { closestLocale, textsIn } from './texts'

const labels = (items: { label?: string }[]) => items.map(item => item.label)

it('speaks the language of the page', () => {
  expect(labels(applicationMenu(textsIn('zh-CN')))).toEqual(['文件', '编辑', '显示'])
  expect(labels(applicationMenu(textsIn('en')))).toEqual(['File', 'Edit', 'View'])
  expect([closestLocale('zh-TW'), closestLocale('en-GB'), closestLocale('fr')]).toEqual(['zh-CN', 'en', 'en'])
})

it('offers on a right click what can be done there', () => {
  expect(labels(textMenu(textsIn('en'), { isEditable: true, selectionText: '' }))).toContain('Paste')
  expect(labels(textMenu(textsIn('en'), { isEditable: false, selectionText: 'words' }))).toEqual(['Copy'])
  expect(textMenu(textsIn('en'), { isEditable: false, selectionText: ' ' })).toEqual([])
})
