import { decimal } from '@planet/runtime/decimal'
import type { Target } from '../domain/signal.ts'

/** A target as `jsonb` and events hold it: decimals as strings. */
export type StoredTarget = { readonly price: string; readonly fraction: string }

export const targetOf = ({ price, fraction }: StoredTarget): Target => ({ price: decimal(price), fraction: decimal(fraction) })
