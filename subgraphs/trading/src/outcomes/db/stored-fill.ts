import { decimal, formatDecimal } from '@planet/runtime/decimal'
import type { Fill, FillKind } from '../domain/position.ts'

/** A fill as `jsonb` holds it. */
export type StoredFill = {
  readonly at: string
  readonly kind: FillKind
  readonly price: string
  readonly fraction: string
  readonly targetIndex: number | null
}

export const storedFill = ({ at, kind, price, fraction, targetIndex }: Fill): StoredFill => ({
  at: at.toISOString(),
  kind,
  price: formatDecimal(price),
  fraction: formatDecimal(fraction),
  targetIndex,
})

export const fillOf = ({ at, price, fraction, ...rest }: StoredFill): Fill => ({
  ...rest,
  at: new Date(at),
  price: decimal(price),
  fraction: decimal(fraction),
})
