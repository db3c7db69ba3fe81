import type inside from './inside/zh-CN'
import type zh from './zh-CN'

/** The shape every locale must have; zh-CN is the source. */
export type Messages = typeof zh
export type InsideMessages = typeof inside
