import { type Decimal, decimal, formatDecimal } from '@planet/runtime/decimal'
import type { Target } from '../../copies/domain/signal.ts'
import type { Fill, FillKind } from '../domain/position.ts'

/** A target as `jsonb` and events hold it: decimals as strings. */
export type StoredTarget = { readonly price: string; readonly fraction: string }

/** A fill as `jsonb` holds it. */
export type StoredFill = {
  readonly at: string
  readonly kind: FillKind
  readonly price: string
  readonly fraction: string
  readonly targetIndex: number | null
}

export const targetOf = ({ price, fraction }: StoredTarget): Target => ({ price: decimal(price), fraction: decimal(fraction) })

export const storedFill = ({ at, kind, price, fraction, targetIndex }: Fill): StoredFill => ({
  at: at.toISOString(),
  kind,
  price: formatDecimal(price),
  fraction: formatDecimal(fraction),
  targetIndex,
})

/** Null stays null. */
export const storedDecimal = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value))
